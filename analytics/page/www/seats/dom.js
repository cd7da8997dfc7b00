// @ts-check
const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {Node|string|number|null|undefined|false|Child[]} Child */

/**
 * Makes an element. Texts are always texts, never markup: names come from people.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Object<string, any>} [attributes] `onclick` and the like are listeners, `class` and all else are attributes;
 *     true is an empty one, false and null none
 * @param {...Child} children
 * @return {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

/**
 * The same for SVG.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Object<string, any>} [attributes]
 * @param {...Child} children
 * @return {SVGElementTagNameMap[K]}
 */
export function svg(tag, attributes, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} T
 * @param {T} element
 * @param {Object<string, any>} attributes
 * @param {Child[]} children
 * @return {T}
 */
function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
        if (name.startsWith('on') && typeof value === 'function') element.addEventListener(name.slice(2), value);
        else set(element, name, value);
    }
    element.append(.../** @type {(Node|string)[]} */ (children.flat(5).filter(c => c != null && c !== false).map(c => typeof c === 'number' ? String(c) : c)));
    return element;
}

/**
 * Sets an attribute if it is another one; false and null take it out.
 * @param {Element} element
 * @param {string} name
 * @param {any} value
 */
export function set(element, name, value) {
    if (value === false || value == null) {
        if (element.hasAttribute(name)) element.removeAttribute(name);
        return;
    }
    const text = value === true ? '' : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/**
 * Brings elements into an order. What is in its place already is not touched, so it keeps the focus.
 * @param {Element} parent
 * @param {Iterable<Element>} elements all that it has
 */
export function order(parent, elements) {
    let at = parent.firstElementChild;
    for (const element of elements) {
        if (element === at) at = at.nextElementSibling; else parent.insertBefore(element, at);
    }
}

/**
 * Sets a text if it is another one: what does not change costs no layout.
 * @param {Node} node
 * @param {string} text
 */
export function write(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

// @ts-check
import {svg} from './dom.js';

/** Each status has a shape of its own, so that colour is never all that tells it. 24 wide and high. */
const paths = {
    empty: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 2.4a6.6 6.6 0 1 1 0 13.2 6.6 6.6 0 0 1 0-13.2Z',
    occupied: 'M12 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM3.5 21.5c0-5 3.6-8 8.500-8s8.500 3 8.500 8Z',
    away: 'M8.500 7V5.500a3 3 0 0 1 3-3h1a3 3 0 0 1 3 3V7H19a1.500 1.500 0 0 1 1.500 1.500V20A1.500 1.500 0 0 1 19 21.500H5A1.500 1.500 0 0 1 3.500 20V8.500A1.500 1.500 0 0 1 5 7Zm2 0h3V5.500a1 1 0 0 0-1-1h-1a1 1 0 0 0-1 1Z',
    abandoned: 'M12 2 23 21.500H1ZM10.800 9v6h2.400V9Zm0 7.500V19h2.400v-2.500Z',
    offline: 'M3.700 2.300 21.700 20.300 20.300 21.700 16.500 17.900 5 18A2 2 0 0 1 3 16V8c0-.8.4-1.400 1-1.700L2.300 3.700ZM9.500 6H15a2 2 0 0 1 2 2v2l4-2.500v9l-2-1.200Z',
};

/**
 * @param {string} [status]
 * @return {SVGSVGElement} that says nothing to a screen reader: a word stands beside it
 */
export function icon(status = 'empty') {
    return svg('svg', {class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false'},
        svg('path', {d: paths[status], 'fill-rule': 'evenodd'}));
}

/**
 * @param {SVGSVGElement} element
 * @param {string} status
 */
export function redraw(element, status) {
    const path = /** @type {SVGPathElement} */ (element.firstChild);
    if (path.getAttribute('d') !== paths[status]) path.setAttribute('d', paths[status]);
}

// @ts-check
import {set, svg, write} from '../dom.js';
import {crossing, middle} from './polygon.js';
import {say} from '../text.js';

/**
 * @typedef {import('./polygon.js').Point} Point
 * @typedef {import('./polygon.js').Polygon} Polygon
 * @typedef {import('./draft.js').Draft} Draft
 * @typedef {import('./draft.js').Layer} Layer
 */

/** Radius of a point, in CSS pixels. */
const RADIUS = 6;

/** @param {number} n 0..1 */
export const percent = n => (Math.round(n * 1000) / 10).toLocaleString();

/**
 * What is seen of an edit, over the picture: the polygons of the draft with their points, the other seats, proposals,
 * foot points, and the crosshair of those who draw by keyboard. It draws what it is told and decides nothing; elements
 * are kept from one drawing to the next, and the focus with them.
 */
export class Drawing {
    /** @param {import('../frame.js').Frame} frame */
    constructor(frame) {
        this.frame = frame;
        this.others = svg('g', {class: 'others', 'aria-hidden': 'true'});
        this.polygons = {
            roi: svg('polygon', {class: 'shape'}),
            items_roi: svg('polygon', {class: 'shape items'}),
        };
        this.body = svg('g', {class: 'body', role: 'button', tabindex: '0', 'data-part': 'body'}, this.polygons.roi);
        this.still = svg('g', {class: 'still', 'aria-hidden': 'true'}, this.polygons.items_roi);
        this.rubber = svg('polyline', {class: 'rubber', 'aria-hidden': 'true'});
        this.wrong = [svg('line', {class: 'wrong'}), svg('line', {class: 'wrong'})];
        this.feet = svg('g', {class: 'feet', 'aria-hidden': 'true'});
        this.plus = svg('path', {class: 'plus', d: 'M-5 0H5M0-5V5', 'aria-hidden': 'true'});
        this.handles = svg('g', {class: 'handles'});
        this.crosshair = svg('g', {class: 'crosshair', role: 'button', tabindex: '0', 'data-part': 'crosshair'},
            svg('path', {class: 'halo', d: 'M-14 0H14M0-14V14'}), svg('path', {d: 'M-14 0H14M0-14V14'}), svg('circle', {r: 9}));
        this.svg = svg('svg', {class: 'drawing', role: 'application'},
            this.others, this.still, this.body, svg('g', {'aria-hidden': 'true'}, this.wrong), this.rubber, this.feet,
            this.plus, this.handles, this.crosshair);
        /** @type {Point} */
        this.cross = [.5, .5];
        frame.lay(/** @type {any} */ (this.svg));
    }

    /** @param {Point} p @return {[number, number]} */
    place([x, y]) {
        const {width, height} = this.frame.size;
        return [x * width, y * height];
    }

    /** @param {Polygon} polygon */
    points(polygon) {
        return polygon.map(p => this.place(p).map(n => n.toFixed(2)).join()).join(' ');
    }

    /** @param {SVGElement} element @param {Point} p */
    move(element, p) {
        const [x, y] = this.place(p);
        set(element, 'transform', `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
    }

    /** @param {Draft|null} draft */
    draw(draft) {
        set(this.svg, 'data-drawing', draft ? String(draft.isOpen) : null);
        set(this.svg, 'aria-label', draft ? say('drawLabel', draft.name || draft.id) : say('drawChoose'));
        for (const element of [this.body, this.still, this.handles, this.crosshair]) set(element, 'display', draft ? null : 'none');
        this.hover(null);
        if (!draft) {
            for (const line of this.wrong) set(line, 'display', 'none');
            return;
        }
        const {shape, layer, polygon} = draft;
        const beside = layer === 'roi' ? 'items_roi' : 'roi';
        // the polygon that is edited lies over the other, which stands still
        if (this.polygons[layer].parentNode !== this.body) {
            this.body.append(this.polygons[layer]);
            this.still.append(this.polygons[beside]);
        }
        for (const key of /** @type {Layer[]} */ (['roi', 'items_roi'])) set(this.polygons[key], 'points', this.points(shape[key]));
        set(this.body, 'display', polygon.length > 1 ? null : 'none');
        set(this.body, 'aria-label', say(layer === 'roi' ? 'wholeSeat' : 'wholeItems', percent(middle(polygon)[0]), percent(middle(polygon)[1])));
        this.drawHandles(polygon);
        const edges = polygon.length > 3 && crossing(polygon);
        this.wrong.forEach((line, i) => {
            set(line, 'display', edges ? null : 'none');
            if (!edges) return;
            const [x1, y1] = this.place(polygon[edges[i]]), [x2, y2] = this.place(polygon[(edges[i] + 1) % polygon.length]);
            for (const [name, value] of Object.entries({x1, y1, x2, y2})) set(line, name, value.toFixed(2));
        });
        this.drawCross();
    }

    /** @param {Polygon} polygon */
    drawHandles(polygon) {
        const {handles} = this;
        const had = handles.contains(document.activeElement) ? [...handles.children].indexOf(/** @type {Element} */ (document.activeElement)) : -1;
        while (handles.children.length > polygon.length) handles.lastElementChild?.remove();
        polygon.forEach((p, i) => {
            let handle = /** @type {SVGElement} */ (handles.children[i]);
            if (!handle) {
                handle = svg('g', {class: 'handle', role: 'button', tabindex: '0', 'data-part': 'point'},
                    svg('circle', {class: 'reach', r: 20}), svg('circle', {class: 'dot', r: RADIUS}));
                handles.append(handle);
            }
            set(handle, 'data-index', i);
            set(handle, 'aria-label', say('pointLabel', i + 1, polygon.length, percent(p[0]), percent(p[1])));
            this.move(handle, p);
        });
        if (had >= polygon.length) this.focusPoint(polygon.length - 1);
    }

    drawCross() {
        this.move(this.crosshair, this.cross);
        set(this.crosshair, 'aria-label', say('crossLabel', percent(this.cross[0]), percent(this.cross[1])));
    }

    /** @param {number} i the crosshair where there is no such point */
    focusPoint(i) {
        const target = /** @type {SVGElement} */ (this.handles.children[i]) || this.crosshair;
        target.focus({preventScroll: true});
    }

    /**
     * Lines from the ends of an open polygon to the pointer, or where a click on an edge would add a point.
     * @param {{line?: Polygon, plus?: Point|null, cursor?: string}|null} hint
     */
    hover(hint) {
        set(this.rubber, 'points', hint?.line ? this.points(hint.line) : null);
        set(this.plus, 'display', hint?.plus ? null : 'none');
        if (hint?.plus) this.move(this.plus, hint.plus);
        this.svg.style.cursor = hint?.cursor || '';
    }

    /**
     * @param {{polygon: Polygon, items?: Polygon, label: string, kind: 'seat'|'proposal'|'chosen'}[]} list
     */
    drawOthers(list) {
        this.others.replaceChildren(...list.map(({polygon, items, label, kind}) => {
            const [x, y] = this.place(middle(polygon));
            const text = svg('text', {x, y, 'text-anchor': 'middle', 'dominant-baseline': 'middle'});
            write(text, label.length > 24 ? label.slice(0, 23) + '…' : label);
            return svg('g', {class: kind},
                items?.length && svg('polygon', {class: 'items', points: this.points(items)}),
                svg('polygon', {points: this.points(polygon)}), text);
        }));
    }

    /** @param {{at: Point, box: [number, number, number, number], isIn: boolean, item: boolean}[]} list */
    drawFeet(list) {
        this.feet.replaceChildren(...list.map(({at, box, isIn, item}) => {
            const [x, y] = this.place([box[0], box[1]]), [x1, y1] = this.place([box[2], box[3]]), [cx, cy] = this.place(at);
            return svg('g', {class: (isIn ? 'in' : 'out') + (item ? ' item' : '')},
                svg('rect', {x, y, width: Math.max(0, x1 - x), height: Math.max(0, y1 - y)}),
                svg('circle', {cx, cy, r: 5}),
                // not by colour alone: what is in has a tick, what is out a ring
                isIn && svg('path', {d: `M${cx - 2.5} ${cy}l2 2 3.5-4`}));
        }));
    }

    close() {
        this.frame.remove(/** @type {any} */ (this.svg));
    }
}

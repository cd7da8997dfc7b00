// @ts-check
import {contains} from './polygon.js';
import {insert, moved, nearestEdge, nearestPoint, snap, withPoint} from './shaping.js';

/**
 * @typedef {import('./polygon.js').Point} Point
 * @typedef {import('./polygon.js').Polygon} Polygon
 * @typedef {{kind: 'point', index: number}|{kind: 'body'}|{kind: 'edge', edge: number, at: Point}|{kind: 'away'}} Hit
 */

/** How far a press may wander, in CSS pixels, and still be a click. */
const SLACK = 4;

/** How near to a point or an edge is on it, in CSS pixels: fingers are broader than pointers. */
const REACH = {point: 12, edge: 8};
const FINGER = {point: 24, edge: 16};

/** How soon after the first the second click of two comes, in ms. */
const DOUBLE = 450;

/**
 * Mouse, pen and finger. A click adds a point: at the end while the polygon is being drawn, else on the edge that is
 * clicked. A drag moves the point or the whole polygon; it begins a rectangle where nothing is drawn yet. Two clicks on
 * a point take it out; on the picture, while drawing, they end it. Holding Alt keeps from snapping to the frame's edge.
 */
export class Hand {
    /** @param {import('./editor.js').SeatEditor} editor */
    constructor(editor) {
        this.editor = editor;
        /** @type {{id: number, hit: Hit, from: Point, x: number, y: number, polygon: Polygon, dragged: boolean}|null} */
        this.press = null;
        /** @type {{time: number, on: number}} the last click: on a point, or on the picture as -1 */
        this.last = {time: -Infinity, on: -1};
        const surface = editor.drawing.svg;
        surface.addEventListener('pointerdown', ev => this.down(ev));
        // what has the focus is decided in down
        surface.addEventListener('mousedown', ev => editor.draft && ev.preventDefault());
        surface.addEventListener('pointermove', ev => this.move(ev));
        surface.addEventListener('pointerup', ev => this.up(ev));
        surface.addEventListener('pointercancel', () => this.cancel());
        surface.addEventListener('pointerleave', () => editor.drawing.hover(null));
    }

    get size() { return this.editor.frame.size; }

    /** @param {Point} p @param {boolean} finger @return {Hit} */
    hit(p, finger) {
        const {polygon, isOpen} = this.editor.draft, reach = finger ? FINGER : REACH;
        const index = nearestPoint(polygon, p, this.size, reach.point);
        if (index >= 0) return {kind: 'point', index};
        const edge = isOpen ? null : nearestEdge(polygon, p, this.size);
        if (edge && edge.distance <= reach.edge) return {kind: 'edge', edge: edge.edge, at: edge.at};
        return polygon.length > 2 && contains(polygon, p) ? {kind: 'body'} : {kind: 'away'};
    }

    /** @param {PointerEvent} ev */
    down(ev) {
        const {editor} = this;
        if (ev.button !== 0 || !ev.isPrimary) return;
        const from = editor.frame.at(ev);
        if (!editor.draft) {
            editor.chooseAt(from);
            return;
        }
        const hit = this.hit(from, ev.pointerType === 'touch');
        this.press = {id: ev.pointerId, hit, from, x: ev.clientX, y: ev.clientY, polygon: editor.draft.polygon, dragged: false};
        editor.draft.history.pause();
        editor.drawing.svg.setPointerCapture(ev.pointerId);
        // the arrow keys go on with what was pressed
        if (hit.kind === 'point') editor.drawing.focusPoint(hit.index);
        if (hit.kind === 'body') editor.drawing.body.focus({preventScroll: true});
    }

    /** @param {PointerEvent} ev */
    move(ev) {
        const {editor, press} = this;
        if (!editor.draft) return;
        const at = editor.frame.at(ev);
        if (!press || press.id !== ev.pointerId) {
            if (ev.pointerType !== 'touch') this.hint(at);
            return;
        }
        if (!press.dragged && Math.hypot(ev.clientX - press.x, ev.clientY - press.y) <= SLACK) return;
        press.dragged = true;
        const to = this.dragged(press, at, ev.altKey);
        if (to) editor.draft.draw(to, {run: 'drag'});
    }

    /**
     * @param {NonNullable<Hand['press']>} press
     * @param {Point} at
     * @param {boolean} free of the frame's edge
     * @return {Polygon|null}
     */
    dragged({hit, from, polygon}, at, free) {
        const put = free ? at : snap(at, this.size);
        switch (hit.kind) {
        case 'point': return withPoint(polygon, hit.index, put);
        case 'edge': return withPoint(insert(polygon, hit.edge + 1, hit.at), hit.edge + 1, put);
        case 'body': return moved(polygon, at[0] - from[0], at[1] - from[1], free ? undefined : this.size);
        }
        if (polygon.length) return null;
        const [x, y] = free ? from : snap(from, this.size);
        return insert(insert(insert(insert([], 0, [x, y]), 1, [put[0], y]), 2, put), 3, [x, put[1]]);
    }

    /** @param {PointerEvent} ev */
    up(ev) {
        const {editor, press} = this;
        if (!press || press.id !== ev.pointerId) return;
        this.press = null;
        const {draft} = editor;
        if (!draft) return;
        draft.history.pause();
        if (press.dragged) {
            if (press.hit.kind === 'away' && !press.polygon.length) draft.close();
            if (press.hit.kind === 'edge') editor.drawing.focusPoint(press.hit.edge + 1);
            this.last.time = -Infinity;
            return;
        }
        const twice = ev.timeStamp - this.last.time < DOUBLE;
        const on = press.hit.kind === 'point' ? press.hit.index : -1;
        const {on: before} = this.last;
        this.last = {time: ev.timeStamp, on};
        if (twice && on >= 0 && before === on) {
            this.last.time = -Infinity;
            editor.removePoint(on);
        } else if (twice && on >= 0 && before < 0 && draft.isOpen) {
            editor.finish(); // the first click has added the point that the second one is on
        } else {
            this.click(press.hit, ev.altKey ? press.from : snap(press.from, this.size));
        }
    }

    /** @param {Hit} hit @param {Point} at */
    click(hit, at) {
        const {editor} = this, {draft} = editor;
        if (hit.kind === 'edge') editor.addPoint(hit.edge + 1, hit.at);
        else if (hit.kind === 'point' && hit.index === 0 && draft.isOpen && draft.polygon.length > 2) editor.finish();
        else if (hit.kind !== 'point' && draft.isOpen) editor.addPoint(draft.polygon.length, at);
    }

    /** @param {Point} at what a click would do there */
    hint(at) {
        const {drawing, draft} = this.editor;
        const hit = this.hit(at, false), {polygon} = draft;
        if (hit.kind === 'edge') drawing.hover({plus: hit.at, cursor: 'copy'});
        else if (hit.kind === 'point') drawing.hover({cursor: 'move'});
        else if (draft.isOpen) drawing.hover({cursor: 'crosshair', line: polygon.length ? [polygon[polygon.length - 1], at, polygon[0]] : []});
        else drawing.hover({cursor: hit.kind === 'body' ? 'move' : 'default'});
    }

    /** @return {boolean} whether something was being dragged: it goes back to where it was */
    cancel() {
        const {press, editor} = this;
        this.press = null;
        if (!press?.dragged || !editor.draft || editor.draft.polygon === press.polygon) return false;
        editor.draft.undo();
        editor.draft.history.future = []; // it was never there
        editor.drawing.hover(null);
        return true;
    }
}

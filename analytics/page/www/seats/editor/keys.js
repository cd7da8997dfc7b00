// @ts-check
import {clamp, round} from './polygon.js';
import {moved, nearestEdge, nearestPoint, withPoint} from './shaping.js';

/** @typedef {import('./polygon.js').Point} Point */

/** How far an arrow key goes, 0..1 of the picture, and with Shift. */
const NUDGE = [.0025, .025];
const CROSS = [.01, .05];

/** How near the crosshair is on a point, in CSS pixels. */
const NEAR = 6;

/** @type {Record<string, [number, number]>} */
const arrows = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

/**
 * The keyboard. Arrows move what has the focus: a point, the whole polygon, or the crosshair, whose Enter sets a point
 * and, on the first one, ends the polygon. Delete takes the point out; Insert adds one on the edge behind it.
 */
export class Keys {
    /** @param {import('./editor.js').SeatEditor} editor */
    constructor(editor) {
        this.editor = editor;
        editor.drawing.svg.addEventListener('keydown', ev => this.onPicture(ev));
        // a step back is one from anywhere but in a text, which has steps of its own
        this.anywhere = (/** @type {KeyboardEvent} */ ev) => this.onPage(ev);
        document.addEventListener('keydown', this.anywhere);
    }

    close() { document.removeEventListener('keydown', this.anywhere); }

    /** @param {KeyboardEvent} ev */
    onPage(ev) {
        const {draft} = this.editor;
        if (!draft || ev.defaultPrevented || document.querySelector('dialog[open]')) return;
        const target = /** @type {Element} */ (ev.target);
        if (ev.key === 'Escape') {
            ev.preventDefault();
            this.editor.escape();
            return;
        }
        if (target.closest('input, textarea, select') || !(ev.ctrlKey || ev.metaKey) || ev.altKey) return;
        // by position where the keyboard writes no Latin letters
        const z = ev.key.toLowerCase() === 'z' || ev.code === 'KeyZ' && !/^[a-z]$/i.test(ev.key);
        if (z && ev.shiftKey || ev.key.toLowerCase() === 'y') draft.redo();
        else if (z) draft.undo();
        else return;
        ev.preventDefault();
    }

    /** @param {KeyboardEvent} ev */
    onPicture(ev) {
        const {draft} = this.editor;
        if (!draft || ev.ctrlKey || ev.metaKey || ev.altKey) return;
        const target = /** @type {SVGElement} */ (ev.target);
        const arrow = arrows[ev.key];
        const done = arrow ? this.nudge(target, arrow, ev.shiftKey) : this.press(target, ev);
        if (done) ev.preventDefault();
    }

    /**
     * @param {SVGElement} target
     * @param {[number, number]} arrow
     * @param {boolean} far
     */
    nudge({dataset: {part, index}}, [dx, dy], far) {
        const {editor} = this, {draft, drawing} = editor, {polygon} = draft;
        if (part === 'crosshair') {
            const by = CROSS[Number(far)];
            drawing.cross = [round(clamp(drawing.cross[0] + dx * by)), round(clamp(drawing.cross[1] + dy * by))];
            drawing.drawCross();
            editor.tellLater(drawing.crosshair);
            return true;
        }
        const by = NUDGE[Number(far)];
        if (part === 'body') draft.draw(moved(polygon, dx * by, dy * by), {run: 'nudge'});
        else if (part === 'point') {
            const i = Number(index), [x, y] = polygon[i];
            draft.draw(withPoint(polygon, i, [x + dx * by, y + dy * by]), {run: 'nudge' + i});
        } else return false;
        const moving = part === 'body' ? drawing.body : drawing.handles.children[Number(index)];
        editor.tellLater(/** @type {SVGElement} */ (moving));
        return true;
    }

    /** @param {SVGElement} target @param {KeyboardEvent} ev */
    press({dataset: {part, index}}, ev) {
        const {editor} = this, {draft} = editor, i = Number(index);
        const isDelete = ev.key === 'Delete' || ev.key === 'Backspace', isEnter = ev.key === 'Enter' || ev.key === ' ';
        if (part === 'crosshair' && isEnter) {
            if (!ev.repeat) this.set(editor.drawing.cross);
        } else if (part === 'crosshair' && isDelete) {
            if (draft.polygon.length) editor.removePoint(draft.polygon.length - 1, true);
        } else if (part === 'point' && isDelete) {
            editor.removePoint(i);
        } else if (part === 'point' && ev.key === 'Insert') {
            const {polygon} = draft, a = polygon[i], b = polygon[(i + 1) % polygon.length];
            editor.addPoint(i + 1, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
        } else if (part === 'point' && isEnter) {
            editor.finish();
        } else return false;
        return true;
    }

    /** @param {Point} at the crosshair is here */
    set(at) {
        const {editor} = this, {draft} = editor, {polygon} = draft, {size} = editor.frame;
        const on = nearestPoint(polygon, at, size, NEAR);
        if (draft.isOpen && on === 0 && polygon.length > 2) editor.finish();
        else if (on >= 0) editor.drawing.focusPoint(on);
        else if (draft.isOpen) editor.addPoint(polygon.length, at, true);
        else {
            const edge = nearestEdge(polygon, at, size);
            if (edge) editor.addPoint(edge.edge + 1, at, true);
        }
    }
}

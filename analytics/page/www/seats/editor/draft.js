// @ts-check
import {fault, within} from './polygon.js';
import {same} from './shaping.js';
import {History} from './undo.js';

/**
 * @typedef {import('./polygon.js').Polygon} Polygon
 * @typedef {'roi'|'items_roi'} Layer which polygon of a seat
 * @typedef {'fit'|'foot'|'center'|'overlap'} Anchor
 *
 * @typedef {object} Seat as GET api/seats has it
 * @property {string} seat_id
 * @property {string} stream
 * @property {string} name
 * @property {Polygon} roi
 * @property {Polygon} [items_roi]
 * @property {Anchor} [anchor]
 * @property {string} [revision]
 *
 * @typedef {object} Shape what undo goes back to
 * @property {Polygon} roi
 * @property {Polygon} items_roi empty: there is none
 * @property {Layer|''} open the polygon that clicks go on drawing
 *
 * @typedef {{field: 'id'|'name'|'store'|Layer, key: string, values: (string|number)[]}} Fault
 */

// the bounds of PUT api/seats, in characters
const MAX_ID = 64;
const MAX_NAME = 200;

/** @param {Polygon} [polygon] @return {Polygon} */
const copyOf = polygon => (polygon || []).map(within);

/** A seat while it is edited: what it was, and what it is to be. */
export class Draft {
    /**
     * @param {Seat} seat
     * @param {{isNew: boolean, storeID?: string}} how a box without a store's name is told one with a new seat
     */
    constructor(seat, {isNew, storeID}) {
        this.onchange = () => {}; // called after each change
        this.stream = seat.stream;
        this.isNew = isNew;
        /** The seat as the server has it, with the revision that an edit of it wants; of a new seat null. */
        this.base = isNew ? null : seat;
        this.id = seat.seat_id;
        this.name = seat.name || '';
        /** @type {Anchor} */
        this.anchor = seat.anchor || 'fit';
        this.wantsStore = isNew && !storeID;
        this.storeID = storeID || '';
        /** @type {Layer} */
        this.layer = 'roi';
        const roi = copyOf(seat.roi);
        this.history = new History(/** @type {Shape} */ ({roi, items_roi: copyOf(seat.items_roi), open: roi.length ? '' : 'roi'}));
        this.first = {name: this.name, id: this.id, anchor: this.anchor, shape: this.history.current};
        this.touched = false; // nobody is told what is missing before having begun
    }

    get shape() { return this.history.current; }

    /** The polygon that is edited. */
    get polygon() { return this.shape[this.layer]; }

    /** Clicks add points at its end. */
    get isOpen() { return this.shape.open === this.layer; }

    get isChanged() {
        const {first, shape} = this;
        return this.id !== first.id || this.name !== first.name || this.anchor !== first.anchor ||
            !same(shape.roi, first.shape.roi) || !same(shape.items_roi, first.shape.items_roi);
    }

    /** @param {Layer} layer where there is no polygon yet, clicks begin one */
    edit(layer) {
        this.layer = layer;
        if (!this.polygon.length) this.history.current = {...this.shape, open: layer};
        this.history.pause();
        this.changed();
    }

    /**
     * @param {Polygon} polygon
     * @param {{open?: boolean, run?: string}} [how]
     */
    draw(polygon, {open = this.isOpen, run = ''} = {}) {
        if (open === this.isOpen && same(polygon, this.polygon)) return; // such as a nudge against the frame's edge
        this.history.push({...this.shape, [this.layer]: polygon, open: open || !polygon.length ? this.layer : ''}, run);
        this.touched = true;
        this.changed();
    }

    /** The polygon is drawn: clicks on an edge add points from now on. */
    close() {
        if (!this.isOpen) return;
        this.history.current = {...this.shape, open: ''};
        this.changed();
    }

    /** @param {Partial<Pick<Draft, 'id'|'name'|'anchor'|'storeID'>>} texts */
    write(texts) {
        Object.assign(this, texts);
        this.touched = true;
        this.changed();
    }

    undo() { if (this.history.undo()) this.changed(); }

    redo() { if (this.history.redo()) this.changed(); }

    changed() { this.onchange(); }

    /** @return {Fault[]} why it cannot be saved */
    faults() {
        /** @type {Fault[]} */
        const list = [];
        /** @param {'id'|'name'|'store'} field @param {string} text @param {number} most */
        const check = (field, text, most) => {
            const n = [...text].length;
            if (n > most) list.push({field, key: 'textLong', values: [n, most]});
            else if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) list.push({field, key: 'textControl', values: []});
            else if (text !== text.trim()) list.push({field, key: 'textSpace', values: []});
        };
        if (!this.id) list.push({field: 'id', key: 'idMissing', values: []});
        else if (this.isNew) check('id', this.id, MAX_ID);
        check('name', this.name, MAX_NAME);
        if (this.wantsStore && !this.storeID) list.push({field: 'store', key: 'storeMissing', values: []});
        else if (this.wantsStore) check('store', this.storeID, MAX_ID);
        const roi = fault(this.shape.roi);
        if (roi) list.push({field: 'roi', ...roi});
        const items = this.shape.items_roi.length ? fault(this.shape.items_roi) : null;
        if (items) list.push({field: 'items_roi', ...items});
        return list;
    }

    /** The body of PUT api/seats. */
    body() {
        const {roi, items_roi} = this.shape;
        return {
            stream: this.stream, name: this.name || null, anchor: this.anchor, roi, items_roi: items_roi.length ? items_roi : null,
            ...(this.wantsStore && this.storeID && {store_id: this.storeID}),
        };
    }

    /** Somebody else was quicker, and what they made of the seat is to be replaced. @param {Seat|null} theirs */
    rebase(theirs) {
        this.base = theirs;
        this.isNew = !theirs;
    }
}

/**
 * An id that is free: goes on counting where the other one stands.
 * @param {string} like
 * @param {Iterable<string>} taken
 */
export function freeID(like, taken) {
    const used = new Set(taken);
    const digits = /\d*$/.exec(like)?.[0] || '';
    const counts = digits !== '' && digits.length < 15; // else it is no number that can be counted on
    const prefix = counts ? like.slice(0, -digits.length) : like.endsWith('-') ? like : like + '-';
    let n = counts ? Number(digits) + 1 : 1;
    while (used.has(prefix + n)) n++;
    return prefix + n;
}

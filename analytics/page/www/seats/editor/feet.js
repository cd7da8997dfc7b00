// @ts-check
import {contains, share} from './polygon.js';

/**
 * Whom the seat would be given to: the server's rules (analytics/seat/observe.go) on the boxes of the last look.
 *
 * @typedef {import('./polygon.js').Point} Point
 * @typedef {import('./draft.js').Seat} Seat
 * @typedef {{class: string, confidence: number, box: [number, number, number, number]}} Box
 * @typedef {{stream: string, boxes: Box[]}} Look as GET api/seats/boxes has it
 * @typedef {{at: Point, box: Box['box'], isIn: boolean, item: boolean, owner: string}} Foot owner: another seat that
 *     holds it, too, and is listed first
 */

/** The part of a box that must lie in the seat with the anchor `overlap`. */
const OVERLAP = 1 / 3;

/** @param {Box} b @return {Point} */
const centre = ({box}) => [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];

/** @param {Box} b @return {Point} */
const foot = ({box}) => [(box[0] + box[2]) / 2, box[3]];

/** @param {Box} b @param {string} [anchor] @return {Point} what is tested of a box, or of `overlap` its middle */
const pointOf = (b, anchor) => b.class !== 'person' || anchor && anchor !== 'foot' ? centre(b) : foot(b);

/**
 * @param {Pick<Seat, 'roi'|'items_roi'|'anchor'>} seat
 * @param {Box} b
 */
export function holds(seat, b) {
    if (b.class !== 'person') return contains(seat.items_roi?.length ? seat.items_roi : seat.roi, centre(b));
    return seat.anchor === 'overlap' ? share(seat.roi, b.box) >= OVERLAP : contains(seat.roi, pointOf(b, seat.anchor));
}

/**
 * @param {Look|null} look
 * @param {import('./draft.js').Draft} draft
 * @param {Seat[]} seats of the same stream, in the file's order
 * @return {Foot[]|null} null: there was no look yet
 */
export function feetOf(look, draft, seats) {
    if (!look || look.stream !== draft.stream) return null;
    const at = draft.base ? seats.findIndex(s => s.seat_id === draft.id) : -1;
    const before = at < 0 ? seats : seats.slice(0, at);
    const seat = {...draft.shape, anchor: draft.anchor};
    return look.boxes.map(b => {
        const isIn = holds(seat, b), first = isIn && before.find(s => holds(s, b));
        return {at: pointOf(b, draft.anchor), box: b.box, isIn: isIn && !first, item: b.class !== 'person', owner: first ? first.name : ''};
    });
}

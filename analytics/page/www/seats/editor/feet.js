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
 *     it fits better
 */

/** The part of a box that must lie in the seat with the anchor `overlap`. */
const OVERLAP = 1 / 3;

/** @param {Box} b @return {Point} */
const centre = ({box}) => [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];

/** @param {Box} b @return {Point} */
const foot = ({box}) => [(box[0] + box[2]) / 2, box[3]];

/** @param {Box} b @param {string} [anchor] @return {Point} what is tested of a box, or the middle of what is */
const pointOf = (b, anchor) => b.class === 'person' && (anchor === 'foot' || anchor === 'fit') ? foot(b) : centre(b);

/** The part of the lower half of a box that must lie in the seat where the foot point does not. */
const LOWER = 0.3;

/**
 * How well a box fits a seat, above 0 where it may be in it: Seat.Fit of the server.
 *
 * @param {Pick<Seat, 'roi'|'items_roi'|'anchor'>} seat
 * @param {Box} b
 */
export function fit(seat, b) {
    if (b.class !== 'person') return contains(seat.items_roi?.length ? seat.items_roi : seat.roi, centre(b)) ? 1 : 0;
    const ys = seat.roi.map(p => p[1]), xs = seat.roi.map(p => p[0]);
    const bottom = Math.max(...ys), top = Math.min(...ys), left = Math.min(...xs), right = Math.max(...xs);
    if (seat.anchor === 'overlap') {
        const part = share(seat.roi, b.box);
        return part >= OVERLAP ? part : 0;
    }
    if (seat.anchor === 'foot' || seat.anchor === 'center') {
        const at = pointOf(b, seat.anchor);
        if (!contains(seat.roi, at)) return 0;
        return 1 / (1 + Math.hypot((at[0] - (left + right) / 2) / (right - left), (at[1] - (top + bottom) / 2) / (bottom - top)));
    }
    const [x0, y0, x1, y1] = b.box, lower = share(seat.roi, [x0, (y0 + y1) / 2, x1, y1]), isFoot = contains(seat.roi, foot(b));
    if (lower < LOWER && !isFoot) return 0;
    return Math.max(0.5 * lower + 0.2 * Math.max(0, 1 - 2 * Math.abs(y1 - bottom) / (y1 - y0)) + (isFoot ? 0.3 : 0), 1e-9);
}

/**
 * @param {Look|null} look
 * @param {import('./draft.js').Draft} draft
 * @param {Seat[]} seats of the same stream
 * @return {Foot[]|null} null: there was no look yet
 */
export function feetOf(look, draft, seats) {
    if (!look || look.stream !== draft.stream) return null;
    const others = seats.filter(s => s.seat_id !== draft.id);
    const seat = {...draft.shape, anchor: draft.anchor};
    return look.boxes.map(b => {
        const mine = fit(seat, b), better = mine > 0 && others.find(s => fit(s, b) > mine);
        return {at: pointOf(b, draft.anchor), box: b.box, isIn: mine > 0 && !better, item: b.class !== 'person', owner: better ? better.name : ''};
    });
}

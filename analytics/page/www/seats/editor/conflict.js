// @ts-check
import {ask} from './dialog.js';
import {h, svg} from '../dom.js';
import {same} from './shaping.js';
import {say} from '../text.js';

/**
 * @typedef {import('./draft.js').Seat} Seat
 * @typedef {import('./draft.js').Draft} Draft
 */

/**
 * Somebody else has changed the seat meanwhile: shows both, and asks what is to become of it.
 * @param {Draft} draft
 * @param {Seat|null} theirs null: they have deleted it
 * @param {{width: number, height: number}} size of the picture
 * @return {Promise<'mine'|'theirs'|'rename'|''>} '' goes on editing
 */
export async function resolve(draft, theirs, size) {
    const label = draft.name || draft.id;
    /** @type {Parameters<typeof ask>} */
    let question;
    if (!theirs) {
        question = [say('goneTitle', label), h('p', null, say('goneText')), [
            {value: '', label: say('keepEditing')},
            {value: 'mine', label: say('saveAgain'), kind: 'primary'},
            {value: 'theirs', label: say('leaveDeleted'), kind: 'danger'},
        ]];
    } else {
        const both = sides(theirs, draft, size);
        question = draft.isNew ? [say('takenTitle', draft.id), [h('p', null, say('takenText', theirs.stream)), both], [
            {value: '', label: say('keepEditing')},
            {value: 'rename', label: say('otherID'), kind: 'primary'},
        ]] : [say('conflictTitle', label), [h('p', null, say('conflictText')), both], [
            {value: '', label: say('keepEditing')},
            {value: 'theirs', label: say('takeTheirs')},
            {value: 'mine', label: say('takeMine'), kind: 'danger'},
        ]];
    }
    return /** @type {any} */ (await ask(...question));
}

/**
 * Both side by side: how they lie in the picture, and what differs in words.
 * @param {Seat} theirs
 * @param {Draft} draft
 * @param {{width: number, height: number}} size
 */
function sides(theirs, draft, size) {
    /** @type {Seat} */
    const mine = {seat_id: draft.id, stream: draft.stream, name: draft.name || draft.id, anchor: draft.anchor, ...draft.shape};
    const differs = {
        stream: theirs.stream !== mine.stream,
        name: theirs.name !== mine.name,
        roi: !same(theirs.roi, mine.roi),
        items_roi: !same(theirs.items_roi || [], mine.items_roi || []),
        anchor: (theirs.anchor || 'fit') !== mine.anchor,
    };
    return h('div', {class: 'sides'}, [/** @type {const} */ (['theirs', theirs]), /** @type {const} */ (['mine', mine])].map(([key, seat]) =>
        h('section', null, h('h3', null, say(key)), sketch(seat, size), h('dl', null,
            row('fieldName', seat.name, differs.name), row('fieldStream', seat.stream, differs.stream),
            row('shapeSeat', say('corners', seat.roi.length), differs.roi),
            row('shapeItems', seat.items_roi?.length ? say('corners', seat.items_roi.length) : say('none'), differs.items_roi),
            row('fieldAnchor', say(/** @type {any} */ ('anchor_' + (seat.anchor || 'fit'))), differs.anchor)))));
}

/** @param {any} key @param {string} value @param {boolean} differs */
function row(key, value, differs) {
    return [h('dt', null, say(key)), h('dd', {title: value}, h('span', null, value), differs && h('strong', null, say('differs')))];
}

/** @param {Seat} seat @param {{width: number, height: number}} size */
function sketch(seat, {width, height}) {
    const points = (/** @type {import('./polygon.js').Polygon} */ polygon) => polygon.map(([x, y]) => `${x * width},${y * height}`).join(' ');
    return svg('svg', {viewBox: `0 0 ${width} ${height}`, class: 'sketch', role: 'img', 'aria-label': say('sketch', seat.name)},
        svg('polygon', {points: points(seat.roi)}),
        seat.items_roi?.length && svg('polygon', {class: 'items', points: points(seat.items_roi)}));
}

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Draft, freeID} from '../www/seats/editor/draft.js';
import {feetOf} from '../www/seats/editor/feet.js';
import {crossing, fault} from '../www/seats/editor/polygon.js';
import {beside, insert, moved, nearestEdge, nearestPoint, snap, withPoint} from '../www/seats/editor/shaping.js';
import {History} from '../www/seats/editor/undo.js';

const size = {width: 800, height: 400};
const square = [[.2, .2], [.4, .2], [.4, .4], [.2, .4]];

test('points snap to the frame’s edge when they are near, and never leave it', () => {
    assert.deepEqual(snap([.009, .5], size), [0, .5]);
    assert.deepEqual(snap([.02, .985], size), [.02, 1]);
    assert.deepEqual(snap([-3, 7], size), [0, 1]);
    assert.deepEqual(withPoint(square, 0, [-1, .123456]), [[0, .1235], ...square.slice(1)]);
});

test('a whole polygon keeps its shape at the frame’s edge', () => {
    assert.deepEqual(moved(square, -9, .1), [[0, .3], [.2, .3], [.2, .5], [0, .5]]);
    assert.deepEqual(moved(square, .595, 0, size).map(p => p[0]), [.8, 1, 1, .8]);
    assert.deepEqual(moved([], 1, 1), []);
});

test('a point is added on the nearest edge, measured on the screen', () => {
    const {edge, at, distance} = nearestEdge(square, [.41, .3], size);
    assert.deepEqual([edge, at, Math.round(distance)], [1, [.4, .3], 8]);
    assert.deepEqual(insert(square, 2, [.4, .3])[2], [.4, .3]);
    assert.equal(nearestEdge([[0, 0]], [0, 0], size), null);
    assert.equal(nearestPoint(square, [.21, .2], size, 12), 0);
    assert.equal(nearestPoint(square, [.21, .2], size, 7), -1);
    const full = Array.from({length: 64}, (_, i) => [i / 64, 0]);
    assert.equal(insert(full, 1, [0, 0]), full);
});

test('a copy finds room', () => {
    assert.deepEqual(beside(square), [.4 - .2 + .01, 0]);
    const [dx, dy] = beside([[.1, .1], [.95, .1], [.95, .4]]);
    assert.deepEqual([dx, dy > 0], [0, true]);
    for (const d of beside([[0, 0], [1, 0], [1, 1], [0, 1]])) assert.ok(Math.abs(d) < .1);
});

test('a crossing is found, and named by its edges', () => {
    assert.deepEqual(crossing([[.1, .1], [.5, .5], [.5, .1], [.1, .5]]), [0, 2]);
    assert.deepEqual(fault([[.1, .1], [.5, .5], [.5, .1], [.1, .5]]), {key: 'edgesCross', values: [1, 3]});
    assert.equal(fault(square), null);
});

test('undo goes back by runs of keys, and by single drags', () => {
    const h = new History(0);
    for (let i = 1; i < 4; i++) h.push(i, 'nudge');
    h.pause();
    h.push(4, 'nudge');
    h.push(5);
    assert.deepEqual([h.undo(), h.current, h.undo(), h.current, h.undo(), h.current, h.undo()], [true, 4, true, 3, true, 0, false]);
    h.redo();
    assert.equal(h.current, 3);
    h.push(9);
    assert.equal(h.canRedo, false);
    for (let i = 0; i < 1000; i++) h.push(i + 10);
    assert.equal(h.past.length, 200);
});

test('an id goes on counting', () => {
    assert.equal(freeID('A1', ['A1', 'A2']), 'A3');
    assert.equal(freeID('window', ['window']), 'window-1');
    assert.equal(freeID('cam1-', []), 'cam1-1');
    assert.equal(freeID('9', ['9', '10']), '11');
    assert.equal(freeID('A99999999999999999999', []), 'A99999999999999999999-1');
});

test('a draft tells what is wrong, and what to write', () => {
    const d = new Draft({seat_id: 'A1', stream: 'cam1', name: '', roi: []}, {isNew: true, storeID: ''});
    assert.deepEqual(d.faults().map(f => [f.field, f.key]), [['store', 'storeMissing'], ['roi', 'pointsFew']]);
    d.write({storeID: 'shop'});
    square.forEach((p, i) => d.draw(insert(d.polygon, i, p)));
    assert.equal(d.isOpen, true);
    d.close();
    d.edit('items_roi');
    assert.equal(d.isOpen, true);
    d.edit('roi');
    assert.deepEqual(d.faults(), []);
    assert.deepEqual(d.body(), {stream: 'cam1', name: null, anchor: 'fit', roi: square, items_roi: null, store_id: 'shop'});
    d.undo();
    assert.equal(d.polygon.length, 3);
    d.redo();
    d.write({name: 'x'.repeat(201)});
    assert.deepEqual(d.faults(), [{field: 'name', key: 'textLong', values: [201, 200]}]);
});

test('whose foot falls in, and who is given to another seat', () => {
    const d = new Draft({seat_id: 'B', stream: 'cam1', name: 'B', roi: square, revision: '1'}, {isNew: false, storeID: 'shop'});
    const person = x => ({class: 'person', confidence: .9, box: [x - .05, .1, x + .05, .3]});
    const look = {stream: 'cam1', boxes: [person(.3), person(.6), {class: 'book', confidence: .5, box: [.29, .29, .31, .31]}]};
    const other = {seat_id: 'A', stream: 'cam1', name: 'Better', roi: [[.25, .1], [.35, .1], [.35, .31], [.25, .31]], items_roi: [[.9, .9], [1, .9], [1, 1]]};
    assert.deepEqual(feetOf(look, d, [d.base]).map(f => [f.isIn, f.item]), [[true, false], [false, false], [true, true]]);
    for (const seats of [[other, d.base], [d.base, other]]) {
        assert.deepEqual(feetOf(look, d, seats).map(f => [f.isIn, f.owner]), [[false, 'Better'], [false, ''], [true, '']]);
    }
    assert.equal(feetOf({...look, stream: 'cam2'}, d, []), null);
});

// @ts-check
import {Chooser} from './chooser.js';
import {resolve} from './conflict.js';
import {ask} from './dialog.js';
import {h, write} from '../dom.js';
import {Draft, freeID} from './draft.js';
import {Drawing} from './drawing.js';
import {feetOf} from './feet.js';
import {Form} from './form.js';
import {Hand} from './hand.js';
import {Keys} from './keys.js';
import {contains, MAX_POINTS, MIN_POINTS} from './polygon.js';
import {Proposals} from './proposals.js';
import {put, remove} from './save.js';
import {beside, insert, moved, without} from './shaping.js';
import {say} from '../text.js';

/**
 * @typedef {import('./draft.js').Seat} Seat
 * @typedef {import('./draft.js').Layer} Layer
 * @typedef {import('./polygon.js').Point} Point
 */

/** What was left in the midst of being edited, by stream. @type {Map<string, Draft>} */
const left = new Map();

/** How long after the last of several keys it is said where something is by now, in ms. */
const CALM = 500;

/**
 * Draws the seats of one camera. `frame` and `stream` are set before it is put into the page; it then lays its drawing
 * over the picture and is itself the panel beside it: the list of seats, the form of one, or the proposals. `seats`, `all`,
 * `storeID` and `look` follow what is known. Fires `done` when the user has finished.
 * A seat that was left in the midst of it is found again as it was while the page is open.
 */
export class SeatEditor extends HTMLElement {
    constructor() {
        super();
        /** @type {import('../frame.js').Frame} */
        this.frame = /** @type {any} */ (null);
        this.stream = '';
        /** @type {Seat[]} */
        this.list = [];
        /** @type {import('./feet.js').Look|null} */
        this.lastLook = null;
        this.storeID = '';
        this.selected = ''; // the id of the seat that is edited as soon as it is known
        /** @type {Seat[]} */
        this.everywhere = [];
        /** @type {Set<string>} those that are taken, by the seats of all cameras */
        this.ids = new Set();
        /** @type {Draft|null} */
        this.draft = null;
        /** @type {Form|null} */
        this.form = null;
        /** @type {Proposals|null} */
        this.proposals = null;
        this.busy = false;
        this.tried = false; // to save
        /** @type {{text: string, said?: string}|null} */
        this.problem = null;
        this.timer = 0;
        this.pending = 0;
    }

    connectedCallback() {
        if (this.drawing) return;
        this.drawing = new Drawing(this.frame);
        this.hand = new Hand(this);
        this.keys = new Keys(this);
        this.chooser = new Chooser(this);
        this.sheet = h('div', {class: 'sheet'});
        this.voice = h('div', {class: 'hidden', role: 'status'});
        this.append(this.sheet, this.voice);
        this.resized = () => this.redraw();
        this.frame.addEventListener('resize', this.resized);
        this.leaving = (/** @type {Event} */ ev) => { if (this.draft?.isChanged) ev.preventDefault(); };
        addEventListener('beforeunload', this.leaving);
        const draft = left.get(this.stream);
        left.delete(this.stream);
        if (draft) this.begin(draft);
        else if (!this.editSelected()) this.showList(''); // the button that was pressed has gone: the focus comes here
    }

    disconnectedCallback() {
        clearTimeout(this.timer);
        cancelAnimationFrame(this.pending);
        this.frame.removeEventListener('resize', this.resized);
        removeEventListener('beforeunload', this.leaving);
        if (this.draft?.isChanged) left.set(this.stream, this.draft);
        this.keys.close();
        this.drawing.close();
        this.replaceChildren();
        this.drawing = this.draft = this.form = this.proposals = /** @type {any} */ (null);
    }

    /** The seats of this stream, in the file's order. */
    get seats() { return this.list; }

    set seats(seats) {
        this.list = seats;
        for (const seat of seats) this.ids.add(seat.seat_id);
        if (!this.drawing) return;
        if (!this.draft && !this.proposals && !this.editSelected()) this.chooser.update();
        this.redraw();
    }

    /** Edits the seat that was selected before the editor was opened, once. */
    editSelected() {
        const seat = this.list.find(s => s.seat_id === this.selected);
        if (!seat) return false;
        this.editSeat(seat);
        return true;
    }

    /** What the last look at this camera found. */
    get look() { return this.lastLook; }

    set look(look) {
        this.lastLook = look;
        if (this.drawing) this.redraw();
    }

    /** The seats of all cameras. */
    get all() { return this.everywhere; }

    set all(seats) {
        this.everywhere = seats;
        this.ids = new Set(seats.map(s => s.seat_id));
    }

    /** That somebody else has changed or deleted the seat that is being edited. */
    get notice() {
        const {base} = this.draft || {};
        if (!base?.revision) return '';
        const now = this.list.find(s => s.seat_id === base.seat_id);
        if (!now) return say('noticeGone');
        return now.revision && now.revision !== base.revision ? say('noticeChanged') : '';
    }

    /** Draws once for all that changes until the next frame of the screen. */
    redraw() {
        this.pending ||= requestAnimationFrame(() => {
            this.pending = 0;
            const {draft, drawing} = this;
            if (!drawing) return;
            drawing.draw(draft);
            drawing.drawOthers(this.proposals ? this.proposals.shapes() : this.list.filter(s => s.seat_id !== draft?.base?.seat_id)
                .map(s => ({polygon: s.roi, label: s.name, kind: 'seat'})));
            const feet = draft ? feetOf(this.lastLook, draft, this.list) : null;
            drawing.drawFeet(feet || []);
            this.form?.update();
            this.form?.tellFeet(feet);
        });
    }

    /** @param {string} text */
    tell(text) {
        clearTimeout(this.timer);
        write(this.voice, text);
    }

    /** Says where something is once it has come to rest. @param {SVGElement} element */
    tellLater(element) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.tell(element.getAttribute('aria-label') || ''), CALM);
    }

    /** @param {string} [focus] the id of the seat in the list that gets the focus */
    showList(focus) {
        this.draft = this.form = this.proposals = null;
        this.problem = null;
        this.chooser.update();
        this.sheet.replaceChildren(this.chooser.element);
        this.redraw();
        if (focus !== undefined) this.chooser.focus(focus);
    }

    /** @param {Draft} draft @param {boolean} [drawing] the focus goes onto the picture */
    begin(draft, drawing = false) {
        this.selected = '';
        this.proposals = null;
        this.draft = draft;
        this.tried = false;
        this.problem = null;
        this.form = new Form(this, draft);
        draft.onchange = () => this.redraw();
        this.sheet.replaceChildren(this.form.element);
        this.drawing.draw(draft);
        this.redraw();
        this.drawing.svg.scrollIntoView({block: 'nearest'});
        if (drawing) this.drawing.crosshair.focus({preventScroll: true}); else this.form.title.focus({preventScroll: true});
        this.tell(say(drawing ? 'tellDraw' : 'tellEdit'));
    }

    newSeat() {
        const last = this.list[this.list.length - 1]?.seat_id || this.stream.replaceAll('/', '-') + '-';
        const seat = {seat_id: freeID(last, this.ids), stream: this.stream, name: '', roi: []};
        this.begin(new Draft(seat, {isNew: true, storeID: this.storeID}), true);
    }

    /** @param {Seat} seat */
    editSeat(seat) { this.begin(new Draft(seat, {isNew: false, storeID: this.storeID})); }

    /** The seat once more beside itself, under an id that is free. */
    copySeat() {
        const {base, shape, anchor} = /** @type {Draft} */ (this.draft);
        if (!base) return;
        const [dx, dy] = beside(shape.roi);
        this.begin(new Draft({
            seat_id: freeID(base.seat_id, this.ids), stream: this.stream, name: '', anchor,
            roi: moved(shape.roi, dx, dy), items_roi: moved(shape.items_roi, dx, dy),
        }, {isNew: true, storeID: this.storeID}));
        this.drawing.body.focus({preventScroll: true});
        this.tell(say('tellCopy'));
    }

    propose() {
        this.selected = '';
        this.proposals = new Proposals(this);
        this.sheet.replaceChildren(this.proposals.element);
        this.redraw();
        this.proposals.load();
    }

    /** @param {Point} p the seat or proposal there is chosen */
    chooseAt(p) {
        if (this.proposals) return this.proposals.chooseAt(p);
        const seat = this.list.find(s => contains(s.roi, p));
        if (seat) this.editSeat(seat);
    }

    /** @param {Layer} layer @param {boolean} [focus] on the picture */
    editLayer(layer, focus = false) {
        const draft = /** @type {Draft} */ (this.draft);
        draft.edit(layer);
        if (focus) this.drawing.crosshair.focus({preventScroll: true});
        this.tell(say(draft.isOpen ? layer === 'roi' ? 'hintDraw' : 'hintItems' : 'hintShape'));
    }

    clearItems() {
        this.draft?.draw([]);
        this.form?.tabs.items_roi.focus();
    }

    /** @param {number} i @param {Point} p @param {boolean} [stay] with the crosshair */
    addPoint(i, p, stay = false) {
        const draft = /** @type {Draft} */ (this.draft);
        if (draft.polygon.length >= MAX_POINTS) {
            this.tell(say('pointsMany', draft.polygon.length + 1, MAX_POINTS));
            return;
        }
        draft.draw(insert(draft.polygon, i, p));
        this.drawing.draw(draft);
        if (!stay) this.drawing.focusPoint(i);
        this.tell(say('pointAdded', i + 1));
    }

    /** @param {number} i @param {boolean} [stay] with the crosshair */
    removePoint(i, stay = false) {
        const draft = /** @type {Draft} */ (this.draft);
        draft.draw(without(draft.polygon, i));
        this.drawing.draw(draft);
        if (!stay) this.drawing.focusPoint(Math.min(i, draft.polygon.length - 1));
        this.tell(say('pointRemoved', i + 1, draft.polygon.length));
    }

    /** The polygon is drawn. */
    finish() {
        const draft = /** @type {Draft} */ (this.draft);
        if (!draft.isOpen || draft.polygon.length < MIN_POINTS) return;
        draft.close();
        this.drawing.draw(draft);
        this.drawing.body.focus({preventScroll: true});
        this.tell(say('shapeDone', draft.polygon.length));
    }

    escape() {
        if (!this.hand.cancel()) this.cancel();
    }

    /** Leaves the seat as it was; asks first when there is something to lose. */
    async cancel() {
        const {draft} = this;
        if (!draft || this.busy) return;
        if (draft.isChanged && await ask(say('discardTitle'), h('p', null, say('discardText')), [
            {value: '', label: say('keepEditing')}, {value: 'discard', label: say('discard'), kind: 'danger'},
        ]) !== 'discard') return;
        if (this.draft === draft) this.showList(draft.base?.seat_id || '');
    }

    async save() {
        const draft = /** @type {Draft} */ (this.draft);
        if (this.busy) return;
        this.tried = true;
        this.problem = null;
        if (draft.faults().length) {
            this.form?.update();
            this.form?.focusFault();
            this.tell(say('notYet'));
            return;
        }
        const outcome = await this.whileBusy(() => put(draft));
        if (this.draft !== draft) return;
        if (outcome.ok) {
            this.saved(outcome.seat || null, draft);
        } else if (outcome.conflict) {
            await this.settle(draft, outcome.theirs || null);
        } else {
            this.fail(outcome);
        }
    }

    /** @param {Seat|null} seat @param {Draft} draft */
    saved(seat, draft) {
        if (seat) {
            const at = this.list.findIndex(s => s.seat_id === seat.seat_id), merged = {...this.list[at], ...seat};
            this.list = at < 0 ? [...this.list, merged] : this.list.map((s, i) => i === at ? merged : s);
            this.ids.add(seat.seat_id);
        }
        this.storeID ||= draft.storeID;
        this.showList(draft.id);
        this.tell(say('saved', draft.name || draft.id));
    }

    /** Somebody else was quicker. @param {Draft} draft @param {Seat|null} theirs */
    async settle(draft, theirs) {
        const answer = await resolve(draft, theirs, this.frame.size);
        if (this.draft !== draft) return;
        if (answer === 'mine') {
            draft.rebase(theirs);
            await this.save();
        } else if (answer === 'theirs' && theirs?.stream === this.stream) {
            this.editSeat(theirs);
        } else if (answer === 'theirs') {
            this.showList('');
        } else if (answer === 'rename') {
            this.ids.add(draft.id);
            draft.write({id: freeID(draft.id, this.ids)});
            this.form?.errors.id.control?.focus();
        } else {
            this.form?.save.focus();
        }
    }

    async deleteSeat() {
        const draft = /** @type {Draft} */ (this.draft), seat = draft.base;
        if (!seat || this.busy) return;
        if (await ask(say('removeTitle', seat.name), h('p', null, say('removeText')), [
            {value: '', label: say('keep')}, {value: 'remove', label: say('remove'), kind: 'danger'},
        ]) !== 'remove' || this.draft !== draft) return;
        this.problem = null;
        const outcome = await this.whileBusy(() => remove(seat));
        if (this.draft !== draft) return;
        if (outcome.ok) {
            this.list = this.list.filter(s => s.seat_id !== seat.seat_id);
            this.ids.delete(seat.seat_id);
            this.showList('');
            this.tell(say('removed', seat.name));
        } else if (outcome.conflict) {
            await this.settle(draft, outcome.theirs || null);
        } else {
            this.fail(outcome);
        }
    }

    /** @param {import('./save.js').Outcome} outcome */
    fail({key, values = [], said}) {
        this.problem = {text: say(/** @type {any} */ (key || 'saveFailed'), ...values), said};
        this.form?.update();
        this.form?.save.focus();
    }

    /** @template T @param {() => Promise<T>} work @return {Promise<T>} */
    async whileBusy(work) {
        this.busy = true;
        this.form?.update();
        try {
            return await work();
        } finally {
            this.busy = false;
            this.form?.update();
        }
    }
}

customElements.define('seat-editor', SeatEditor);

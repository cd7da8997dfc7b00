// @ts-check
import {h} from '../dom.js';
import {Draft} from './draft.js';
import {contains} from './polygon.js';
import {put} from './save.js';
import {language, say} from '../text.js';

/**
 * @typedef {import('./draft.js').Seat & {confidence: number, reason: string,
 *     because: {kind: string, seconds?: number, visits?: number, looks?: number}[]}} Proposal
 */

/** What was dropped, while the page is open: the server goes on proposing it. @type {Set<string>} */
const dropped = new Set();

/** @param {Proposal} p places are the same while they begin within 2 % of the picture */
const placeOf = p => [p.stream, ...p.roi.slice(0, 3).flat().map(n => Math.round(n * 50))].join();

/** Where seats may be, by what was seen: each is taken as it is, changed first, or dropped. */
export class Proposals {
    /** @param {import('./editor.js').SeatEditor} editor */
    constructor(editor) {
        this.editor = editor;
        /** @type {Proposal[]} */
        this.list = [];
        this.chosen = '';
        this.title = h('h2', {tabindex: '-1'}, say('proposals'));
        this.state = h('p', {class: 'guide', role: 'status'});
        this.problem = h('div', {class: 'problem', role: 'alert'});
        this.cards = h('ol', {class: 'proposals'});
        this.again = h('button', {type: 'button', onclick: () => this.load()}, say('proposeAgain'));
        this.element = h('div', {class: 'chooser'}, this.title, this.state, this.problem, this.cards, h('div', {class: 'buttons'},
            this.again, h('button', {type: 'button', onclick: () => editor.showList('')}, say('back'))));
    }

    async load() {
        this.title.focus({preventScroll: true});
        this.state.textContent = say('proposing');
        this.problem.replaceChildren();
        let reply;
        try {
            const answer = await fetch('api/seats/proposals?src=' + encodeURIComponent(this.editor.stream), {cache: 'no-store'});
            if (!answer.ok) {
                const key = answer.status === 401 ? 'savePassword' : answer.status === 404 ? 'saveStreamGone' : 'proposeFailed';
                return this.fail(say(key, this.editor.stream), answer.status === 404 ? '' : (await answer.text()).slice(0, 300));
            }
            reply = await answer.json();
        } catch {
            return this.fail(say('saveNoAnswer'));
        }
        this.list = reply.proposals.filter((/** @type {Proposal} */ p) => !dropped.has(placeOf(p)));
        this.state.textContent = this.list.length ? say('proposalsFound', this.list.length) :
            reply.seen_since ? say('proposalsNone', since(reply.seen_since)) : say('proposalsBlind');
        this.draw();
    }

    /** @param {string} text @param {string} [said] */
    fail(text, said) {
        this.state.textContent = '';
        this.problem.replaceChildren(h('p', null, text), said ? h('p', {class: 'said'}, said) : '');
    }

    draw() {
        this.cards.replaceChildren(...this.list.map(p => h('li', {
            'data-id': p.seat_id, onpointerenter: () => this.choose(p.seat_id), onfocusin: () => this.choose(p.seat_id),
        },
            h('h3', null, p.name, ' ', h('span', {class: 'sure'}, say('sure', Math.round(p.confidence * 100)))),
            h('p', null, why(p)),
            h('div', {class: 'buttons'},
                h('button', {type: 'button', class: 'primary', 'aria-label': say('acceptThis', p.name), onclick: () => this.accept(p)}, say('accept')),
                h('button', {type: 'button', 'aria-label': say('changeThis', p.name), onclick: () => this.change(p)}, say('change')),
                h('button', {type: 'button', 'aria-label': say('dropThis', p.name), onclick: () => this.drop(p)}, say('drop'))))));
        this.editor.redraw();
    }

    /** @return {Parameters<import('./drawing.js').Drawing['drawOthers']>[0]} with the seats that there are */
    shapes() {
        return [
            ...this.editor.seats.map(s => ({polygon: s.roi, label: s.name, kind: /** @type {const} */ ('seat')})),
            ...this.list.map(p => ({
                polygon: p.roi, items: p.items_roi, label: p.name, kind: /** @type {'chosen'|'proposal'} */ (p.seat_id === this.chosen ? 'chosen' : 'proposal'),
            })),
        ];
    }

    /** @param {string} id */
    choose(id) {
        if (id === this.chosen) return;
        this.chosen = id;
        for (const card of this.cards.children) card.classList.toggle('chosen', /** @type {HTMLElement} */ (card).dataset.id === id);
        this.editor.redraw();
    }

    /** @param {import('./polygon.js').Point} at */
    chooseAt(at) {
        const p = this.list.find(q => contains(q.roi, at));
        if (p) this.card(p.seat_id)?.querySelector('button')?.focus();
    }

    /** @param {string} id */
    card(id) {
        return [...this.cards.children].find(c => /** @type {HTMLElement} */ (c).dataset.id === id);
    }

    /** @param {Proposal} p */
    draft(p) {
        // a name that is only the id is none
        return new Draft({...p, name: p.name === p.seat_id ? '' : p.name}, {isNew: true, storeID: this.editor.storeID});
    }

    /** @param {Proposal} p */
    async accept(p) {
        const draft = this.draft(p);
        // a box without a store's name wants one first, and a polygon may be one that the server would not take
        if (draft.faults().length) return this.change(p);
        const buttons = [...this.card(p.seat_id)?.querySelectorAll('button') || []];
        for (const b of buttons) b.disabled = true;
        this.problem.replaceChildren();
        const outcome = await put(draft);
        for (const b of buttons) b.disabled = false;
        if (this.editor.proposals !== this) return;
        if (outcome.ok && outcome.seat) {
            this.editor.ids.add(p.seat_id);
            this.editor.seats = [...this.editor.seats.filter(s => s.seat_id !== p.seat_id), outcome.seat];
            this.editor.tell(say('saved', p.name));
            this.take(p);
        } else if (outcome.conflict) {
            this.fail(say('takenTitle', p.seat_id), say('proposeTaken'));
        } else {
            this.fail(say(/** @type {any} */ (outcome.key || 'saveFailed'), ...outcome.values || []), outcome.said);
        }
    }

    /** @param {Proposal} p */
    change(p) { this.editor.begin(this.draft(p)); }

    /** @param {Proposal} p */
    drop(p) {
        dropped.add(placeOf(p));
        this.editor.tell(say('droppedOne', p.name));
        this.take(p);
    }

    /** Off the list, and on to the next one. @param {Proposal} p */
    take(p) {
        const i = this.list.indexOf(p);
        this.list = this.list.filter(q => q !== p);
        this.state.textContent = say(this.list.length ? 'proposalsFound' : 'proposalsDone', this.list.length);
        this.draw();
        const next = this.cards.children[Math.min(i, this.list.length - 1)];
        (next?.querySelector('button') || this.again).focus();
    }
}

/** @param {string} iso */
const since = iso => new Date(iso).toLocaleString(language, {hour: '2-digit', minute: '2-digit', weekday: 'short'});

/** @param {Proposal} p the server's reason, in the browser's language */
function why({because, reason}) {
    const said = because.map(({kind, seconds = 0, visits = 0, looks = 0}) => {
        switch (kind) {
        case 'stay': return seconds < 90 ? say('whyStaySeconds', visits, Math.round(seconds)) : say('whyStay', visits, Math.round(seconds / 60));
        case 'chair': case 'couch': case 'bench': return say(/** @type {any} */ ('why_' + kind), looks);
        case 'dining table': return say('why_table', looks);
        default: return '';
        }
    });
    return said.length && said.every(Boolean) ? said.join(' ') : reason;
}

// @ts-check
import {h, set, write} from './dom.js';
import {say} from './text.js';
import {timeOf} from './time.js';

/**
 * @typedef {{held_by: string, person: number, belongings: number, unlike_empty: number|null, moves: boolean,
 *     empty_picture_at: string|null}} Evidence as GET api/seats has it
 * @typedef {'empty'|'occupied'|'abandoned'} Status
 */

/** How often it is asked for, in ms. */
const EVERY = 3000;

/** What one seat's status rests on, with the part of the last picture that shows it; and "that is wrong". */
export class Why {
    /** @param {import('./state.js').Model} model */
    constructor(model) {
        this.model = model;
        this.id = '';
        this.title = h('h3', {id: 'why-title'});
        this.held = h('p', {});
        this.facts = h('ul', {class: 'facts'});
        this.picture = h('img', {class: 'cutout', alt: say('whyPicture')});
        this.picture.addEventListener('error', () => set(this.picture, 'hidden', true));
        this.picture.addEventListener('load', () => set(this.picture, 'hidden', null));
        this.said = h('p', {class: 'quiet', role: 'status'});
        this.choices = /** @type {Status[]} */ (['empty', 'occupied', 'abandoned']).map(status => ({
            status, button: h('button', {type: 'button', onclick: () => this.correct(status)}, say(status)),
        }));
        this.element = h('section', {class: 'why', 'aria-labelledby': 'why-title', hidden: true},
            this.title, this.held, this.facts, this.picture,
            h('p', {class: 'quiet'}, say('wrong')),
            h('div', {class: 'row', role: 'group', 'aria-label': say('wrong')}, this.choices.map(c => c.button)),
            h('button', {type: 'button', onclick: () => this.takeEmpty()}, say('emptyNow')), this.said);
        this.asking = setInterval(() => this.ask(), EVERY);
    }

    close() {
        clearInterval(this.asking);
    }

    /** @param {string} id of a seat, or '' */
    select(id) {
        if (id !== this.id) write(this.said, '');
        this.id = id;
        this.update();
        this.ask();
    }

    /** The seat may have changed. */
    update() {
        const seat = this.model.seats.get(this.id);
        set(this.element, 'hidden', !seat);
        if (!seat) return;
        write(this.title, say('why', seat.name));
        for (const {status, button} of this.choices) button.disabled = status === seat.status;
    }

    async ask() {
        const {id} = this, seat = this.model.seats.get(id);
        if (!seat || document.hidden) return;
        try {
            const all = await (await fetch(new URL('api/seats', location.href), {cache: 'no-store'})).json();
            if (id === this.id) this.show(all.seats.find(s => s.seat_id === id)?.evidence, seat);
        } catch {
            // the page says by itself that the line is down
        }
    }

    /** @param {Evidence|null|undefined} evidence @param {import('./state.js').Seat} seat */
    show(evidence, seat) {
        write(this.held, say(/** @type {any} */ ('held_' + (evidence?.held_by || 'nothing'))));
        const facts = evidence ? [
            evidence.person > 0 && say('factPerson', Math.round(evidence.person * 100)),
            evidence.belongings > 0 && say('factItems', Math.round(evidence.belongings * 100)),
            evidence.moves && say('factMoves'),
            evidence.empty_picture_at ? say('factUnlike', evidence.unlike_empty.toFixed(2), timeOf(evidence.empty_picture_at)) : say('factNoEmpty'),
        ] : [];
        this.facts.replaceChildren(...facts.filter(Boolean).map(text => h('li', {}, text)));
        const query = new URLSearchParams({src: seat.stream, seat: seat.seat_id, at: String(Date.now())});
        this.picture.src = String(new URL('api/seats/frame.jpeg?' + query, location.href));
    }

    /** @param {Status} status */
    correct(status) {
        return this.teach('api/seats/status', {method: 'PUT', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({status})}, 'corrected');
    }

    takeEmpty() {
        return this.teach('api/seats/empty', {method: 'POST'}, 'emptyTaken');
    }

    /**
     * @param {string} path
     * @param {RequestInit} init
     * @param {'corrected'|'emptyTaken'} done
     */
    async teach(path, init, done) {
        const {id} = this;
        let said;
        try {
            const answer = await fetch(new URL(`${path}?id=${encodeURIComponent(id)}`, location.href), init);
            said = answer.ok ? say(done) : await answer.text();
        } catch {
            said = say('silent');
        }
        if (id === this.id) write(this.said, said);
        this.ask();
    }
}

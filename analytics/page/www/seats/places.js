// @ts-check
import {h, order, set, write} from './dom.js';
import {icon, redraw} from './icons.js';
import {say} from './text.js';
import {lasting} from './time.js';

/** The seats of one camera as a list, beside its picture. A click shows which one is which. */
export class Places {
    /**
     * @param {import('./state.js').Model} model
     * @param {string} stream
     * @param {(id: string) => void} onpick
     */
    constructor(model, stream, onpick) {
        this.model = model;
        this.stream = stream;
        this.onpick = onpick;
        /** @type {Map<string, {item: HTMLElement, button: HTMLButtonElement, icon: SVGSVGElement, name: HTMLElement, status: HTMLElement, time: HTMLElement}>} */
        this.rows = new Map();
        this.list = h('ul', {class: 'places', 'aria-labelledby': 'places-title'});
        this.none = h('p', {class: 'quiet'}, say('noPlaces'));
        this.element = h('section', {'aria-labelledby': 'places-title'}, h('h3', {id: 'places-title'}, say('title')), this.none, this.list);
        this.arrange();
    }

    arrange() {
        const seats = [...this.model.seats.values()].filter(seat => seat.stream === this.stream);
        const ids = new Set(seats.map(seat => seat.seat_id));
        for (const [id, row] of this.rows) {
            if (ids.has(id)) continue;
            row.item.remove();
            this.rows.delete(id);
        }
        for (const id of ids) if (!this.rows.has(id)) this.add(id);
        order(this.list, [...ids].map(id => this.rows.get(id).item));
        this.update(ids);
        this.none.hidden = ids.size > 0;
    }

    /** @param {string} id */
    add(id) {
        const row = {
            icon: icon(), name: h('b', {class: 'cut'}), status: h('span', {class: 'status'}), time: h('span', {class: 'time quiet'}),
            button: null, item: null,
        };
        row.button = h('button', {type: 'button', class: 'place', 'aria-pressed': 'false', onclick: () => this.onpick(id)}, row.icon, row.name, row.status, row.time);
        row.item = h('li', {}, row.button);
        this.rows.set(id, row);
    }

    /** @param {Iterable<string>} ids */
    update(ids) {
        const {model} = this;
        for (const id of ids) {
            const row = this.rows.get(id), seat = model.seats.get(id);
            if (!row || !seat) continue;
            const status = model.statusOf(seat), online = model.online(seat);
            redraw(row.icon, online ? status : 'offline');
            write(row.name, seat.name);
            set(row.name, 'title', seat.name);
            const word = say(/** @type {import('./text.js').Key} */ (status));
            write(row.status, online ? word : `${word} · ${say('offline')}`);
            row.button.dataset.status = status;
        }
        this.tick();
    }

    tick() {
        const {model} = this;
        for (const [id, row] of this.rows) {
            const seat = model.seats.get(id);
            if (seat) write(row.time, lasting(model.now - Date.parse(seat.since)));
        }
    }

    /** @param {string} id */
    select(id) {
        for (const [key, row] of this.rows) set(row.button, 'aria-pressed', String(key === id));
    }
}

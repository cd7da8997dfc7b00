// @ts-check
import {h, order, set, write} from './dom.js';
import {icon, redraw} from './icons.js';
import {say} from './text.js';
import {fullTimeOf, lasting} from './time.js';

/** @typedef {import('./state.js').Seat} Seat */
/** @typedef {import('./text.js').Key} Key */

/** What can be counted and picked, in the order of the buttons. */
const kinds = /** @type {const} */ (['empty', 'occupied', 'abandoned', 'offline']);

/** The room: a tile for each seat, and the counts, which pick the tiles that are shown. */
export class Room extends HTMLElement {
    /** @type {import('./state.js').Model} */
    model = null;

    connectedCallback() {
        this.ended = new AbortController();
        /** @type {Map<string, Tile>} */
        this.tiles = new Map();
        this.picked = '';
        this.counts = kinds.map(kind => {
            const number = h('b', {}, '0');
            const button = h('button', {class: 'count ' + kind, type: 'button', 'aria-pressed': 'false', onclick: () => this.pick(kind)},
                icon(kind), number, h('span', {}, say(kind)));
            return {kind, number, button};
        });
        this.list = h('ul', {class: 'tiles'});
        this.none = h('div', {class: 'hint', hidden: true});
        this.append(
            h('h2', {class: 'hidden', tabindex: '-1'}, say('room')),
            h('div', {class: 'row counts', role: 'group', 'aria-label': say('counts')}, this.counts.map(c => c.button)),
            this.list, this.none);
        const {model, ended: {signal}} = this;
        model.addEventListener('change', ev => this.update(/** @type {CustomEvent} */ (ev).detail), {signal});
        model.addEventListener('tick', () => this.tick(), {signal});
        this.update({all: true, seats: new Set(), cameras: new Set(), events: [], news: []});
    }

    disconnectedCallback() {
        this.ended.abort();
        this.replaceChildren();
    }

    /** @param {import('./state.js').Changes} changes */
    update(changes) {
        const {model} = this;
        if (!model.known) return;
        if (changes.all) this.arrange();
        const touched = changes.all ? model.seats.keys() : changes.seats;
        for (const id of touched) this.tiles.get(id)?.update(model, !changes.all);
        if (changes.all || changes.seats.size) this.count();
    }

    /** Keeps the tiles that there are, so that neither focus nor place on the page is lost. */
    arrange() {
        const {model, tiles, list} = this;
        for (const [id, tile] of tiles) {
            if (model.seats.has(id)) continue;
            tile.element.remove();
            tiles.delete(id);
        }
        for (const id of model.seats.keys()) if (!tiles.has(id)) tiles.set(id, new Tile(id));
        order(list, [...model.seats.keys()].map(id => tiles.get(id).element));
    }

    count() {
        const {model} = this;
        const sums = {empty: 0, occupied: 0, abandoned: 0, offline: 0};
        for (const seat of model.seats.values()) {
            sums[seat.status]++;
            if (!model.online(seat)) sums.offline++;
        }
        for (const {kind, number, button} of this.counts) {
            write(number, String(sums[kind]));
            button.classList.toggle('some', sums[kind] > 0);
        }
        this.filter();
    }

    /** @param {string} kind */
    pick(kind) {
        this.picked = this.picked === kind ? '' : kind;
        for (const c of this.counts) set(c.button, 'aria-pressed', c.kind === this.picked ? 'true' : 'false');
        this.filter();
    }

    filter() {
        const {model, picked} = this;
        let shown = 0;
        for (const [id, tile] of this.tiles) {
            const seat = model.seats.get(id);
            const fits = !picked || (picked === 'offline' ? !model.online(seat) : seat.status === picked);
            if (tile.element.hidden === fits) tile.element.hidden = !fits;
            if (fits) shown++;
        }
        this.none.hidden = shown > 0;
        if (shown === 0) this.explain();
    }

    explain() {
        const {model, none} = this;
        if (model.seats.size) {
            none.replaceChildren(h('p', {}, say('nonePicked')));
        } else {
            none.replaceChildren(h('p', {}, say('noSeats')), h('a', {class: 'button', href: '#camera'}, say('drawFirst')));
        }
    }

    tick() {
        for (const [id, tile] of this.tiles) tile.tick(this.model, this.model.seats.get(id));
    }
}

/** One seat. */
class Tile {
    /** @param {string} id */
    constructor(id) {
        this.id = id;
        this.icon = icon();
        this.name = h('strong', {class: 'cut'});
        this.status = h('span', {class: 'status cut'});
        this.time = h('span', {class: 'time'});
        this.camera = h('span', {class: 'cut quiet'});
        this.off = h('span', {class: 'off', hidden: true}, icon('offline'), h('span', {class: 'cut'}, say('offline')));
        this.link = h('a', {class: 'tile', onanimationend: () => this.link.classList.remove('changed')},
            h('span', {class: 'line'}, this.icon, this.name),
            h('span', {class: 'line'}, this.status, this.time),
            h('span', {class: 'line'}, this.camera, this.off));
        this.element = h('li', {}, this.link);
    }

    /**
     * @param {import('./state.js').Model} model
     * @param {boolean} show that it has changed
     */
    update(model, show) {
        const seat = model.seats.get(this.id);
        const status = model.statusOf(seat), online = model.online(seat);
        if (show && this.link.dataset.status !== status) this.link.classList.add('changed');
        this.link.dataset.status = status;
        this.link.dataset.online = String(online);
        redraw(this.icon, status);
        write(this.status, say(/** @type {Key} */ (status)));
        write(this.name, seat.name);
        set(this.name, 'title', seat.name);
        write(this.camera, seat.stream);
        set(this.camera, 'title', seat.stream);
        this.off.hidden = online;
        set(this.link, 'href', `#camera=${encodeURIComponent(seat.stream)}&seat=${encodeURIComponent(this.id)}`);
        set(this.time, 'title', fullTimeOf(seat.since));
        this.tick(model, seat);
    }

    /**
     * @param {import('./state.js').Model} model
     * @param {Seat} seat
     */
    tick(model, seat) {
        if (seat) write(this.time, lasting(model.now - Date.parse(seat.since)));
    }
}

customElements.define('seats-room', Room);

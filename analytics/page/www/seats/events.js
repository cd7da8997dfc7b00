// @ts-check
import {h, set, write} from './dom.js';
import {icon} from './icons.js';
import {say} from './text.js';
import {fullTimeOf, timeOf} from './time.js';

/** @typedef {import('./state.js').SeatEvent} SeatEvent */

/** How many are shown at first, and how many more with each press of the button; and how many at most. */
const STEP = 30, MOST = 1000;

/** The icon that goes with an event. */
const icons = {
    person_enter: 'occupied', person_leave: 'empty', abandoned_detected: 'abandoned', item_removed: 'empty',
    camera_offline: 'offline', camera_online: 'empty',
};

/** The events of one camera, newest first. A click on one shows its seat. */
export class Events {
    /**
     * @param {import('./state.js').Model} model
     * @param {string} stream
     * @param {(id: string) => void} onpick
     */
    constructor(model, stream, onpick) {
        this.model = model;
        this.stream = stream;
        this.onpick = onpick;
        this.list = h('ol', {class: 'events', tabindex: '0', 'aria-label': say('events')});
        this.none = h('p', {class: 'quiet'}, say('noEvents'));
        this.more = h('button', {type: 'button', hidden: true, onclick: () => this.older()}, say('older'));
        this.element = h('section', {'aria-labelledby': 'events-title'},
            h('h3', {id: 'events-title'}, say('events')), this.none, this.list, this.more);
        this.oldest = '';
        this.selected = '';
        this.seen = new Set();
        this.add(model.events.filter(e => e.stream === stream).slice(0, STEP), false);
        this.older();
    }

    /**
     * @param {SeatEvent[]} events newest first
     * @param {boolean} above what is there
     */
    add(events, above) {
        const items = [];
        for (const event of events) {
            if (event.stream !== this.stream || this.seen.has(event.id)) continue;
            this.seen.add(event.id);
            if (!this.oldest || event.id < this.oldest) this.oldest = event.id;
            items.push(this.item(event));
        }
        if (above) this.list.prepend(...items); else this.list.append(...items);
        if (above) this.trim();
        this.none.hidden = this.list.childElementCount > 0;
    }

    /** A day with this page open shall not fill the memory. */
    trim() {
        while (this.list.childElementCount > MOST) this.list.lastElementChild.remove();
    }

    /** @param {SeatEvent[]} events of any camera, in the order in which they came */
    update(events) {
        // what was loaded just now may be older than what is shown
        const newer = events.filter(e => !this.oldest || e.id > this.oldest).sort((a, b) => a.id < b.id ? 1 : -1);
        this.add(newer, true);
        this.select(this.selected);
    }

    /** @param {SeatEvent} event */
    item(event) {
        const kind = /** @type {import('./text.js').Key} */ (event.event_type);
        const seat = event.seat_id && this.model.seats.get(event.seat_id);
        const name = event.seat_id ? (seat?.name ?? event.seat_id) : event.stream;
        const content = [
            icon(icons[event.event_type]),
            h('time', {datetime: event.captured_at, title: fullTimeOf(event.captured_at)}, timeOf(event.captured_at)),
            h('b', {class: 'cut', title: name}, name),
            h('span', {class: 'what'}, say(kind)),
        ];
        if (!event.seat_id) return h('li', {class: event.event_type}, h('div', {class: 'event'}, content));
        return h('li', {class: event.event_type}, h('button', {
            type: 'button', class: 'event', onclick: () => this.onpick(event.seat_id), 'data-seat': event.seat_id,
        }, content));
    }

    /** @param {string} id of the seat that is picked, or '' */
    select(id) {
        this.selected = id;
        for (const button of this.list.querySelectorAll('button')) set(button, 'aria-current', button.dataset.seat === id ? 'true' : null);
    }

    /** The API has them of all cameras, so more are asked for than are shown. */
    async older() {
        set(this.more, 'disabled', true);
        const wanted = this.list.childElementCount + STEP;
        let before = this.oldest, ended = false;
        try {
            for (let asks = 0; asks < 5 && this.list.childElementCount < wanted && !ended; asks++) {
                /** @type {SeatEvent[]} */
                const events = await this.model.link.ask(`api/seats/events?limit=500${before && '&before=' + before}`);
                const own = events.filter(e => e.stream === this.stream), some = own.slice(0, wanted - this.list.childElementCount);
                ended = events.length < 500 && some.length === own.length;
                if (some.length < own.length) before = some[some.length - 1].id;
                else if (events.length) before = events[events.length - 1].id;
                this.add(some, false);
            }
            this.oldest = before;
            write(this.more, say('older'));
        } catch {
            write(this.more, say('tryAgain'));
        }
        this.more.hidden = ended || this.list.childElementCount >= MOST;
        set(this.more, 'disabled', null);
    }
}

// @ts-check
import {h} from './dom.js';
import {say} from './text.js';

/** The least time between two announcements, in ms, and how many are read out one by one. */
const PAUSE = 8000, SINGLE = 3;

/** The events that somebody has to act on. People who come and go are not read out: in a full room nothing else would be. */
const urgent = ['abandoned_detected', 'camera_offline', 'camera_online'];

/** Tells screen readers what happened, seldom. */
export class Announcer {
    /** @param {import('./state.js').Model} model */
    constructor(model) {
        this.element = h('div', {class: 'hidden', 'aria-live': 'polite', id: 'announcer'});
        /** @type {string[]} */
        this.waiting = [];
        this.timer = 0;
        model.addEventListener('change', ev => {
            const {news} = /** @type {CustomEvent<import('./state.js').Changes>} */ (ev).detail;
            for (const event of news) {
                if (!urgent.includes(event.event_type)) continue;
                const name = event.seat_id ? model.seats.get(event.seat_id)?.name ?? event.seat_id : event.stream;
                this.waiting.push(`${name}: ${say(/** @type {any} */ (event.event_type))}`);
            }
            if (this.waiting.length) this.timer ||= setTimeout(() => this.tell(), 500);
        });
    }

    tell() {
        const {waiting} = this;
        this.element.textContent = waiting.length > SINGLE ? say('manyNews', waiting.length) : waiting.join('. ');
        waiting.length = 0;
        this.timer = setTimeout(() => {
            this.timer = 0;
            if (waiting.length) this.tell();
        }, PAUSE);
    }
}

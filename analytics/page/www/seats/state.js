// @ts-check
import {Link} from './link.js';

/** How many events are kept: more than anybody scrolls through, less than a day's memory. */
const KEPT = 500;

/**
 * @typedef {{seat_id: string, stream: string, status: string, person_detected: boolean, items_detected: boolean,
 *     detection_confidence: number, since: string, updated_at: string, name: string, roi: [number, number][],
 *     items_roi?: [number, number][], anchor: string, revision: string}} Seat
 * @typedef {{stream: string, online: boolean, last_frame_at: string|null, error: string|null, updated_at: string}} Camera
 * @typedef {{id: string, seat_id: string|null, stream: string, event_type: string, status: string|null,
 *     previous_status: string|null, detection_confidence: number, captured_at: string}} SeatEvent
 * @typedef {{class: string, confidence: number, box: [number, number, number, number], foot: [number, number],
 *     seat_id: string|null}} Found
 * @typedef {{stream: string, captured_at: string, width: number, height: number, boxes: Found[]}} Look
 * @typedef {{all: boolean, seats: Set<string>, cameras: Set<string>, events: SeatEvent[], news: SeatEvent[]}} Changes
 */

/**
 * All that the views show, as it is now. Fires
 * - `change` with Changes as detail, at most once a frame of the screen; `all` where seats or cameras came, went or were
 *   edited; `events` are those that were not known yet, `news` those of them that happened just now;
 * - `link` when it is live or old, or why, changed;
 * - `look` with a Look as detail, of the camera that is followed; `lookless` with a sentence where it cannot be;
 * - `tick` once a second, for what shows durations.
 */
export class Model extends EventTarget {
    constructor() {
        super();
        this.storeID = '';
        this.note = '';
        this.known = false; // something has come
        this.shape = '';    // of what was configured
        /** @type {Map<string, Seat>} */
        this.seats = new Map(); // in the order of the configuration
        /** @type {Map<string, Camera>} */
        this.cameras = new Map();
        /** @type {SeatEvent[]} */
        this.events = []; // newest first
        this.newest = ''; // id of the newest event that came; ids sort by time
        /** @type {Look} */
        this.look = null;
        this.followed = '';
        this.begin();
        this.frame = 0;
        this.link = new Link(m => this.receive(m), () => this.dispatchEvent(new Event('link')), id => id <= this.newest);
        setInterval(() => document.hidden || this.dispatchEvent(new Event('tick')), 1000);
    }

    /** Begins a new collection of changes. */
    begin() {
        /** @type {Changes} */
        this.changes = {all: false, seats: new Set(), cameras: new Set(), events: [], news: []};
    }

    /** @return {boolean} what is shown is so now */
    get live() {
        return this.link.live;
    }

    /** @return {number} what the box's clock shows, ms since 1970; it stands while what is shown is old */
    get now() {
        return (this.live ? Date.now() : this.link.heardAt || Date.now()) + this.link.offset;
    }

    /** @param {Seat} seat */
    online(seat) {
        return this.cameras.get(seat.stream)?.online ?? true;
    }

    /**
     * What people see of a seat: its status, or `away` where only belongings are there.
     * @param {Seat} seat
     */
    statusOf(seat) {
        return seat.status === 'occupied' && !seat.person_detected && seat.items_detected ? 'away' : seat.status;
    }

    /** @param {string} stream whose looks are wanted from now on; '' for none */
    follow(stream) {
        if (stream === this.followed) return;
        this.followed = stream;
        this.look = null;
        this.link.send({type: 'seats/look', value: stream});
    }

    /** @param {{type: string, value: any}} message */
    receive({type, value}) {
        switch (type) {
        case 'seats':
            this.snapshot(value);
            break;
        case 'seats/status': {
            const seat = this.seats.get(value.seat_id);
            if (!seat) return;
            Object.assign(seat, value);
            this.changes.seats.add(value.seat_id);
            break;
        }
        case 'seats/camera':
            if (this.cameras.get(value.stream)?.online !== value.online) this.touch(value.stream);
            this.cameras.set(value.stream, value);
            this.changes.cameras.add(value.stream);
            break;
        case 'seats/event':
            this.keep([value]);
            this.changes.news.push(value);
            if (this.changes.news.length > KEPT) this.changes.news.shift();
            break;
        case 'seats/look':
            if (value.stream !== this.followed) return;
            this.look = value;
            this.dispatchEvent(new CustomEvent('look', {detail: value}));
            return;
        case 'open':
            if (this.followed) this.link.send({type: 'seats/look', value: this.followed});
            this.loadEvents();
            return;
        case 'error':
            if (String(value).startsWith('seats/look: ')) {
                this.dispatchEvent(new CustomEvent('lookless', {detail: value.slice('seats/look: '.length)}));
            }
            return;
        default:
            return;
        }
        this.schedule();
    }

    /** @param {string} stream whose seats look otherwise now */
    touch(stream) {
        for (const seat of this.seats.values()) if (seat.stream === stream) this.changes.seats.add(seat.seat_id);
    }

    /** @param {{store_id: string, note?: string, seats: Seat[], cameras: Camera[]}} value */
    snapshot(value) {
        this.storeID = value.store_id;
        this.note = value.note || '';
        const shape = JSON.stringify([value.store_id, value.note, value.seats.map(s => [s.seat_id, s.stream, s.name, s.revision]), value.cameras.map(c => c.stream)]);
        if (!this.known || shape !== this.shape) this.changes.all = true;
        this.shape = shape;
        this.known = true;
        this.seats = new Map(value.seats.map(seat => [seat.seat_id, seat]));
        this.cameras = new Map(value.cameras.map(camera => [camera.stream, camera]));
        for (const id of this.seats.keys()) this.changes.seats.add(id);
        for (const stream of this.cameras.keys()) this.changes.cameras.add(stream);
    }

    /** @param {SeatEvent[]} events */
    keep(events) {
        for (const event of events) {
            if (this.events.some(e => e.id === event.id)) continue;
            const at = this.events.findIndex(e => e.id < event.id);
            this.events.splice(at < 0 ? this.events.length : at, 0, event);
            this.changes.events.push(event);
            if (this.changes.events.length > KEPT) this.changes.events.shift(); // nobody has looked for long
            if (event.id > this.newest) this.newest = event.id;
        }
        if (this.events.length > KEPT) this.events.length = KEPT;
        this.schedule();
    }

    async loadEvents() {
        try {
            this.keep((await this.link.ask('api/seats/events?limit=200')).reverse());
        } catch {
            // the line tells of it
        }
    }

    /** Browsers paint no frames of pages that nobody sees: what has changed is told when somebody looks again. */
    schedule() {
        this.frame ||= requestAnimationFrame(() => {
            this.frame = 0;
            const detail = this.changes;
            this.begin();
            this.dispatchEvent(new CustomEvent('change', {detail}));
        });
    }
}

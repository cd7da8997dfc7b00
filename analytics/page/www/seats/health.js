// @ts-check
import {h, order, set, write} from './dom.js';
import {icon, redraw} from './icons.js';
import {Sinks} from './sinks.js';
import {say} from './text.js';
import {lasting} from './time.js';

/** How often it is asked, in ms. */
const REFRESH = 5000;

/** @param {number} ms */
const duration = ms => say('milliseconds', ms < 10 ? ms.toFixed(1) : Math.round(ms));

/** What is told of a camera: its heading, and the text for it. */
const columns = /** @type {const} */ ([
    ['seatsOf', c => String(c.seats)],
    ['looks', c => String(c.looks_per_minute)],
    ['frameAge', c => c.last_frame_age === null ? '–' : say('ago', lasting(c.last_frame_age * 1000))],
    ['decode', c => c.last_look_at ? duration(c.decode_ms.mean || c.decode_ms.last) : '–'],
    ['infer', c => c.last_look_at ? duration(c.infer_ms.mean || c.infer_ms.last) : '–'],
    ['dropped', c => String(c.dropped_total)],
    ['failed', c => String(c.failed_total)],
]);

/** How it goes: what is wrong, the looks camera by camera, and what is still to be sent. */
export class HealthView extends HTMLElement {
    /** @type {import('./state.js').Model} */
    model = null;

    connectedCallback() {
        this.ended = new AbortController();
        this.sum = h('p', {class: 'sum', role: 'status'});
        this.problems = h('ul', {class: 'problems bad'});
        this.engine = h('p', {class: 'quiet'});
        /** @type {Map<string, any>} */
        this.rows = new Map();
        this.body = h('tbody');
        this.table = h('table', {class: 'cards', hidden: true}, h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, say('camera')), h('th', {scope: 'col'}, say('state')),
            columns.map(([key]) => h('th', {scope: 'col', class: 'number'}, say(key))))), this.body);
        this.none = h('p', {class: 'quiet', hidden: true}, say('noCameras'));
        this.sinks = new Sinks();
        this.append(h('h2', {class: 'hidden', tabindex: '-1'}, say('health')), this.sum, this.problems,
            h('section', {}, h('h3', {}, say('cameras')), this.engine, this.none, this.table), this.sinks.element);
        const timer = setInterval(() => document.hidden || this.load(), REFRESH);
        this.ended.signal.addEventListener('abort', () => clearInterval(timer));
        this.load();
    }

    disconnectedCallback() {
        this.ended.abort();
        this.replaceChildren();
    }

    async load() {
        const {link} = this.model;
        const [health, cameras, outbox] = await Promise.allSettled([
            this.ask('api/seats/health'), link.ask('api/seats/cameras'), link.ask('api/seats/outbox'),
        ]);
        if (this.ended.signal.aborted) return;
        if (health.status === 'fulfilled') this.drawSum(health.value); else write(this.sum, say('silent'));
        if (cameras.status === 'fulfilled') this.drawCameras(cameras.value);
        if (outbox.status === 'fulfilled') this.sinks.draw(outbox.value.sinks);
    }

    /**
     * What is unhealthy answers 503, with the reasons.
     * @param {string} path
     */
    async ask(path) {
        const response = await fetch(new URL(path, location.href), {cache: 'no-store', signal: AbortSignal.timeout(REFRESH)});
        return response.json();
    }

    /** @param {{healthy: boolean, problems: string[]}} health */
    drawSum({healthy, problems}) {
        write(this.sum, healthy ? say('healthy') : say('unhealthy', problems.length));
        this.sum.classList.toggle('good', healthy);
        this.sum.classList.toggle('bad', !healthy);
        const now = problems.join('\n');
        if (this.told === now) return;
        this.told = now;
        this.problems.replaceChildren(...problems.map(text => h('li', {}, text)));
    }

    /** @param {{model: any, cameras: any[]}} view */
    drawCameras({model, cameras}) {
        const engine = model ? `${say('model')}: ${model.path} · ${model.family} · ${model.width}×${model.height} · ${model.provider}${model.note ? ' · ' + model.note : ''}` : say('noModel');
        write(this.engine, cameras.length || model ? engine : '');
        this.none.hidden = cameras.length > 0;
        this.table.hidden = cameras.length === 0;
        const names = new Set(cameras.map(c => c.stream));
        for (const [name, row] of this.rows) {
            if (names.has(name)) continue;
            row.element.remove();
            this.rows.delete(name);
        }
        for (const camera of cameras) {
            let row = this.rows.get(camera.stream);
            if (!row) this.rows.set(camera.stream, row = this.row(camera.stream));
            redraw(row.icon, camera.online ? 'empty' : 'offline');
            write(row.word, say(camera.online ? 'online' : 'off'));
            row.element.dataset.online = String(camera.online);
            write(row.error, camera.error || '');
            set(row.error, 'title', camera.error);
            columns.forEach(([, text], i) => write(row.cells[i], text(camera)));
        }
        order(this.body, cameras.map(camera => this.rows.get(camera.stream).element));
    }

    /** @param {string} stream */
    row(stream) {
        const row = {icon: icon(), word: h('span'), error: h('div', {class: 'error bad'}), cells: [], element: null};
        row.cells = columns.map(([key]) => h('td', {class: 'number', 'data-column': say(key)}));
        row.element = h('tr', {},
            h('th', {scope: 'row'}, h('a', {href: '#camera=' + encodeURIComponent(stream), class: 'cut', title: stream}, stream)),
            h('td', {class: 'online', 'data-column': say('state')}, h('span', {class: 'state'}, row.icon, row.word), row.error), row.cells);
        return row;
    }
}

customElements.define('seats-health', HealthView);

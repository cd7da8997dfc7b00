// @ts-check
import {h, order, set, write} from './dom.js';
import {HeatRow} from './heatrow.js';
import {hourName, partsOf, percent} from './hours.js';
import {say} from './text.js';

/** How often what is shown is asked for again, in ms. */
const REFRESH = 60000;

/**
 * @typedef {{timezone: string, hours: string[], seats: {seat_id: string, name: string, stream: string,
 *     occupied: (number|null)[], abandoned: (number|null)[], seen: number[]}[]}} HistoryData
 */

/** How much of each hour each seat was taken, over a day or a week, and the same as CSV. */
export class HistoryView extends HTMLElement {
    /** @type {import('./state.js').Model} */
    model = null;

    connectedCallback() {
        this.ended = new AbortController();
        this.days = 1;
        /** @type {HistoryData} */
        this.data = null;
        /** @type {Map<string, HeatRow>} */
        this.rows = new Map();
        this.choices = [1, 7].map(days => h('button', {
            type: 'button', 'aria-pressed': String(days === this.days), onclick: () => this.choose(days),
        }, say(days === 1 ? 'day' : 'week')));
        this.csv = h('a', {class: 'button', download: ''}, say('csv'));
        this.zone = h('span', {class: 'quiet'});
        this.problem = h('p', {class: 'bad', role: 'status'});
        // at the foot of the picture and always there: what is pointed at moves nothing
        this.readout = h('output', {class: 'readout', 'aria-live': 'polite'}, say('point'));
        this.axis = h('div', {class: 'axis', 'aria-hidden': 'true'});
        this.body = h('tbody');
        this.table = h('table', {class: 'heat', hidden: true},
            h('caption', {class: 'hidden'}, say('heatmap')),
            h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, say('seat')), h('th', {scope: 'col', class: 'hours'}, h('span', {class: 'hidden'}, say('period')), this.axis),
                h('th', {scope: 'col', class: 'mean'}, say('mean')))), this.body);
        this.none = h('p', {class: 'hint', hidden: true}, say('noHistory'));
        this.legend = h('p', {class: 'legend quiet', hidden: true}, h('span', {}, say('takenShare', 0)), h('i', {class: 'ramp'}), h('span', {}, '100 %'),
            h('i', {class: 'unseen'}), h('span', {}, say('notSeen')), this.zone);
        this.append(h('h2', {class: 'hidden', tabindex: '-1'}, say('history')),
            h('div', {class: 'row tools'}, h('div', {class: 'row', role: 'group', 'aria-label': say('period')}, this.choices), this.csv),
            this.problem, this.none, this.table, h('div', {class: 'row foot'}, this.readout, this.legend));
        const {signal} = this.ended;
        const timer = setInterval(() => document.hidden || this.load(), REFRESH);
        signal.addEventListener('abort', () => clearInterval(timer));
        matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw(), {signal});
        this.choose(this.days);
    }

    disconnectedCallback() {
        this.ended.abort();
        this.replaceChildren();
    }

    /** @param {number} days */
    choose(days) {
        this.days = days;
        this.choices.forEach((button, i) => set(button, 'aria-pressed', String(days === [1, 7][i])));
        this.csv.href = `api/seats/history?days=${days}&format=csv`;
        this.load();
    }

    async load() {
        const {days} = this;
        try {
            const data = await this.model.link.ask('api/seats/history?days=' + days);
            if (days !== this.days || this.ended.signal.aborted) return;
            this.data = data;
            write(this.problem, '');
            this.draw();
        } catch {
            write(this.problem, say('silent'));
        }
    }

    draw() {
        const {data, rows, body} = this;
        if (!data) return;
        const empty = data.seats.length === 0;
        this.none.hidden = !empty;
        this.table.hidden = this.legend.hidden = empty;
        write(this.zone, say('zone', data.timezone));
        this.drawAxis();
        const ids = new Set(data.seats.map(seat => seat.seat_id));
        for (const [id, row] of rows) {
            if (ids.has(id)) continue;
            row.element.remove();
            rows.delete(id);
        }
        const style = getComputedStyle(this);
        const colours = {from: style.getPropertyValue('--heat-from').trim(), to: style.getPropertyValue('--heat-to').trim()};
        for (const seat of data.seats) {
            let row = rows.get(seat.seat_id);
            if (!row) rows.set(seat.seat_id, row = new HeatRow((r, hour) => this.read(r, hour), (r, step) => this.move(r, step)));
            row.draw(seat, data.hours, colours);
        }
        order(body, data.seats.map(seat => rows.get(seat.seat_id).element));
        // one stop for the Tab key; arrow keys go on from there
        const all = [...rows.values()];
        if (!all.some(row => row.canvas.tabIndex === 0) && all.length) all[0].canvas.tabIndex = 0;
    }

    drawAxis() {
        const {hours} = this.data;
        const marks = [];
        hours.forEach((hour, i) => {
            const {clock, weekday} = partsOf(hour);
            const left = `left: ${i / hours.length * 100}%`;
            if (hours.length > 24 ? clock === 0 : clock % 3 === 0) marks.push(h('span', {style: left}, hours.length > 24 ? weekday : String(clock)));
        });
        this.axis.replaceChildren(...marks);
    }

    /**
     * @param {HeatRow} row
     * @param {number} hour index, or -1
     */
    read(row, hour) {
        if (hour < 0) {
            write(this.readout, say('point'));
            return;
        }
        const {seat} = row, share = seat.occupied[hour], left = seat.abandoned[hour];
        const words = share === null ? [say('notSeen')] : [say('takenShare', percent(share))];
        if (left) words.push(say('abandonedShare', percent(left)));
        write(this.readout, `${seat.name} · ${hourName(this.data.hours[hour])} · ${words.join(', ')}`);
    }

    /**
     * @param {HeatRow} row
     * @param {number} step up or down
     */
    move(row, step) {
        const all = [...this.body.children].map(tr => [...this.rows.values()].find(r => r.element === tr));
        const next = all[all.indexOf(row) + step];
        if (!next) return;
        row.canvas.tabIndex = -1;
        next.canvas.tabIndex = 0;
        next.hour = row.hour;
        next.canvas.focus();
    }
}

customElements.define('seats-history', HistoryView);

// @ts-check
import {h, set, write} from './dom.js';
import {say} from './text.js';
import {timeOf} from './time.js';

/** Names as people write them. */
const names = {supabase: 'Supabase', webhook: 'Webhook'};

/** What is still to be sent to Supabase and the webhook, and why it is not. */
export class Sinks {
    constructor() {
        this.list = h('ul', {class: 'sinks'});
        this.none = h('p', {class: 'quiet', hidden: true}, say('noSinks'));
        this.element = h('section', {}, h('h3', {}, say('outside')), this.none, this.list);
        /** @type {Map<string, any>} */
        this.rows = new Map();
    }

    /** @param {any[]} sinks as api/seats/outbox has them */
    draw(sinks) {
        this.none.hidden = sinks.length > 0;
        for (const sink of sinks) {
            let row = this.rows.get(sink.sink);
            if (!row) {
                this.rows.set(sink.sink, row = this.row(sink.sink));
                this.list.append(row.element);
            }
            const {failing} = sink;
            const waiting = Object.values(sink.pending).reduce((sum, n) => sum + n, 0);
            const words = [say('backlog', waiting)];
            if (waiting && sink.oldest_at) words.push(say('oldest', timeOf(sink.oldest_at)));
            if (sink.dropped) words.push(say('lost', sink.dropped));
            if (sink.rejected_total) words.push(say('rejected', sink.rejected_total));
            write(row.state, failing ? say('failing', timeOf(failing.since), failing.error) : say('fine'));
            row.state.className = failing ? 'bad' : 'good';
            write(row.advice, [failing?.advice, ...sink.check].filter(Boolean).join(' '));
            write(row.sums, words.join(' · '));
            const reason = sink.rejected[0]?.reason ?? '';
            write(row.reason, reason);
            set(row.again, 'hidden', !sink.rejected_total);
        }
    }

    /** @param {string} name */
    row(name) {
        const row = {
            state: h('p'), advice: h('p'), sums: h('p', {class: 'quiet'}), reason: h('p', {class: 'quiet'}), told: h('span', {role: 'status'}),
            again: h('button', {type: 'button', hidden: true, onclick: () => this.retry(name, row.told)}, say('sendAgain')), element: null,
        };
        row.element = h('li', {}, h('h4', {}, names[name] || name), row.state, row.advice, row.sums, row.reason, h('div', {class: 'row'}, row.again, row.told));
        return row;
    }

    /**
     * @param {string} name
     * @param {HTMLElement} told
     */
    async retry(name, told) {
        try {
            const response = await fetch(new URL('api/seats/outbox?retry=' + encodeURIComponent(name), location.href), {method: 'POST'});
            const text = await response.text();
            write(told, response.ok ? say('sentAgain', JSON.parse(text).retried) : text.trim());
        } catch {
            write(told, say('silent'));
        }
    }
}

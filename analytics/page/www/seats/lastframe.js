// @ts-check
import {h} from './dom.js';
import {say} from './text.js';

/**
 * The exact picture that was looked at last, without anything drawn on it: boxes belong to this one alone. A new one
 * replaces the old one when it is decoded, so nothing blinks.
 */
export class LastFrame {
    /**
     * @param {string} stream
     * @param {(problem: string) => void} onchange a picture is there, or a sentence why none is
     */
    constructor(stream, onchange) {
        this.stream = stream;
        this.onchange = onchange;
        this.element = h('img', {class: 'picture', alt: ''});
        this.url = '';
        this.capturedAt = ''; // of the picture
        this.wanted = false;
        this.busy = false;
        this.ended = new AbortController();
    }

    close() {
        this.ended.abort();
        this.element.remove();
        URL.revokeObjectURL(this.url);
    }

    /** There is a newer one. One is loaded at a time: who is slow sees fewer. */
    async refresh() {
        if (this.busy) {
            this.wanted = true;
            return;
        }
        this.busy = true;
        do {
            this.wanted = false;
            await this.load().catch(e => this.ended.signal.aborted ? undefined : this.onchange(e.message));
        } while (this.wanted && !this.ended.signal.aborted);
        this.busy = false;
    }

    async load() {
        const {signal} = this.ended;
        const url = new URL(`api/seats/frame.jpeg?plain=1&src=${encodeURIComponent(this.stream)}`, location.href);
        const response = await fetch(url, {cache: 'no-store', signal}).catch(e => {
            throw signal.aborted ? e : new Error(say('silent'));
        });
        if (!response.ok) throw new Error(response.status === 404 ? say('noFrame') : (await response.text()).trim());
        const next = URL.createObjectURL(await response.blob());
        const probe = new Image();
        probe.src = next;
        await probe.decode().catch(() => undefined);
        if (signal.aborted) {
            URL.revokeObjectURL(next);
            return;
        }
        const old = this.url;
        this.url = next;
        this.capturedAt = response.headers.get('X-Captured-At') || '';
        this.element.src = next;
        await this.element.decode().catch(() => undefined);
        URL.revokeObjectURL(old);
        this.onchange('');
    }
}

// @ts-check
/** How often it is asked for, in ms, while there is no WebSocket; and how long an answer may take. */
const POLL = 3000, PATIENCE = 5000;

/** How often the newest event is compared with what the WebSocket told, and how much later than the other it may be. */
const CHECK = 10000, LATE = 3000;

/** The longest pause between two tries to connect, in ms. */
const LONGEST = 10000;

/**
 * The line to the box: a WebSocket that is opened again whenever it ends. While there is none, the seats are asked for by
 * HTTP, so that even behind a proxy without WebSockets they are seconds old. A line that is dead and does not know it
 * (a phone that slept, a router that forgot) is found by asking by HTTP for the newest event.
 */
export class Link {
    /**
     * @param {(message: {type: string, value: any}) => void} onmessage
     * @param {() => void} onstate `live`, `problem` or `heardAt` changed
     * @param {(id: string) => boolean} knows whether an event has come
     */
    constructor(onmessage, onstate, knows) {
        this.onmessage = onmessage;
        this.onstate = onstate;
        this.knows = knows;
        this.live = false;
        /** @type {''|'away'|'denied'|'refused'} */
        this.problem = '';
        this.heardAt = 0; // when what is shown was true, ms since 1970 of this browser
        this.offset = 0;  // of the box's clock, in ms
        this.tries = 0;
        this.retry = 0;
        this.closed = false;
        /** @type {WebSocket} */
        this.ws = null;
        this.polling = setInterval(() => this.live || this.problem === 'denied' ? undefined : this.poll(), POLL);
        this.checking = setInterval(() => this.check(), CHECK);
        this.wake = () => document.hidden ? undefined : this.hurry();
        document.addEventListener('visibilitychange', this.wake);
        addEventListener('online', this.wake);
        this.connect();
    }

    close() {
        this.closed = true;
        clearInterval(this.polling);
        clearInterval(this.checking);
        clearTimeout(this.retry);
        document.removeEventListener('visibilitychange', this.wake);
        removeEventListener('online', this.wake);
        this.ws?.close();
        this.ws = null;
    }

    /** @param {{type: string, value?: any}} message */
    send(message) {
        if (this.live) this.ws.send(JSON.stringify(message));
    }

    /** Back from sleep: what is there is asked at once. */
    hurry() {
        if (this.live) {
            this.check();
        } else if (this.problem !== 'denied' && this.ws?.readyState !== WebSocket.CONNECTING) {
            this.connect();
        }
    }

    connect() {
        clearTimeout(this.retry);
        const url = new URL('api/ws', location.href);
        url.protocol = url.protocol.replace('http', 'ws');
        url.hash = '';
        this.ws?.close();
        const ws = this.ws = new WebSocket(url);
        const timer = setTimeout(() => this.lost(ws), PATIENCE);
        ws.addEventListener('open', () => ws.send('{"type":"seats"}'));
        ws.addEventListener('message', ev => {
            if (ws !== this.ws || typeof ev.data !== 'string') return;
            const message = JSON.parse(ev.data);
            if (message.type === 'seats') {
                clearTimeout(timer);
                this.tries = 0;
            }
            this.heard();
            this.onmessage(message);
            if (message.type === 'seats' && !this.live) {
                this.live = true;
                this.onstate();
                this.onmessage({type: 'open', value: null});
                this.check();
            }
        });
        ws.addEventListener('close', () => {
            clearTimeout(timer);
            this.lost(ws);
        });
    }

    /** @param {WebSocket} ws */
    lost(ws) {
        if (ws !== this.ws || this.closed) return;
        this.ws = null;
        ws.close();
        const was = this.live;
        this.live = false;
        if (was) this.onstate();
        this.poll();
        if (this.problem === 'denied') return;
        const pause = Math.min(500 * 2 ** this.tries++, LONGEST);
        this.retry = setTimeout(() => this.connect(), pause * (0.75 + Math.random() / 2));
    }

    heard() {
        this.heardAt = Date.now();
        this.problem = '';
    }

    /**
     * @param {string} path
     * @return {Promise<any>} the answer; throws where there is none
     */
    async ask(path) {
        const began = Date.now();
        const response = await fetch(new URL(path, location.href), {cache: 'no-store', signal: AbortSignal.timeout(PATIENCE)});
        const at = Date.parse(response.headers.get('Date') || '');
        if (at) this.setOffset(at + 500 - (began + Date.now()) / 2);
        if (response.ok) return response.json();
        throw Object.assign(new Error(response.statusText), {status: response.status});
    }

    /** @param {number} offset in ms, known to a second; a smaller one is as good as none */
    setOffset(offset) {
        if (Math.abs(offset) < 2000) offset = 0;
        if (Math.abs(offset - this.offset) > 1500) this.offset = offset;
    }

    /** @param {any} e */
    fail({status}) {
        const problem = status === 401 ? 'denied' : status === 403 ? 'refused' : 'away';
        if (problem === this.problem) return;
        this.problem = problem;
        if (problem === 'denied') {
            clearTimeout(this.retry); // each try would have the browser ask for the password
            this.live = false;
            this.ws?.close();
            this.ws = null;
        }
        this.onstate();
    }

    async poll() {
        try {
            const value = await this.ask('api/seats');
            if (this.live || this.closed) return;
            this.heard();
            this.onmessage({type: 'seats', value});
            this.onstate();
        } catch (e) {
            if (!this.live) this.fail(e);
        }
    }

    async check() {
        const ws = this.ws;
        if (!this.live || document.hidden) return;
        try {
            const [newest] = await this.ask('api/seats/events?limit=1');
            if (ws !== this.ws) return;
            if (!newest || this.knows(newest.id)) {
                this.heard();
                return;
            }
            setTimeout(() => this.knows(newest.id) || this.lost(ws), LATE);
        } catch (e) {
            if (ws !== this.ws || !this.live) return;
            if (e.status === 401) this.fail(e); else if (!e.status) this.lost(ws); // any other answer is one
        }
    }
}

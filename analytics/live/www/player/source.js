// @ts-check
/** How often the state is asked for by HTTP, in ms. */
const POLL = 3000;

/**
 * @typedef {{online?: boolean, since?: string, error?: string, missing?: boolean}} SourceState empty: not known
 */

/**
 * Follows the state of a stream's source: by a WebSocket that stays open, by asking where none can be had. It is also the
 * WebSocket of those who extend the player.
 */
export class Source {
    /**
     * @param {import('../video-rtc.js').VideoRTC} host
     * @param {import('./reach.js').Reach} reach
     * @param {import('./address.js').Address} address
     * @param {(state: SourceState) => void} onstate
     * @param {() => void} onback the WebSocket is open again
     */
    constructor(host, reach, address, onstate, onback) {
        this.host = host;
        this.reach = reach;
        this.address = address;
        this.onstate = onstate;
        this.onback = onback;
        this.lost = false;
        this.ended = new AbortController();
        this.tries = 0;
        this.timer = 0;
        this.polling = 0;
        /** @type {WebSocket} */
        this.ws = null;
    }

    async connect() {
        const {host, ended: {signal}} = this;
        host.wsState = WebSocket.CONNECTING;
        let ws;
        try {
            ws = await this.reach.open(signal, true);
        } catch {
            this.again();
            return;
        }
        if (signal.aborted) {
            ws.close();
            return;
        }
        this.tries = 0;
        clearInterval(this.polling);
        this.polling = 0;
        this.ws = host.ws = ws;
        ws.addEventListener('message', ev => typeof ev.data === 'string' && this.receive(JSON.parse(ev.data)), {signal});
        ws.addEventListener('close', () => this.again(), {signal});
        host.wsState = WebSocket.OPEN;
        host.onopen();
        this.ask();
        if (this.lost) this.onback();
        this.lost = false;
    }

    ask() {
        if (this.ws?.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify({type: 'source'}));
    }

    /** @param {{type: string, value?: any}} message */
    receive(message) {
        const {type, value} = message;
        if (type === 'source') this.onstate(value);
        if (type === 'error' && value.startsWith('source: ')) {
            this.onstate({missing: true, error: value.slice('source: '.length)});
            clearTimeout(this.timer);
            this.timer = setTimeout(() => this.ask(), 2 * POLL); // somebody may add it
        }
        for (const name in this.host.onmessage) this.host.onmessage[name](message);
    }

    again() {
        if (this.ended.signal.aborted) return;
        if (this.ws) this.lost = true;
        this.ws = this.host.ws = null;
        const handled = this.host.onclose();
        if (!handled) return;
        if (!this.polling && this.address.base) {
            this.polling = setInterval(() => this.poll(), POLL);
            this.poll();
        }
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.connect(), Math.min(1000 * 2 ** this.tries++, this.host.RECONNECT_TIMEOUT));
    }

    async poll() {
        try {
            const response = await fetch(this.address.http('source', ''), {cache: 'no-store', signal: this.ended.signal});
            if (this.ws) return;
            if (response.ok) {
                this.onstate(await response.json());
            } else if (response.status === 404 && (await response.text()).trim() === 'stream not found') {
                this.onstate({missing: true});
            }
        } catch {
            // the box is away: what was known stays
        }
    }

    close() {
        this.ended.abort();
        clearTimeout(this.timer);
        clearInterval(this.polling);
        this.ws?.close();
        this.ws = this.host.ws = null;
        this.host.wsState = WebSocket.CLOSED;
    }
}

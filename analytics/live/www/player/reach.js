// @ts-check
import {say} from './text.js';

/**
 * Opens WebSockets, and remembers for a while that none can be had: by a proxy that refuses them or swallows them.
 */
export class Reach {
    /**
     * @param {string} url
     * @param {number} patience in ms; a socket that connects for longer counts as refused
     * @param {number} memory in ms; how long to believe a refusal
     */
    constructor(url, patience, memory) {
        this.url = url;
        this.patience = patience;
        this.memory = memory;
        this.refusedAt = -Infinity;
    }

    get refused() {
        return performance.now() - this.refusedAt < this.memory;
    }

    /**
     * @param {AbortSignal} signal
     * @param {boolean} [probe] try it even if none was to be had
     * @return {Promise<WebSocket>} open
     */
    open(signal, probe) {
        return new Promise((resolve, reject) => {
            if (this.refused && !probe) {
                reject(new Error(say('refused')));
                return;
            }
            const ws = new WebSocket(this.url);
            ws.binaryType = 'arraybuffer';
            const refuse = () => {
                clearTimeout(timer);
                ws.onopen = ws.onclose = null;
                ws.close();
                if (!signal.aborted) this.refusedAt = performance.now();
                reject(new Error(say('refused')));
            };
            const timer = setTimeout(refuse, this.patience);
            signal.addEventListener('abort', () => {
                clearTimeout(timer);
                ws.close();
            }, {once: true});
            ws.onopen = () => {
                clearTimeout(timer);
                ws.onclose = null;
                this.refusedAt = -Infinity;
                resolve(ws);
            };
            ws.onclose = refuse;
        });
    }
}

// @ts-check
import {Mode} from './mode.js';
import {parts} from './multipart.js';
import {say} from './text.js';

/**
 * Motion JPEG: pictures by a WebSocket, by HTTP where none can be had. Both are read here and put into an image one by one,
 * which tells that they come: an image with the stream for its source would not.
 */
export class MJPEG extends Mode {
    loader = new Image();
    loading = ''; // URL of the picture that is being loaded
    url = '';     // and of the one on the screen
    /** @type {Blob} */
    waiting = null;

    async start() {
        const {stage, abort: {signal}} = this, {reach, address} = stage.host.player;
        this.view = stage.image();
        this.loader.addEventListener('load', () => this.shown(), {signal});
        this.loader.addEventListener('error', () => this.next(), {signal});
        let ws;
        try {
            ws = await reach.open(signal);
        } catch {
            const url = address.http('stream.mjpeg', '');
            if (!url) {
                this.fail(say('refused'));
                return;
            }
            try {
                await parts(url, signal, jpeg => this.push(jpeg));
                this.fail(say('closed'));
            } catch (e) {
                this.fail(/** @type {Error} */ (e).message);
            }
            return;
        }
        this.ws = ws;
        ws.addEventListener('message', ev => {
            if (typeof ev.data !== 'string') {
                this.push(ev.data);
                return;
            }
            const {type, value = ''} = JSON.parse(ev.data);
            if (type === 'error') this.fail(value.replace(/^mjpeg: /, ''));
        }, {signal});
        ws.addEventListener('close', () => this.fail(say('closed')), {signal});
        ws.send(JSON.stringify({type: 'mjpeg'}));
    }

    /**
     * The newest picture waits while one is decoded; older ones are dropped.
     * @param {BlobPart} jpeg
     */
    push(jpeg) {
        this.waiting = new Blob([jpeg], {type: 'image/jpeg'});
        if (!this.loading) this.next();
    }

    next() {
        if (this.loading) URL.revokeObjectURL(this.loading);
        this.loading = '';
        if (!this.waiting || this.closed) return;
        this.loading = URL.createObjectURL(this.waiting);
        this.waiting = null;
        this.loader.src = this.loading;
    }

    /** What another image has loaded is there at once: the one on the screen is never without a picture. */
    shown() {
        if (this.closed || !this.view) return;
        if (this.url) URL.revokeObjectURL(this.url);
        this.url = this.loading;
        this.loading = '';
        this.view.src = this.url;
        this.frame();
        this.next();
    }

    close() {
        super.close();
        this.ws?.close();
        this.waiting = null;
        if (this.loading) URL.revokeObjectURL(this.loading);
        this.loading = '';
    }

    release() {
        super.release();
        if (this.url) URL.revokeObjectURL(this.url);
        this.url = '';
    }
}

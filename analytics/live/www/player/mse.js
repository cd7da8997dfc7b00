// @ts-check
import {LiveBuffer} from './livebuffer.js';
import {Mode, watchFrames} from './mode.js';
import {say} from './text.js';

/**
 * Media Source Extensions, fed with fragmented MP4 by a WebSocket. ManagedMediaSource where only that is (iPhone).
 */
export class MSE extends Mode {
    static get supported() {
        return 'MediaSource' in window || 'ManagedMediaSource' in window;
    }

    async start() {
        const {stage, abort: {signal}} = this;
        const video = this.view = stage.video();
        watchFrames(video, this);
        const socket = stage.host.player.reach.open(signal);
        socket.catch(() => undefined); // looked at below
        const source = attach(video);
        await new Promise(resolve => source.addEventListener('sourceopen', resolve, {once: true}));
        if (this.closed) return;
        video.addEventListener('error', () => this.fail(video.error?.message || say('decode')), {signal});
        stage.play(video).then(played => {
            this.blocked = !played;
            if (this.blocked) this.ontell(this);
        });
        try {
            this.ws = await socket;
        } catch (e) {
            this.fail(/** @type {Error} */ (e).message);
            return;
        }
        const Source = /** @type {typeof MediaSource} */ (source.constructor);
        this.ws.addEventListener('message', ev => this.receive(ev.data, video, source), {signal});
        this.ws.addEventListener('close', () => this.fail(say('closed')), {signal});
        this.ws.send(JSON.stringify({type: 'mse', value: stage.host.codecs(type => Source.isTypeSupported(type))}));
    }

    /**
     * @param {string|ArrayBuffer} data
     * @param {HTMLVideoElement} video
     * @param {MediaSource} source
     */
    receive(data, video, source) {
        if (typeof data !== 'string') {
            this.buffer?.push(data);
            return;
        }
        const {type, value = ''} = JSON.parse(data);
        if (type === 'error') this.fail(value.replace(/^mse: /, ''));
        if (type !== 'mse' || this.buffer) return;
        try {
            this.stage.host.mseCodecs = value;
            this.buffer = new LiveBuffer(video, source, source.addSourceBuffer(value), reason => this.fail(reason));
        } catch {
            this.fail(say('decode') + `: ${value}`);
        }
    }

    close() {
        super.close();
        this.ws?.close();
        this.buffer?.close();
    }
}

/**
 * @param {HTMLVideoElement} video
 * @return {MediaSource}
 */
function attach(video) {
    if ('ManagedMediaSource' in window) {
        const source = new /** @type {any} */ (window).ManagedMediaSource();
        video.disableRemotePlayback = true;
        video.srcObject = source;
        return source;
    }
    const source = new MediaSource();
    video.src = URL.createObjectURL(source);
    source.addEventListener('sourceopen', () => URL.revokeObjectURL(video.src), {once: true});
    return source;
}

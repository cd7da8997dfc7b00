// @ts-check
import {say} from './text.js';

/** Bytes that may wait for the decoder: some seconds of the best cameras. */
const MAX_QUEUE = 16 << 20;
/** Seconds: further behind is skipped; what was played is kept so long; how near to the newest picture is aimed at. */
const SKIP = 2, KEEP = 8, TARGET = 0.3, MAX_TARGET = 1.5;

/**
 * Keeps a SourceBuffer near the live edge and small. Nothing is thrown away on the way in: fragments wait in a bounded
 * queue and are appended together. Who falls behind is made to play faster, and far behind to skip.
 */
export class LiveBuffer {
    /**
     * @param {HTMLVideoElement} video
     * @param {MediaSource} source
     * @param {SourceBuffer} buffer
     * @param {(reason: string) => void} fail
     */
    constructor(video, source, buffer, fail) {
        this.video = video;
        this.source = source;
        this.buffer = buffer;
        this.fail = fail;
        /** @type {ArrayBuffer[]} */
        this.queue = [];
        this.bytes = 0;
        this.target = TARGET;
        this.stalledAt = performance.now() + 3000; // the first seconds tell nothing
        this.ended = new AbortController();
        const {signal} = this.ended;
        buffer.mode = 'segments';
        buffer.addEventListener('updateend', () => this.next(), {signal});
        video.addEventListener('waiting', () => this.stalled(), {signal});
        video.addEventListener('play', () => this.follow(), {signal});
    }

    /** @param {ArrayBuffer} data one or more whole boxes */
    push(data) {
        this.queue.push(data);
        this.bytes += data.byteLength;
        if (this.bytes > MAX_QUEUE) this.fail(say('overflow')); else this.next();
    }

    next() {
        if (this.ended.signal.aborted || this.buffer.updating || this.source.readyState !== 'open') return;
        this.follow();
        if (this.trim() || !this.queue.length) return;
        const data = this.queue.length === 1 ? this.queue[0] : concat(this.queue, this.bytes);
        try {
            this.buffer.appendBuffer(data);
            this.queue = [];
            this.bytes = 0;
        } catch (e) {
            // a full buffer is emptied and the same data appended after that
            if (/** @type {Error} */ (e).name !== 'QuotaExceededError' || !this.trim(1)) this.fail(/** @type {Error} */ (e).message);
        }
    }

    /**
     * Removes what was played long ago.
     * @param {number} [keep] seconds
     * @return {boolean} it is being removed
     */
    trim(keep = KEEP) {
        const {buffered} = this.buffer;
        if (!buffered.length) return false;
        const start = buffered.start(0), end = buffered.end(buffered.length - 1);
        // while paused the picture stands and the newest part is kept
        const until = Math.max(this.video.currentTime, end - 2 * KEEP) - keep;
        if (until - start < (keep < KEEP ? 0.1 : KEEP)) return false;
        this.buffer.remove(start, until);
        return true;
    }

    follow() {
        const {video} = this, {buffered} = this.buffer;
        if (!buffered.length || video.seeking) return;
        const start = buffered.start(buffered.length - 1), end = buffered.end(buffered.length - 1);
        if (video.currentTime < start) {
            // at the beginning, or before a gap
            video.currentTime = Math.max(start, end - this.target);
            return;
        }
        if (video.paused) return;
        const gap = end - video.currentTime;
        if (gap > SKIP + this.target) {
            video.currentTime = end - this.target;
            return;
        }
        const off = gap - this.target;
        const rate = Math.abs(off) < 0.1 ? 1 : Math.min(Math.max(1 + off / 2, 0.9), 1.5);
        if (Math.abs(video.playbackRate - rate) > 0.02) video.playbackRate = rate;
    }

    /** A network that delivers unevenly wants more distance. */
    stalled() {
        const now = performance.now();
        if (now < this.stalledAt + 1000) return;
        this.target = now - this.stalledAt > 60000 ? TARGET : Math.min(this.target + 0.2, MAX_TARGET);
        this.stalledAt = now;
    }

    close() {
        this.ended.abort();
        this.queue = [];
        this.bytes = 0;
    }
}

/**
 * @param {ArrayBuffer[]} parts
 * @param {number} size
 */
function concat(parts, size) {
    const all = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
        all.set(new Uint8Array(part), at);
        at += part.byteLength;
    }
    return all;
}

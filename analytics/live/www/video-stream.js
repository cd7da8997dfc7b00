// @ts-check
import {nameOf, routeName, say} from './player/text.js';
import {VideoRTC} from './video-rtc.js';

/** How long the reason of a change is written out, in ms; the tooltip keeps it. */
const NOTICE = 6000;

const style = `
video-stream {overflow: hidden}
video-stream > .info {position: absolute; z-index: 2; inset: 0; padding: 8px; display: flex; align-items: flex-start;
    justify-content: space-between; gap: 8px; pointer-events: none; font: 13px/1.4 system-ui, sans-serif}
video-stream > .info > div {color: #fff; background: rgb(0 0 0 / .6); border-radius: 6px; padding: 2px 8px}
video-stream > .info > div:empty {display: none}
video-stream > .info > .mode {margin-left: auto; white-space: nowrap; pointer-events: auto; cursor: default; opacity: .8}
video-stream > .info > .status {overflow-wrap: anywhere}
video-stream[data-state=offline] > :is(video, img) {filter: brightness(.35) grayscale(.6)}
video-stream:is([data-state=offline], [data-state=missing]) > .info {align-items: center; justify-content: center}
video-stream:is([data-state=offline], [data-state=missing]) > .info > .status {font-size: 16px; padding: 6px 14px;
    background: rgb(0 0 0 / .75); pointer-events: auto}
video-stream:is([data-state=offline], [data-state=missing]) > .info > .mode {display: none}
`;

/**
 * The player with a line that tells what plays, by which route, and why; and, while the camera is away, since when.
 */
class VideoStream extends VideoRTC {
    oninit() {
        super.oninit();
        this.insertAdjacentHTML('beforeend',
            `<style>${style}</style><div class="info"><div class="status" role="status"></div><div class="mode"></div></div>`);
        this.addEventListener('change', () => this.draw());
        this.draw();
    }

    /** @return {string} offline, missing, connecting, waiting or playing */
    get state() {
        if (this.source.missing) return 'missing';
        if (this.source.online === false) return 'offline';
        if (this.playing) return 'playing';
        return this.picture ? 'waiting' : 'connecting';
    }

    draw() {
        const {state, reason} = this;
        const changed = state !== this.dataset.state;
        if (changed) {
            this.dataset.state = state;
            this.toggleControls(state !== 'offline' && state !== 'missing');
        }
        const mode = /** @type {HTMLElement} */ (this.querySelector('.mode'));
        mode.textContent = this.playing ? [nameOf(this.playing), this.route && routeName(this.route)].filter(Boolean).join(' · ') : '';
        mode.title = reason;

        const status = /** @type {HTMLElement} */ (this.querySelector('.status'));
        clearTimeout(this.notice);
        status.title = this.source.error || '';
        let text = reason;
        if (!reason && state === 'connecting') text = say('connecting');
        if (text !== status.textContent && !(state === 'playing' && reason === this.noticed)) status.textContent = text;
        if (state === 'playing') {
            this.noticed = reason;
            this.notice = setTimeout(() => (status.textContent = ''), NOTICE);
        }
    }

    /**
     * Buttons to play what is not there would only mislead.
     * @param {boolean} on
     */
    toggleControls(on) {
        if (on) {
            if (this.controls !== undefined) this.video.controls = this.controls;
            this.controls = undefined;
        } else if (this.controls === undefined) {
            this.controls = this.video.controls;
            this.video.controls = false;
        }
    }
}

customElements.define('video-stream', VideoStream);

// @ts-check
import {MSE} from './mse.js';
import {Mode, watchFrames} from './mode.js';
import {OVERLAP} from './stage.js';
import {say} from './text.js';

/** How far behind the newest part it plays, in parts: the least that RFC 8216bis allows. */
const BEHIND = 2;
/** How much further after each stall, in s; up to a segment's length. */
const STALLED = 0.25;
/** Later than it should be by less than this, in s, is left so. */
const TOLERANCE = 0.05;
/** Further behind the live edge than it should be, in s, is skipped; less is made good by playing faster. */
const SKIP = 5;

/** @type {Promise<any>} */
let library; // one for all players of the page

/** @return {Promise<any>} the class Hls of hls.js, which the box serves */
function load() {
    library ||= new Promise((resolve, reject) => {
        if ('Hls' in window) {
            resolve(window.Hls);
            return;
        }
        const script = document.createElement('script');
        script.src = new URL('../hls.js', import.meta.url).href;
        script.onload = () => resolve(/** @type {any} */ (window).Hls);
        script.onerror = () => {
            library = null;
            script.remove();
            reject(new Error('hls.js: ' + say('closed')));
        };
        document.head.append(script);
    });
    return library;
}

/**
 * HLS with low-latency parts: by hls.js, or by the browser itself where it has no Media Source (iPhone before iOS 17.1).
 */
export class HLS extends Mode {
    static get supported() {
        return MSE.supported || document.createElement('video').canPlayType('application/vnd.apple.mpegurl') !== '';
    }

    async start() {
        const {stage, abort: {signal}} = this;
        const url = stage.host.player.address.http('stream.m3u8', '&mp4');
        if (!url) {
            this.fail(say('unsupported'));
            return;
        }
        const video = this.view = stage.video();
        watchFrames(video, this);
        if (MSE.supported) {
            try {
                const Hls = await load();
                if (this.closed) return;
                this.attach(Hls, video, url);
            } catch (e) {
                this.fail(/** @type {Error} */ (e).message);
                return;
            }
        } else {
            video.addEventListener('error', () => this.fail(video.error?.message || say('decode')), {signal});
            video.src = url;
        }
        this.blocked = !await stage.play(video);
        if (this.blocked) this.ontell(this);
    }

    /**
     * @param {any} Hls
     * @param {HTMLVideoElement} video
     * @param {string} url
     */
    attach(Hls, video, url) {
        const hls = this.hls = new Hls({
            lowLatencyMode: true,
            liveDurationInfinity: true,
            liveSyncOnStallIncrease: STALLED,
            backBufferLength: 8,
            maxBufferLength: 10,
            maxMaxBufferLength: 20,
        });
        let recoveredAt = -Infinity;
        hls.on(Hls.Events.ERROR, (_, data) => {
            if (!data.fatal || this.closed) return;
            const now = performance.now();
            if (data.type === Hls.ErrorTypes.MEDIA_ERROR && now - recoveredAt > 3000) {
                recoveredAt = now;
                hls.recoverMediaError();
            } else if (data.type === Hls.ErrorTypes.NETWORK_ERROR && this.frames > 1) {
                hls.startLoad(); // whether that helps is seen by the picture
            } else {
                const code = data.response?.code;
                this.fail(code ? `HTTP ${code}` : data.details);
            }
        });
        hls.once(Hls.Events.LEVEL_LOADED, (_, {details}) => {
            if (details.partTarget) hls.targetLatency = BEHIND * details.partTarget;
        });
        hls.on(Hls.Events.LEVEL_UPDATED, () => this.follow());
        hls.loadSource(url);
        hls.attachMedia(video);
    }

    /** Makes good what it plays late. hls.js would do so only with more than a second ahead, which is never loaded. */
    follow() {
        const {hls, view: video} = this;
        if (!hls || !(video instanceof HTMLVideoElement) || video.paused || video.seeking) return;
        const late = hls.latency - hls.targetLatency;
        if (late > SKIP) {
            video.currentTime = hls.liveSyncPosition;
            return;
        }
        const rate = late > TOLERANCE ? Math.min(1 + late / 2, 1.5) : 1;
        if (Math.abs(video.playbackRate - rate) > 0.02) video.playbackRate = rate;
    }

    close() {
        super.close();
        this.hls?.stopLoad();
        if (this.view instanceof HTMLVideoElement) this.view.pause();
    }

    release() {
        super.release();
        const hls = this.hls;
        this.hls = null;
        if (hls) setTimeout(() => hls.destroy(), 2 * OVERLAP); // it takes the last picture away
    }
}

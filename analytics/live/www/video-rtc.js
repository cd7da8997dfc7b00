// @ts-check
import {Session} from './player/session.js';
import {Stage} from './player/stage.js';

/** Those of upstream, for boxes that tell none. */
const ICE_SERVERS = [{urls: ['stun:stun.cloudflare.com:3478', 'stun:stun.l.google.com:19302']}];

/**
 * Player for go2rtc that always plays: WebRTC, MSE, HLS or MJPEG, whichever moves, in the order of `mode`. A better one
 * is tried again in the background and taken when it plays.
 *
 * Fires `change` after each change of `playing`, `route`, `reason` or `picture`.
 */
export class VideoRTC extends HTMLElement {
    static observedAttributes = ['src', 'mode', 'media', 'background', 'patience', 'retry'];

    constructor() {
        super();
        const early = {...this}; // set before this class was loaded
        for (const name of Object.keys(early)) delete this[name];

        this.DISCONNECT_TIMEOUT = 5000;
        this.RECONNECT_TIMEOUT = 15000;

        this.CODECS = [
            'avc1.640029',      // H.264 high 4.1 (Chromecast 1st and 2nd Gen)
            'avc1.64002A',      // H.264 high 4.2 (Chromecast 3rd Gen)
            'avc1.640033',      // H.264 high 5.1 (Chromecast with Google TV)
            'hvc1.1.6.L153.B0', // H.265 main 5.1 (Chromecast Ultra)
            'mp4a.40.2',        // AAC LC
            'mp4a.40.5',        // AAC HE
            'flac',             // FLAC (PCM compatible)
            'opus',             // OPUS Chrome, Firefox
        ];

        /**
         * [config] Modes in the order of preference (webrtc, webrtc/tcp, mse, hls, mp4, mjpeg).
         * @type {string}
         */
        this.mode = 'webrtc,mse,hls,mjpeg';

        /**
         * [config] Requested medias (video, audio, microphone).
         * @type {string}
         */
        this.media = 'video,audio';

        /**
         * [config] Run stream when not displayed on the screen. Default `false`.
         * @type {boolean}
         */
        this.background = false;

        /**
         * [config] Run stream only when player in the viewport. Value is percentage of visibility from `0` (not
         * visible) to `1` (full visible). Default `0` - disable.
         * @type {number}
         */
        this.visibilityThreshold = 0;

        /**
         * [config] Run stream only when browser page on the screen.
         * @type {boolean}
         */
        this.visibilityCheck = true;

        /**
         * [config] How long a mode may show no moving picture before the next one starts, in ms.
         * @type {number}
         */
        this.patience = 3000;

        /**
         * [config] How often a better mode is tried again in the background, in ms.
         * @type {number}
         */
        this.retry = 20000;

        /**
         * [config] WebRTC configuration. The ICE servers are the box's, unless a page sets its own here.
         * @type {RTCConfiguration}
         */
        this.pcConfig = {bundlePolicy: 'max-bundle', iceServers: ICE_SERVERS};

        /**
         * [info] State of the WebSocket that stays open. Values: CONNECTING, OPEN, CLOSED
         * @type {number}
         */
        this.wsState = WebSocket.CLOSED;

        /**
         * [info] WebRTC connection state.
         * @type {number}
         */
        this.pcState = WebSocket.CLOSED;

        /**
         * [info] The video on the screen: another one after each change of mode.
         * @type {HTMLVideoElement}
         */
        this.video = null;

        /** @type {WebSocket} */
        this.ws = null;

        /** @type {string|URL} */
        this.wsURL = '';

        /** @type {RTCPeerConnection} */
        this.pc = null;

        this.mseCodecs = '';

        /**
         * Handlers list for receiving JSON from the WebSocket.
         * @type {Object.<string,Function>}
         */
        this.onmessage = null;

        /** @type {Session} */
        this.player = null;
        /** @type {Stage} */
        this.stage = null;
        /** @type {import('./player/mode.js').Mode} */
        this.kept = null; // whose last picture is still on the screen
        this.lastPicture = null;
        this.disconnectTID = 0;
        /** @type {AbortController} */
        this.watching = null; // page and viewport
        this.last = '';

        Object.assign(this, early);
    }

    /**
     * Set video source (WebSocket URL). Support relative path.
     * @param {string|URL} value
     */
    set src(value) {
        let url = value.toString();
        if (url.startsWith('http')) {
            url = 'ws' + url.substring(4);
        } else if (url.startsWith('/')) {
            url = 'ws' + location.origin.substring(4) + url;
        }
        const other = this.wsURL && this.wsURL.toString() !== url;
        this.wsURL = url;
        if (other && this.player) {
            this.ondisconnect();
            this.clear();
        }
        this.onconnect();
    }

    get src() {
        return this.wsURL;
    }

    /**
     * @param {string} name
     * @param {string} _
     * @param {string} value
     */
    attributeChangedCallback(name, _, value) {
        if (value === null) return;
        if (name === 'patience' || name === 'retry') {
            if (Number(value) > 0) this[name] = Number(value);
        } else if (name === 'background') {
            this.background = value !== 'false';
        } else {
            this[name] = value;
        }
    }

    /** @return {''|'webrtc'|'mse'|'hls'|'mp4'|'mjpeg'} what is on the screen with a moving picture */
    get playing() {
        return /** @type {any} */ (this.player?.playing ?? '');
    }

    /** @return {string} '', direct, stun, turn, turn/udp, turn/tcp or turn/tls */
    get route() {
        return this.playing === 'webrtc' ? this.player.ladder.modes[this.player.ladder.playing].route : '';
    }

    /** @return {string} why the last change, a sentence */
    get reason() {
        return this.player?.reason ?? '';
    }

    /** @return {HTMLVideoElement|HTMLImageElement} on the screen; null before the first picture */
    get picture() {
        return this.stage?.shown ?? null;
    }

    /** @return {import('./player/source.js').SourceState} of the camera, as the box tells it */
    get source() {
        return this.player?.state ?? {};
    }

    get customICE() {
        return this.pcConfig.iceServers !== ICE_SERVERS && this.pcConfig.iceServers !== undefined;
    }

    /** Fires `change` if there is one. */
    told() {
        const picture = this.picture;
        const now = [this.playing, this.route, this.reason, JSON.stringify(this.source)].join('\n');
        if (now === this.last && picture === this.lastPicture) return;
        this.last = now;
        this.lastPicture = picture;
        this.dispatchEvent(new CustomEvent('change'));
    }

    /**
     * Play video. Support automute when autoplay blocked.
     */
    play() {
        for (const mode of this.player?.ladder.modes ?? []) {
            if (mode?.view instanceof HTMLVideoElement) this.stage.play(mode.view);
        }
    }

    /**
     * Send message to server via WebSocket
     * @param {Object} value
     */
    send(value) {
        if (this.ws) this.ws.send(JSON.stringify(value));
    }

    /** @param {(type: string) => any} isSupported */
    codecs(isSupported) {
        return this.CODECS
            .filter(codec => this.media.includes(codec.includes('vc1') ? 'video' : 'audio'))
            .filter(codec => isSupported(`video/mp4; codecs="${codec}"`)).join();
    }

    /**
     * `CustomElement`. Invoked each time the element is appended into a document.
     */
    connectedCallback() {
        clearTimeout(this.disconnectTID);
        this.disconnectTID = 0;
        if (this.video) this.play(); else this.oninit(); // video autopause on disconnected from DOM
        this.watch();
        this.onconnect();
    }

    /**
     * `CustomElement`. Invoked each time the element is removed from the document.
     */
    disconnectedCallback() {
        if (this.background || this.disconnectTID) return;
        if (!this.player) {
            if (!this.isConnected) this.watching?.abort();
            return;
        }
        this.disconnectTID = setTimeout(() => {
            this.disconnectTID = 0;
            this.ondisconnect();
            if (this.isConnected) return;
            this.watching?.abort();
            this.clear();
        }, this.DISCONNECT_TIMEOUT);
    }

    /** Takes the last picture off the screen. */
    clear() {
        this.kept?.release();
        this.kept = null;
        this.stage.clear();
        this.told();
    }

    /**
     * Creates child DOM elements. Called automatically once on `connectedCallback`.
     */
    oninit() {
        const style = getComputedStyle(this);
        if (style.display === 'inline') this.style.display = 'block';
        if (style.position === 'static') this.style.position = 'relative';

        this.video = document.createElement('video');
        this.video.controls = true;
        this.video.playsInline = true;
        this.video.preload = 'auto';

        this.video.style.display = 'block'; // fix bottom margin 4px
        this.video.style.width = '100%';
        this.video.style.height = '100%';

        this.appendChild(this.video);

        // all Safari lies about supported audio codecs
        const m = window.navigator.userAgent.match(/Version\/(\d+).+Safari/);
        if (m) {
            // AAC from v13, FLAC from v14, OPUS - unsupported
            const version = Number(m[1]);
            const skip = version < 13 ? 'mp4a.40.2' : version < 14 ? 'flac' : 'opus';
            this.CODECS.splice(this.CODECS.indexOf(skip));
        }
    }

    /** Follows the page and the viewport while the element is in the document. */
    watch() {
        if (this.background || this.watching?.signal.aborted === false) return;
        this.watching = new AbortController();
        const {signal} = this.watching;
        const seen = visible => {
            if (!visible) this.disconnectedCallback();
            else if (this.isConnected) this.connectedCallback();
        };
        if (this.visibilityCheck) document.addEventListener('visibilitychange', () => seen(!document.hidden), {signal});
        if (this.visibilityThreshold && 'IntersectionObserver' in window) {
            const observer = new IntersectionObserver(entries => entries.forEach(entry => seen(entry.isIntersecting)), {threshold: this.visibilityThreshold});
            observer.observe(this);
            signal.addEventListener('abort', () => observer.disconnect());
        }
    }

    /**
     * Connects. Called automatically on `connectedCallback` and when `src` is set.
     * @return {boolean} true if the connection has started.
     */
    onconnect() {
        if (!this.isConnected || !this.wsURL || !this.video || this.player) return false;
        this.stage ||= new Stage(this);
        const player = this.player = new Session(this, this.stage);
        player.ladder.shown = this.kept;
        player.start();
        return true;
    }

    /** Closes everything. The last picture stays. */
    ondisconnect() {
        const player = this.player;
        if (!player) return;
        player.stop();
        this.kept = player.ladder.shown;
        this.player = null;
        this.wsState = this.pcState = WebSocket.CLOSED;
        this.pc = null;
        this.told();
    }

    /**
     * The WebSocket is open.
     * @return {string[]} of modes (mse, webrtc, etc.) that may play
     */
    onopen() {
        this.onmessage = {};
        return this.player.ladder.names;
    }

    /**
     * The WebSocket is closed, or cannot be had.
     * @return {boolean} true if reconnection has started.
     */
    // @ts-ignore upstream's name for it; elements have another use of it
    onclose() {
        if (!this.player) return false;
        this.wsState = WebSocket.CONNECTING;
        return true;
    }

    /**
     * @param {RTCPeerConnection} pc
     * @return {Promise<RTCSessionDescriptionInit>}
     */
    async createOffer(pc) {
        try {
            if (this.media.includes('microphone')) {
                const media = await navigator.mediaDevices.getUserMedia({audio: true});
                media.getTracks().forEach(track => {
                    pc.addTransceiver(track, {direction: 'sendonly'});
                });
            }
        } catch (e) {
            console.warn(e);
        }

        for (const kind of ['video', 'audio']) {
            if (this.media.includes(kind)) {
                pc.addTransceiver(kind, {direction: 'recvonly'});
            }
        }

        const offer = await pc.createOffer();
        await pc.setLocalDescription(offer);
        return offer;
    }

    /** @param {ArrayBuffer} buffer */
    static btoa(buffer) {
        return window.btoa(Array.from(new Uint8Array(buffer), byte => String.fromCharCode(byte)).join(''));
    }
}

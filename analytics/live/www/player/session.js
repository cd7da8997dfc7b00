// @ts-check
import {Address} from './address.js';
import {HLS} from './hls.js';
import {Ladder} from './ladder.js';
import {MJPEG} from './mjpeg.js';
import {MP4} from './mp4.js';
import {MSE} from './mse.js';
import {Reach} from './reach.js';
import {Source} from './source.js';
import {say, timeOf} from './text.js';
import {WebRTC} from './webrtc.js';

/** How long a new session waits for the ICE servers, in ms. */
const ICE_WAIT = 1000;

/** @type {Record<string, {new (stage: import('./stage.js').Stage, name: string): import('./mode.js').Mode}>} */
const modes = {webrtc: WebRTC, mse: MSE, hls: HLS, mp4: MP4, mjpeg: MJPEG};

/**
 * @param {string} list such as 'webrtc,mse', in the order of preference
 * @return {string[]} those that this browser has
 */
function supported(list) {
    const names = list.split(',').map(name => name.trim().replace(/^webrtc\/tcp$/, 'webrtc'));
    return [...new Set(names)].filter(name => {
        if (name === 'webrtc') return 'RTCPeerConnection' in window;
        if (name === 'mse') return MSE.supported;
        if (name === 'hls') return HLS.supported;
        return name in modes;
    });
}

/**
 * One stream that is played, from connecting to disconnecting: what its modes share.
 */
export class Session {
    /**
     * @param {import('../video-rtc.js').VideoRTC} host
     * @param {import('./stage.js').Stage} stage
     */
    constructor(host, stage) {
        this.host = host;
        this.address = new Address(String(host.wsURL));
        this.reach = new Reach(this.address.socket, host.patience, host.retry);
        this.tcpOnly = host.mode.includes('webrtc/tcp');
        this.pcConfig = host.pcConfig;
        this.hurry = () => this.ladder.hurry();
        this.source = new Source(host, this.reach, this.address, state => this.changed(state), this.hurry);
        /** @type {import('./source.js').SourceState} */
        this.state = {};
        this.ladder = new Ladder(supported(host.mode), {patience: host.patience, retry: host.retry}, {
            make: name => new modes[name](stage, name),
            show: mode => stage.show(mode.view),
            told: () => this.told(),
            judged: () => !document.hidden && host.isConnected,
            held: () => stage.held,
        });
    }

    start() {
        window.addEventListener('online', this.hurry);
        this.source.connect();
        this.ladder.start();
    }

    stop() {
        window.removeEventListener('online', this.hurry);
        this.source.close();
        this.ladder.stop();
        this.told();
    }

    told() {
        this.host.told();
    }

    /** @param {import('./source.js').SourceState} state */
    changed(state) {
        const was = this.away;
        this.state = state;
        if (this.away && !was) this.ladder.stop();
        if (!this.away && was) this.ladder.start();
        this.told();
    }

    /** Nothing can play: modes wait instead of failing one after the other. */
    get away() {
        return Boolean(this.state.missing || this.state.online === false);
    }

    get reason() {
        if (this.state.missing) return say('missing', this.address.name);
        if (this.state.online === false) return say('offline', timeOf(this.state.since));
        return this.ladder.reason;
    }

    get playing() {
        const mode = this.ladder.modes[this.ladder.playing];
        return mode && mode.frames > 1 ? mode.name : '';
    }

    /**
     * The ICE servers of the box, asked anew for each session: credentials are short-lived.
     * @return {Promise<RTCIceServer[]>} null: those of pcConfig
     */
    async iceServers() {
        const url = this.host.customICE ? '' : this.address.http('ice');
        if (!url) return null;
        try {
            const response = await fetch(url, {cache: 'no-store', signal: AbortSignal.timeout(ICE_WAIT)});
            if (!response.ok) return null;
            const {iceServers} = await response.json();
            return Array.isArray(iceServers) ? iceServers : null;
        } catch {
            return null;
        }
    }

    /** @param {RTCPeerConnection} pc */
    onpc(pc) {
        if (!this.host.pc || this.host.pc.connectionState === 'closed') this.host.pc = pc;
        pc.addEventListener('connectionstatechange', () => {
            if (this.host.pc !== pc) return;
            const {connectionState: state} = pc;
            this.host.pcState = state === 'connected' ? WebSocket.OPEN : state === 'closed' ? WebSocket.CLOSED : WebSocket.CONNECTING;
        });
    }
}

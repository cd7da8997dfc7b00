// @ts-check
import {Delay} from './delay.js';
import {Mode, watchFrames} from './mode.js';
import {routeOf} from './route.js';
import {nameOf, say} from './text.js';

/** How long a WHEP offer waits for candidates, in ms: it cannot send any later. */
const GATHERING = 1500;
/** How often route and delay are looked at, in ms. */
const STATS = 2000;

/**
 * WebRTC, signalled by a WebSocket of its own with trickle ICE; by WHEP (RFC 9725) where none can be had.
 */
export class WebRTC extends Mode {
    async start() {
        const {stage, player, abort: {signal}} = this;
        const [ice, socket] = [player.iceServers(), player.reach.open(signal)];
        socket.catch(() => undefined); // looked at below
        const config = {...player.pcConfig};
        const servers = await ice;
        if (this.closed) return;
        if (servers) config.iceServers = servers;

        let pc;
        try {
            pc = this.pc = new RTCPeerConnection(config);
        } catch (e) {
            this.fail(/** @type {Error} */ (e).message);
            return;
        }
        player.onpc(pc);
        const video = stage.video();
        this.view = video;
        watchFrames(video, this);
        this.receive(pc, video);

        /** @type {string[]} */
        const candidates = [];
        /** @type {WebSocket} */
        let ws = null;
        pc.addEventListener('icecandidate', ev => {
            if (player.tcpOnly && ev.candidate?.protocol === 'udp') return;
            const candidate = ev.candidate ? ev.candidate.candidate : '';
            if (ws) send(ws, 'webrtc/candidate', candidate); else candidates.push(candidate);
        });
        const offer = await this.offer(pc);
        if (!offer || this.closed) return;
        try {
            const open = await socket;
            send(open, 'webrtc/offer', offer.sdp);
            candidates.forEach(candidate => send(open, 'webrtc/candidate', candidate));
            ws = open;
            this.listen(open, pc);
        } catch {
            await this.whep(pc);
        }
    }

    get player() {
        return this.stage.host.player;
    }

    /**
     * @param {RTCPeerConnection} pc
     * @return {Promise<RTCSessionDescriptionInit>}
     */
    async offer(pc) {
        try {
            const offer = await this.stage.host.createOffer(pc);
            if (this.closed) pc.close(); // while the user was asked for the microphone
            return offer;
        } catch (e) {
            this.fail(/** @type {Error} */ (e).message);
        }
    }

    /**
     * @param {RTCPeerConnection} pc
     * @param {HTMLVideoElement} video
     */
    receive(pc, video) {
        const stream = new MediaStream();
        pc.addEventListener('track', async ev => {
            for (const receiver of pc.getReceivers()) {
                // cameras are watched live: as little is held back as the network allows
                if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
                if ('playoutDelayHint' in receiver) receiver.playoutDelayHint = 0;
            }
            stream.addTrack(ev.track);
            if (video.srcObject) return;
            video.srcObject = stream;
            this.blocked = !await this.stage.play(video);
            if (this.blocked) this.ontell(this);
        });
        pc.addEventListener('connectionstatechange', () => {
            if (pc.connectionState === 'connected') this.watch(pc);
            if (pc.connectionState === 'failed') this.fail(say('ice'));
        });
    }

    /**
     * @param {WebSocket} ws
     * @param {RTCPeerConnection} pc
     */
    listen(ws, pc) {
        this.ws = ws;
        ws.addEventListener('message', ev => {
            if (typeof ev.data !== 'string' || this.closed) return;
            const {type, value = ''} = JSON.parse(ev.data);
            if (type === 'webrtc/answer') {
                this.answered = true;
                pc.setRemoteDescription({type: 'answer', sdp: value}).catch(e => this.fail(e.message));
            } else if (type === 'webrtc/candidate') {
                if (this.player.tcpOnly && value.includes(' udp ')) return;
                pc.addIceCandidate({candidate: value, sdpMid: '0'}).catch(e => console.warn(e));
            } else if (type === 'error' && value.startsWith('webrtc')) {
                this.fail(value.replace(/^webrtc\/\w+: /, ''));
            }
        });
        // a proxy that takes WebSockets and drops them
        ws.addEventListener('close', () => {
            if (!this.answered && !this.closed) this.whep(pc);
        });
    }

    /** @param {RTCPeerConnection} pc */
    async whep(pc) {
        const url = this.player.address.http('webrtc', '');
        if (!url) {
            this.fail(say('refused'));
            return;
        }
        if (pc.iceGatheringState !== 'complete') {
            await new Promise(resolve => {
                setTimeout(resolve, GATHERING);
                pc.addEventListener('icegatheringstatechange', () => pc.iceGatheringState === 'complete' && resolve(null));
            });
        }
        if (this.closed) return;
        const lines = pc.localDescription.sdp.split('\r\n');
        const body = lines.filter(line => !(this.player.tcpOnly && line.startsWith('a=candidate') && line.includes(' udp '))).join('\r\n');
        try {
            const response = await fetch(url, {
                method: 'POST', headers: {'Content-Type': 'application/sdp'}, body, signal: this.abort.signal,
            });
            const text = await response.text();
            if (!response.ok) throw new Error(text.trim() || `HTTP ${response.status}`);
            const location = response.headers.get('Location');
            if (location) this.location = new URL(location, url).href;
            await pc.setRemoteDescription({type: 'answer', sdp: text});
        } catch (e) {
            this.fail(/** @type {Error} */ (e).message);
        }
    }

    /** @param {RTCPeerConnection} pc */
    watch(pc) {
        const delay = new Delay();
        const look = async () => {
            if (this.closed) return;
            const stats = await pc.getStats();
            if (this.closed) return;
            const route = routeOf(stats);
            if (route !== this.route) {
                this.route = route;
                this.player.told();
            }
            const behind = delay.add(stats, performance.now());
            if (behind) this.player.ladder.renew(this, say('behind', nameOf(this.name), behind));
        };
        look();
        clearInterval(this.timer);
        this.timer = setInterval(look, STATS);
    }

    taken() {
        this.stage.host.pc = this.pc;
        this.ws?.close(); // it has said all
    }

    close() {
        super.close();
        clearInterval(this.timer);
        // a video that plays goes black with its session
        if (this.view instanceof HTMLVideoElement) this.view.pause();
        this.ws?.close();
        if (this.location) fetch(this.location, {method: 'DELETE', keepalive: true}).catch(() => undefined);
        this.location = '';
        this.pc?.getSenders().forEach(sender => sender.track?.stop());
        this.pc?.close();
    }
}

/**
 * @param {WebSocket} ws
 * @param {string} type
 * @param {string} value
 */
function send(ws, type, value) {
    if (ws.readyState === WebSocket.OPEN) ws.send(JSON.stringify({type, value}));
}

// @ts-check
import {Mode} from './mode.js';
import {say} from './text.js';

/**
 * One picture for each keyframe, as small MP4 files by a WebSocket: for devices that have nothing else but can decode.
 */
export class MP4 extends Mode {
    async start() {
        const {stage, abort: {signal}} = this;
        const image = this.view = stage.image();
        const canvas = document.createElement('canvas'), video = document.createElement('video');
        video.muted = video.autoplay = video.playsInline = true;
        video.addEventListener('loadeddata', () => {
            if (this.closed) return;
            canvas.width = video.videoWidth;
            canvas.height = video.videoHeight;
            canvas.getContext('2d').drawImage(video, 0, 0);
            image.src = canvas.toDataURL('image/jpeg');
        });
        image.addEventListener('load', () => this.frame(), {signal});
        let url = '';
        const forget = () => url && URL.revokeObjectURL(url);
        signal.addEventListener('abort', () => {
            video.removeAttribute('src');
            forget();
        }, {once: true});
        try {
            this.ws = await stage.host.player.reach.open(signal);
        } catch (e) {
            this.fail(/** @type {Error} */ (e).message);
            return;
        }
        this.ws.addEventListener('message', ev => {
            if (typeof ev.data !== 'string') {
                forget();
                url = URL.createObjectURL(new Blob([ev.data], {type: 'video/mp4'}));
                video.src = url;
                return;
            }
            const {type, value = ''} = JSON.parse(ev.data);
            if (type === 'error') this.fail(value.replace(/^mp4: /, ''));
        }, {signal});
        this.ws.addEventListener('close', () => this.fail(say('closed')), {signal});
        this.ws.send(JSON.stringify({type: 'mp4', value: stage.host.codecs(type => video.canPlayType(type) !== '')}));
    }

    close() {
        super.close();
        this.ws?.close();
    }
}

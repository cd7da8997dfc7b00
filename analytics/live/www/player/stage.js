// @ts-check
/** @typedef {HTMLVideoElement|HTMLImageElement} View */

/** How long a view stays under the one that is laid over it, in ms: until that one is painted on any screen. */
export const OVERLAP = 250;

/**
 * The views of a player: one on the screen, and those beside it that are getting ready, each of its own mode. The new
 * one is laid over the old one, which goes a moment later: nothing blinks. Sound goes along.
 */
export class Stage {
    /** @param {import('../video-rtc.js').VideoRTC} host whose video is in its place and has no source yet */
    constructor(host) {
        this.host = host;
        /** @type {View} */
        this.shown = null;
        /** @type {View} */
        this.under = null; // what shown is being laid over
        /** @type {WeakSet<View>} */
        this.released = new WeakSet();
        this.timer = 0;
        this.free = true; // the host's video is nobody's
        this.css = host.video.style.cssText;
        this.wish = {muted: host.video.muted, volume: host.video.volume};
        /** @type {WeakMap<HTMLVideoElement, boolean>} */
        this.muted = new WeakMap(); // as set here, and not by the user
        this.listen(host.video);
    }

    /** @return {HTMLVideoElement} that is not seen yet */
    video() {
        const model = this.host.video;
        if (this.free) {
            this.free = false;
            return model;
        }
        const video = document.createElement('video');
        video.controls = model.controls;
        video.playsInline = true;
        video.preload = 'auto';
        this.mute(video, true);
        this.listen(video);
        return this.insert(video);
    }

    /** @return {HTMLImageElement} that is not seen yet */
    image() {
        const image = document.createElement('img');
        image.alt = '';
        image.decoding = 'sync';
        return this.insert(image);
    }

    /**
     * @template {View} T
     * @param {T} view
     * @return {T}
     */
    insert(view) {
        view.className = this.host.video.className;
        view.style.cssText = this.css;
        view.style.objectFit ||= 'contain';
        conceal(view);
        const beside = this.shown?.isConnected ? this.shown : this.host.video;
        if (beside.parentNode) beside.after(view); else this.host.prepend(view);
        return view;
    }

    /** @param {HTMLVideoElement} video */
    listen(video) {
        video.addEventListener('volumechange', () => {
            if (video !== this.host.video) return;
            this.wish.volume = video.volume;
            if (video.muted === this.muted.get(video)) return;
            this.wish.muted = video.muted;
            this.muted.delete(video);
        });
    }

    /**
     * @param {HTMLVideoElement} video
     * @param {boolean} muted
     */
    mute(video, muted) {
        this.muted.set(video, muted);
        video.muted = muted;
    }

    /**
     * Plays, without sound where the browser does not allow it.
     * https://developer.chrome.com/blog/autoplay/
     * @param {HTMLVideoElement} video
     * @return {Promise<boolean>} false if somebody has to press play
     */
    async play(video) {
        for (;;) {
            try {
                await video.play();
                return true;
            } catch (e) {
                if (/** @type {Error} */ (e).name !== 'NotAllowedError') return true;
                if (video.muted) return false;
                this.mute(video, true);
            }
        }
    }

    /** Watched in full screen or in a window of its own, which a change of views would close. */
    get held() {
        return this.shown !== null &&
            (document.fullscreenElement === this.shown || document.pictureInPictureElement === this.shown);
    }

    /** @param {View} view */
    show(view) {
        if (view === this.shown) return;
        this.settle();
        if (this.held) {
            const leave = document.fullscreenElement ? document.exitFullscreen() : document.exitPictureInPicture();
            leave.catch(() => undefined);
        }
        const old = this.shown, model = this.host.video;
        this.shown = view;
        this.under = old;
        if (old instanceof HTMLVideoElement) this.mute(old, true);
        reveal(view);
        if (old) Object.assign(view.style, {position: 'absolute', top: '0', left: '0', zIndex: '1'});
        if (!old && model !== view) conceal(model);
        if (view instanceof HTMLVideoElement) {
            this.host.video = view;
            if (model !== view && model !== old && this.free) this.drop(model);
            this.free = false;
            this.sound(view);
        }
        this.timer = setTimeout(() => this.settle(), OVERLAP);
    }

    /** @param {HTMLVideoElement} video that was silent until now */
    sound(video) {
        video.volume = this.wish.volume;
        if (video.muted === this.wish.muted) return;
        this.mute(video, this.wish.muted);
        // a browser that wants a click for sound pauses what is unmuted without one
        if (video.paused) this.play(video);
    }

    /** Ends a change of views. */
    settle() {
        clearTimeout(this.timer);
        const {shown, under} = this;
        this.under = null;
        if (!shown) return;
        reveal(shown);
        if (!under || under === shown) return;
        conceal(under);
        if (this.released.has(under)) this.drop(under);
    }

    /** @param {View} view that its mode needs no more; on the screen it stays until the next one is there */
    remove(view) {
        this.released.add(view);
        if (view === this.shown || view === this.under) return;
        this.drop(view);
    }

    /** @param {View} view */
    drop(view) {
        if (view instanceof HTMLVideoElement) {
            view.srcObject = null;
            if (view.hasAttribute('src')) {
                view.removeAttribute('src');
                view.load();
            }
        }
        if (view === this.host.video) {
            // it holds the place, for the next mode
            this.released.delete(view);
            this.free = true;
        } else {
            view.remove();
        }
    }

    /** Takes the picture off the screen. */
    clear() {
        this.settle();
        const old = this.shown;
        this.shown = null;
        if (!old) return;
        this.drop(old);
        reveal(this.host.video);
    }
}

/** @param {View} view */
function conceal(view) {
    Object.assign(view.style, {position: 'absolute', top: '0', left: '0', opacity: '0', pointerEvents: 'none'});
}

/** @param {View} view */
function reveal(view) {
    Object.assign(view.style, {position: '', top: '', left: '', opacity: '', pointerEvents: '', zIndex: ''});
}

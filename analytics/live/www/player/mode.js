// @ts-check
/**
 * One attempt to play by one way. The ladder makes it, starts it, and closes it; it tells the ladder of each new picture
 * and of its end. What it shows is its view, which keeps the last picture until it is released.
 */
export class Mode {
    /**
     * @param {import('./stage.js').Stage} stage
     * @param {string} name
     */
    constructor(stage, name) {
        this.stage = stage;
        this.name = name;
        /** @type {HTMLVideoElement|HTMLImageElement} */
        this.view = null;
        this.frames = 0;
        this.movedAt = -Infinity;
        this.blocked = false; // the browser wants somebody to press play
        this.dead = '';       // why it ended
        this.route = '';
        this.abort = new AbortController(); // of all that it began
        /** @type {(mode: Mode) => void} */
        this.ontell = () => undefined;
    }

    get closed() {
        return this.abort.signal.aborted;
    }

    /** A user who paused sees no new pictures, and wants none. */
    get paused() {
        return this.frames > 1 && this.view instanceof HTMLVideoElement && this.view.paused && !this.view.ended;
    }

    /**
     * A new picture is there.
     */
    frame() {
        if (this.closed) return;
        this.frames++;
        this.movedAt = performance.now();
        if (this.frames > 1) this.blocked = false;
        if (this.frames === 2) this.ontell(this);
    }

    /** @param {string} reason */
    fail(reason) {
        if (this.closed) return;
        this.dead = reason;
        this.close();
        this.ontell(this);
    }

    /** @return {void|Promise<void>} */
    start() {
    }

    /** It is on the screen now. */
    taken() {
    }

    /** Ends all traffic at once; the view keeps its picture. */
    close() {
        this.abort.abort();
    }

    /** Lets go of the view, which is off the screen. */
    release() {
        this.close();
        if (this.view) this.stage.remove(this.view);
        this.view = null;
    }
}

/**
 * Counts the pictures that a video presents. An element's state is not believed: readyState and currentTime go on with a
 * picture that stands still.
 * @param {HTMLVideoElement} video
 * @param {Mode} mode
 */
export function watchFrames(video, mode) {
    let media = -1, count = 0;
    if ('requestVideoFrameCallback' in video) {
        /** @type {VideoFrameRequestCallback} */
        const presented = (_, frame) => {
            if (mode.closed) return;
            if (frame.mediaTime !== media) mode.frame();
            media = frame.mediaTime;
            video.requestVideoFrameCallback(presented);
        };
        video.requestVideoFrameCallback(presented);
    }
    // beside it, for browsers without it, and since it rests for what is scrolled out of sight
    const timer = setInterval(() => {
        const quality = video.getVideoPlaybackQuality?.();
        if (!quality) return;
        const now = quality.totalVideoFrames - quality.droppedVideoFrames;
        if (now > count && (media === -1 || performance.now() - mode.movedAt > 500)) mode.frame();
        count = now;
    }, 250);
    mode.abort.signal.addEventListener('abort', () => clearInterval(timer), {once: true});
}

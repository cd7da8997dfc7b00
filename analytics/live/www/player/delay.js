// @ts-check
/** Delays of the first minute are what later ones are held to; the very first seconds are not. All in ms. */
const WARM_UP = 5000, FIRST_MINUTE = 60000;
/** So far above the first minute, for so long, is behind. */
const EXCESS = 300, PATIENCE = 10000;

/**
 * Watches how long a session's pictures wait in the browser: what creeps up over hours is made good by a new session.
 */
export class Delay {
    constructor() {
        this.began = 0;
        this.total = 0;  // of jitterBufferDelay, in s
        this.count = 0;  // of jitterBufferEmittedCount
        this.first = {sum: 0, count: 0};
        this.behindSince = 0;
    }

    /**
     * @param {RTCStatsReport} stats
     * @param {number} now
     * @return {number} how many ms too much, once it is time to do something; 0 until then
     */
    add(stats, now) {
        let video = null;
        stats.forEach(s => {
            if (s.type === 'inbound-rtp' && s.kind === 'video') video = s;
        });
        if (!video?.jitterBufferEmittedCount) return 0;
        this.began ||= now;
        const count = video.jitterBufferEmittedCount - this.count, total = video.jitterBufferDelay - this.total;
        this.count = video.jitterBufferEmittedCount;
        this.total = video.jitterBufferDelay;
        const age = now - this.began;
        if (count <= 0 || age < WARM_UP) return 0;
        if (age < FIRST_MINUTE) {
            this.first.sum += total;
            this.first.count += count;
        }
        if (!this.first.count) return 0;
        const excess = 1000 * (total / count - this.first.sum / this.first.count);
        if (excess < EXCESS) {
            this.behindSince = 0;
            return 0;
        }
        this.behindSince ||= now;
        return now - this.behindSince < PATIENCE ? 0 : Math.round(excess);
    }
}

// @ts-check
import {nameOf, say} from './text.js';

/** How long a mode may try in the background before it is given up, in ms. */
const DEADLINE = 15000;
/** And one that stands still after it has played: the box has given its session up by then. */
const FROZEN = 8000;
/** Pauses between two rounds in which no mode played, in ms. */
const PAUSES = [1000, 2000, 4000, 8000, 15000];
/** A mode that froze so soon after it was taken is tried again less often, in ms. */
const FICKLE = 30000;
/** The longest time between two attempts at a better mode, in ms: WebRTC is back within a minute. */
const MAX_RETRY = 40000;

/**
 * @typedef {import('./mode.js').Mode} Mode
 * @typedef {{
 *     make: (name: string) => Mode,
 *     show: (mode: Mode) => void,
 *     told: () => void,
 *     judged: () => boolean,
 *     held: () => boolean,
 * }} Hands what the ladder needs of its player; judged: pictures can be seen to move, held: no change is welcome
 */

/**
 * Decides which mode plays. Modes stand in the order of preference. One that shows no moving picture within patience, or
 * ends, gives way: the next is started, while it goes on trying up to its deadline. The first that moves is shown, the
 * ones below it are closed at once. The ones above it are tried again every so often, and taken when they move.
 */
export class Ladder {
    /**
     * @param {string[]} names
     * @param {{patience: number, retry: number}} times in ms
     * @param {Hands} hands
     */
    constructor(names, times, hands) {
        this.names = names;
        this.times = times;
        this.hands = hands;
        /** @type {Mode[]} */
        this.modes = names.map(() => null); // live ones
        /** @type {number[]} */
        this.since = names.map(() => 0);    // since when each has been trying
        /** @type {string[]} */
        this.why = names.map(() => '');     // the last failure of each
        /** @type {Mode} */
        this.shown = null;     // on the screen, perhaps with its last picture
        this.playing = -1;     // index of what moves
        this.front = -1;       // index of the last one started on the way down
        this.frontGone = false; // it froze, and has had its time
        this.played = names.map(() => false);
        this.climb = -1;       // index of the last one started on the way up; -1: no attempt under way
        this.climbAt = Infinity;
        this.takenAt = 0;
        this.fickle = 0;       // how often a better mode was taken and froze soon
        this.round = 0;
        this.restartAt = 0;
        /** @type {Mode} */
        this.renewal = null;   // takes the place of what plays, when it moves
        this.renewSince = 0;
        this.reason = '';
        this.timer = 0;
    }

    start() {
        this.stop();
        this.front = -1;
        this.round = 0;
        this.restartAt = 0;
        this.why.fill('');
        this.timer = setInterval(() => this.step(), 200);
        this.step();
    }

    /** Ends all traffic. The last picture stays on the screen. */
    stop() {
        clearInterval(this.timer);
        this.timer = 0;
        this.modes.forEach((mode, i) => mode && this.end(i));
        this.endRenewal();
        this.playing = -1;
        this.climb = -1;
    }

    /** The network or the box is back: what hangs on from before is given up, and the best is tried at once. */
    hurry() {
        if (!this.timer) return;
        const now = performance.now();
        if (this.playing === 0) return;
        this.modes.forEach((mode, i) => {
            const hangs = mode && !this.moves(mode, now) && (mode.frames > 1 || now - this.since[i] > this.times.patience);
            if (hangs) this.end(i);
        });
        this.climb = -1;
        this.fickle = 0;
        if (this.playing > 0) {
            this.climbAt = now;
        } else {
            this.front = -1;
            this.climbAt = Infinity;
            this.restartAt = this.round = 0;
        }
        this.step();
    }

    /**
     * What plays falls behind: the same is begun anew beside it, and takes its place.
     * @param {Mode} mode
     * @param {string} reason
     */
    renew(mode, reason) {
        if (this.playing < 0 || this.modes[this.playing] !== mode || this.renewal) return;
        this.renewal = this.hands.make(mode.name);
        this.renewSince = performance.now();
        this.renewal.ontell = () => this.step();
        this.renewReason = reason;
        this.renewal.start();
    }

    step() {
        if (!this.timer) return;
        const now = performance.now();
        if (!this.hands.judged()) {
            this.since.fill(now);
            const playing = this.modes[this.playing];
            if (playing) playing.movedAt = now;
            this.renewSince = now;
            if (this.front < 0 && now >= this.restartAt) this.begin(this.front = 0); // ready when somebody looks
            return;
        }
        this.modes.forEach((mode, i) => {
            if (mode?.dead) {
                this.why[i] = say('failed', nameOf(mode.name), mode.dead);
                this.end(i);
            } else if (mode && !this.moves(mode, now) && i !== this.playing &&
                now - this.since[i] > (mode.frames > 1 ? FROZEN : DEADLINE)) {
                this.why[i] ||= this.slow(i);
                this.end(i);
            }
        });
        this.takeRenewal(now);
        const best = this.modes.findIndex(mode => mode && this.moves(mode, now));
        const playing = this.modes[this.playing];
        if (this.playing >= 0 && !(playing && this.moves(playing, now))) this.freeze(now);
        if (best >= 0) this.take(best, now);
        if (this.playing < 0) this.descend(now);
        this.ascend(now);
    }

    /**
     * @param {Mode} mode
     * @param {number} now
     */
    moves(mode, now) {
        return mode.blocked || mode.paused || mode.frames > 1 && now - mode.movedAt < this.times.patience;
    }

    /** @param {number} i */
    slow(i) {
        return say('slow', nameOf(this.names[i]), this.times.patience / 1000);
    }

    /** @param {number} i */
    begin(i) {
        if (this.modes[i]) return;
        const mode = this.hands.make(this.names[i]);
        this.modes[i] = mode;
        this.since[i] = performance.now();
        mode.ontell = () => this.step();
        mode.start();
    }

    /** @param {number} i */
    end(i) {
        const mode = this.modes[i];
        this.modes[i] = null;
        mode.close();
        if (mode !== this.shown) mode.release();
    }

    /**
     * It moves, and nothing better does.
     * @param {number} i
     * @param {number} now
     */
    take(i, now) {
        if (i === this.playing) return;
        if (this.playing >= 0 && this.hands.held()) return;
        if (this.played[i]) this.reason = say('again', nameOf(this.names[i]));
        else if (this.playing >= 0 || i === 0) this.reason = this.shown ? say('better', nameOf(this.names[i])) : '';
        else this.reason = this.why.slice(0, i).map((why, k) => why || this.slow(k)).join('; ');
        this.played[i] = true;
        this.playing = i;
        this.frontGone = false;
        this.climb = -1;
        this.climbAt = now + this.interval();
        this.takenAt = now;
        this.round = 0;
        this.front = i;
        this.display(this.modes[i]);
        for (let k = i + 1; k < this.modes.length; k++) if (this.modes[k]) this.end(k);
        this.hands.told();
    }

    /** @param {Mode} mode */
    display(mode) {
        const old = this.shown;
        this.shown = mode;
        if (old === mode) return;
        this.hands.show(mode);
        mode.taken();
        if (old && !this.modes.includes(old)) old.release();
    }

    interval() {
        return Math.min(this.times.retry * 2 ** this.fickle, Math.max(this.times.retry, MAX_RETRY));
    }

    /** @param {number} now */
    freeze(now) {
        const i = this.playing;
        if (this.modes[i]) {
            this.why[i] = say('froze', nameOf(this.names[i]), this.times.patience / 1000);
            this.since[i] = now;
        }
        this.fickle = now - this.takenAt < FICKLE && this.names.length > 1 ? Math.min(this.fickle + 1, 2) : 0;
        this.reason = this.why[i];
        this.playing = -1;
        this.endRenewal();
        // it has had its patience: the next one begins now, and better ones get their chance beside it
        this.front = i;
        this.frontGone = true;
        this.climb = -1;
        this.climbAt = i > 0 ? now : Infinity;
        this.hands.told();
    }

    /**
     * Starts the next one when the last one started had its time.
     * @param {number} now
     */
    descend(now) {
        if (now < this.restartAt) return;
        if (this.front < 0) {
            this.front = 0;
            this.begin(0);
            return;
        }
        const front = this.modes[this.front];
        if (front && !this.frontGone && now - this.since[this.front] < this.times.patience) return;
        this.frontGone = false;
        if (front) this.why[this.front] ||= this.slow(this.front);
        if (this.front + 1 < this.names.length) {
            this.front++;
            this.begin(this.front);
        } else if (this.modes.every(mode => !mode)) {
            this.restartAt = now + PAUSES[Math.min(this.round++, PAUSES.length - 1)];
            this.front = this.climb = -1;
            this.climbAt = Infinity;
            this.reason = this.why.filter(Boolean).join('; ');
            this.hands.told();
        }
    }

    /**
     * Tries those above what plays, one after the other.
     * @param {number} now
     */
    ascend(now) {
        const limit = this.playing >= 0 ? this.playing : this.front;
        if (limit <= 0 || now < this.climbAt || this.hands.held()) return;
        const last = this.modes[this.climb];
        if (last && now - this.since[this.climb] < this.times.patience) return;
        if (this.climb + 1 < limit) {
            this.climb++;
            this.begin(this.climb);
        } else {
            this.climb = -1;
            this.climbAt = now + this.interval();
        }
    }

    /** @param {number} now */
    takeRenewal(now) {
        const mode = this.renewal;
        if (!mode) return;
        if (mode.dead || now - this.renewSince > DEADLINE) {
            this.endRenewal();
        } else if (mode.frames > 1 && this.playing >= 0) {
            this.renewal = null;
            const old = this.modes[this.playing];
            this.modes[this.playing] = mode;
            this.reason = this.renewReason;
            this.display(mode);
            old?.close();
            this.hands.told();
        }
    }

    endRenewal() {
        this.renewal?.release();
        this.renewal = null;
    }
}

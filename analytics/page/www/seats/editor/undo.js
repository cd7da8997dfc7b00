// @ts-check
/** How many steps back there are. */
const DEPTH = 200;

/**
 * The versions of something that is never changed, only replaced. A run of small steps of the same kind, such as an
 * arrow key that is held down, is one step back.
 * @template T
 */
export class History {
    /** @param {T} first */
    constructor(first) {
        this.current = first;
        /** @type {T[]} */
        this.past = [];
        /** @type {T[]} */
        this.future = [];
        this.run = '';
    }

    get canUndo() { return this.past.length > 0; }

    get canRedo() { return this.future.length > 0; }

    /**
     * @param {T} next
     * @param {string} [run] what kind of step; '' stands alone
     */
    push(next, run = '') {
        if (next === this.current) return;
        if (!run || run !== this.run || !this.past.length) {
            this.past.push(this.current);
            if (this.past.length > DEPTH) this.past.shift();
        }
        this.run = run;
        this.future = [];
        this.current = next;
    }

    /** Ends a run: the next step of its kind is one of its own. */
    pause() { this.run = ''; }

    undo() {
        if (!this.canUndo) return false;
        this.future.push(this.current);
        this.current = /** @type {T} */ (this.past.pop());
        this.run = '';
        return true;
    }

    redo() {
        if (!this.canRedo) return false;
        this.past.push(this.current);
        this.current = /** @type {T} */ (this.future.pop());
        this.run = '';
        return true;
    }
}

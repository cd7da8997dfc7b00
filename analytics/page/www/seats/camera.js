// @ts-check
import {h, set, write} from './dom.js';
import {Events} from './events.js';
import {Frame} from './frame.js';
import {LastFrame} from './lastframe.js';
import {Overlay} from './overlay.js';
import {Places} from './places.js';
import {streamNames} from './streams.js';
import {say} from './text.js';
import {timeOf} from './time.js';
import {Why} from './why.js';

/**
 * One camera: its live picture, or the one that was looked at last, with seats and boxes over it; its seats and events
 * beside it; and the editor, which takes their place.
 */
export class CameraView extends HTMLElement {
    /** @type {import('./state.js').Model} */
    model = null;
    /** @type {URLSearchParams} */
    params = null;

    connectedCallback() {
        const {model} = this;
        this.ended = new AbortController();
        this.stream = '';
        this.seat = '';
        this.live = true;
        /** @type {any} */
        this.player = null;
        /** @type {LastFrame} */
        this.last = null;
        /** @type {any} */
        this.editor = null;

        this.heading = h('h2', {class: 'hidden', tabindex: '-1'}, say('camera'));
        this.choice = h('select', {'aria-label': say('camera'), onchange: () => this.go(this.choice.value)});
        this.modes = [true, false].map(live => h('button', {
            type: 'button', 'aria-pressed': String(live), onclick: () => this.play(live),
        }, say(live ? 'livePicture' : 'lastLook')));
        this.withBoxes = h('input', {type: 'checkbox', checked: true, onchange: () => this.overlay.show({boxes: this.withBoxes.checked})});
        this.edit = h('button', {type: 'button', class: 'edit', onclick: () => this.openEditor()}, say('edit'));
        this.whole = h('button', {type: 'button', hidden: !document.fullscreenEnabled, onclick: () => this.fill()}, say('fullscreen'));
        this.picture = h('div', {class: 'picture'});
        this.stage = h('div', {class: 'stage', role: 'group', 'aria-label': say('picture')}, this.picture);
        this.caption = h('span', {class: 'quiet'});
        this.problem = h('span', {class: 'bad', role: 'status'});
        this.side = h('div', {class: 'side'});
        this.panel = h('div', {class: 'panel', hidden: true});
        this.body = h('div', {class: 'camera'},
            h('div', {class: 'screen'}, this.stage, h('p', {class: 'row caption'}, this.caption, this.problem)), this.side, this.panel);
        this.none = h('div', {class: 'hint', hidden: true}, h('p', {}, say('noStreams')), h('a', {class: 'button', href: 'add.html'}, say('addStream')));
        this.tools = h('div', {class: 'row tools'}, this.choice,
            h('div', {class: 'row modes', role: 'group', 'aria-label': say('picture')}, this.modes),
            h('label', {}, this.withBoxes, say('boxes')), this.whole, this.edit);
        this.append(this.heading, this.tools, this.body, this.none);

        this.frame = new Frame(this.stage);
        this.overlay = new Overlay(this.frame, id => this.pick(id));
        const {signal} = this.ended;
        model.addEventListener('change', ev => this.update(/** @type {CustomEvent} */ (ev).detail), {signal});
        model.addEventListener('look', () => this.looked(), {signal});
        model.addEventListener('lookless', ev => write(this.problem, sentence(/** @type {CustomEvent} */ (ev).detail)), {signal});
        model.addEventListener('tick', () => this.tick(), {signal});
        document.addEventListener('keydown', ev => {
            if (ev.key === 'Escape' && !this.editor && this.seat) this.pick('');
        }, {signal});
        this.offer();
        this.routed(this.params);
    }

    disconnectedCallback() {
        this.ended.abort();
        this.closeEditor();
        this.model.follow('');
        this.last?.close();
        this.why?.close();
        this.overlay.close();
        this.frame.close();
        this.replaceChildren();
    }

    /** Which cameras there are: all streams, also those without seats, where the first one is to be drawn. */
    async offer() {
        const names = await streamNames(this.model);
        if (this.ended.signal.aborted) return;
        if (this.stream && !names.includes(this.stream)) names.push(this.stream);
        this.choice.replaceChildren(...names.map(name => h('option', {value: name}, name)));
        this.choice.value = this.stream;
        if (!this.stream && names.length) this.open(names[0], '');
        const none = names.length === 0;
        this.none.hidden = !none;
        this.body.hidden = this.tools.hidden = none;
    }

    /** @param {URLSearchParams} params */
    routed(params) {
        const stream = params.get('camera') || this.stream;
        if (stream) this.open(stream, params.get('seat') || '');
        if (params.has('edit') && !this.editor) this.openEditor();
    }

    /** @param {string} stream */
    go(stream) {
        location.hash = '#camera=' + encodeURIComponent(stream);
    }

    /**
     * @param {string} stream
     * @param {string} seat to be shown, or ''
     */
    open(stream, seat) {
        const {model} = this;
        if (stream !== this.stream) {
            this.closeEditor();
            this.stream = stream;
            this.choice.value = stream;
            write(this.heading, stream);
            write(this.problem, '');
            this.overlay.look(null);
            model.follow(stream);
            this.places = new Places(model, stream, id => this.pick(id));
            this.events = new Events(model, stream, id => this.pick(id));
            this.why?.close();
            this.why = new Why(model);
            this.side.replaceChildren(this.places.element, this.why.element, this.events.element);
            this.play(this.live);
            this.overlay.arrange(model, stream);
            this.tick();
        }
        this.select(seat);
    }

    /** @param {string} id of a seat, or ''; twice the same takes it back */
    pick(id) {
        if (id === this.seat) id = '';
        history.replaceState(null, '', `#camera=${encodeURIComponent(this.stream)}${id && '&seat=' + encodeURIComponent(id)}`);
        this.select(id);
    }

    /** @param {string} id */
    select(id) {
        this.seat = id;
        this.overlay.select(id);
        this.places.select(id);
        this.why.select(id);
        this.events.select(id);
    }

    /** @param {boolean} live or the picture that was looked at last */
    play(live) {
        this.live = live;
        this.modes.forEach((button, i) => set(button, 'aria-pressed', String(live === (i === 0))));
        this.frame.picture = null;
        this.last?.close();
        this.last = null;
        this.player = null;
        this.picture.replaceChildren();
        write(this.problem, '');
        if (live) this.playLive(); else this.playLast();
        this.looked();
    }

    async playLive() {
        const {stream} = this;
        try {
            await import('../video-stream.js');
        } catch {
            write(this.problem, say('noModule'));
            return;
        }
        if (!this.live || stream !== this.stream || this.ended.signal.aborted || this.player) return;
        const player = this.player = /** @type {any} */ (document.createElement('video-stream'));
        player.media = 'video';
        player.src = new URL('api/ws?src=' + encodeURIComponent(stream), location.href);
        player.addEventListener('change', () => {
            if (player === this.player) this.frame.picture = player.picture;
        });
        this.picture.append(player);
        player.video.controls = false; // they would lie under the seats
    }

    playLast() {
        const last = this.last = new LastFrame(this.stream, problem => {
            if (last !== this.last) return;
            write(this.problem, problem);
            if (!problem) this.frame.picture = last.element;
            this.drawLook();
        });
        this.picture.append(last.element);
        last.refresh();
    }

    looked() {
        const {model, last} = this;
        if (model.look) {
            write(this.problem, '');
            this.frame.usual = {width: model.look.width, height: model.look.height};
            this.frame.measure();
        }
        if (last) last.refresh();
        this.drawLook();
        this.tick();
        if (this.editor) this.editor.look = model.look;
    }

    /** Over the last frame only the boxes of that very frame are drawn. */
    drawLook() {
        const {look} = this.model;
        const other = this.last && look && this.last.capturedAt !== look.captured_at;
        if (!other) this.overlay.look(look);
    }

    /** @param {import('./state.js').Changes} changes */
    update(changes) {
        const {model, stream} = this;
        if (changes.all) {
            this.offer();
            if (stream) {
                this.overlay.arrange(model, stream);
                this.places.arrange();
                this.select(this.seat);
            }
            if (this.editor) this.feed();
        }
        if (!stream) return;
        this.overlay.update(model, changes.seats);
        this.places.update(changes.seats);
        this.why.update();
        if (changes.events.length) this.events.update(changes.events);
    }

    tick() {
        const {model} = this;
        this.places?.tick();
        write(this.caption, model.look ? say('lookedAt', timeOf(model.look.captured_at)) : say('noLook'));
    }

    fill() {
        if (document.fullscreenElement) document.exitFullscreen(); else this.stage.requestFullscreen();
    }

    async openEditor() {
        if (!this.stream) return;
        const {stream} = this;
        try {
            await import('./editor/editor.js');
        } catch {
            write(this.problem, say('noModule'));
            return;
        }
        if (this.editor || stream !== this.stream || this.ended.signal.aborted) return;
        const editor = this.editor = /** @type {any} */ (document.createElement('seat-editor'));
        editor.frame = this.frame;
        editor.selected = this.seat;
        this.feed();
        editor.addEventListener('done', () => {
            this.closeEditor();
            this.edit.focus();
        });
        this.overlay.show({seats: false});
        this.side.hidden = true;
        this.edit.disabled = true;
        this.panel.hidden = false;
        this.panel.append(editor);
    }

    /** What the editor is told at each change. */
    feed() {
        const {model, editor, stream} = this;
        editor.stream = stream;
        editor.storeID = model.storeID;
        editor.look = model.look;
        editor.all = [...model.seats.values()];
        editor.seats = editor.all.filter(seat => seat.stream === stream);
    }

    closeEditor() {
        if (!this.editor) return;
        this.editor.remove();
        this.editor = null;
        this.panel.hidden = true;
        this.side.hidden = false;
        this.edit.disabled = false;
        this.overlay.show({seats: true});
    }
}

/** @param {string} problem in the box's words */
function sentence(problem) {
    return problem === 'stream not found' ? say('streamGone') : problem;
}

customElements.define('seats-camera', CameraView);

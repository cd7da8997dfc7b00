// @ts-check
import {Announcer} from './announce.js';
import {h, set, write} from './dom.js';
import {icon} from './icons.js';
import {Model} from './state.js';
import {language, say} from './text.js';
import {lasting} from './time.js';

/** @typedef {import('./text.js').Key} Key */

/** The views, each loaded when it is opened first. */
const views = {
    room: () => import('./room.js'),
    camera: () => import('./camera.js'),
    history: () => import('./history.js'),
    health: () => import('./health.js'),
};

/** The frame of the page: its head, the line's state, and the view that the address names, as `#camera=cam1&seat=A1`. */
class App {
    /** @param {HTMLElement} root */
    constructor(root) {
        this.root = root;
        this.model = new Model();
        this.name = h('h1', {class: 'cut'}, say('title'));
        this.tabs = Object.keys(views).map(view => h('a', {href: '#' + view}, say(/** @type {Key} */ (view))));
        // what is read aloud is the sentence alone, once; the seconds that go by are not
        this.state = h('span', {role: 'status'});
        this.age = h('span', {class: 'age'});
        this.mark = icon('offline');
        this.again = h('button', {type: 'button', hidden: true, onclick: () => location.reload()}, say('signIn'));
        this.link = h('div', {class: 'link'}, this.mark, this.state, this.age, this.again);
        this.note = h('p', {class: 'note', hidden: true});
        /** @type {any} */
        this.view = null;
        this.shown = '';
        root.append(
            h('div', {class: 'top'}, this.name, h('nav', {'aria-label': say('views')}, this.tabs), this.link),
            this.note, new Announcer(this.model).element);

        addEventListener('hashchange', () => this.route(true));
        this.model.addEventListener('link', () => this.drawLink());
        this.model.addEventListener('tick', () => this.drawAge());
        this.model.addEventListener('change', ev => {
            if (/** @type {CustomEvent} */ (ev).detail.all) this.drawHead();
        });
        this.drawLink();
        this.route(false);
    }

    /** @param {boolean} focus is led to the view: somebody went there */
    async route(focus) {
        const params = new URLSearchParams(location.hash.slice(1));
        const name = [...params.keys()].find(key => key in views) || 'room';
        for (const tab of this.tabs) set(tab, 'aria-current', tab.hash === '#' + name ? 'page' : null);
        document.title = `${say(/** @type {Key} */ (name))} - ${say('title')} - go2rtc`;
        if (name === this.shown && this.view) {
            this.view.routed?.(params);
            return;
        }
        this.shown = name;
        try {
            await views[name]();
        } catch {
            if (this.shown === name) this.fail();
            return;
        }
        if (this.shown !== name) return;
        this.view?.remove();
        this.view = document.createElement('seats-' + name);
        this.view.className = 'view';
        this.view.model = this.model;
        this.view.params = params;
        this.root.append(this.view);
        if (focus) this.view.querySelector('h2')?.focus({preventScroll: true});
    }

    /** A module did not come: the box is away, or has another version by now. */
    fail() {
        this.view?.remove();
        this.shown = '';
        this.view = h('div', {class: 'hint', role: 'alert'}, h('p', {}, say('noModule')),
            h('button', {type: 'button', onclick: () => location.reload()}, say('reload')));
        this.root.append(this.view);
    }

    drawHead() {
        const {storeID, note} = this.model;
        write(this.name, storeID || say('title'));
        set(this.name, 'title', storeID);
        write(this.note, note);
        this.note.hidden = !note;
    }

    drawLink() {
        const {link} = this.model;
        const state = link.live ? 'live' : link.problem === 'denied' ? 'denied' : link.heardAt ? 'old' : 'connecting';
        this.link.dataset.state = state;
        this.mark.style.display = state === 'old' || state === 'denied' ? '' : 'none';
        this.root.classList.toggle('old', state === 'old' || state === 'denied');
        write(this.state, say(link.problem === 'refused' ? 'refused' : /** @type {Key} */ (state)));
        this.again.hidden = state !== 'denied';
        this.drawAge();
    }

    drawAge() {
        const {link} = this.model;
        const old = !link.live && link.heardAt > 0;
        write(this.age, old ? say('oldFor', lasting(Date.now() - link.heardAt)) : '');
    }
}

document.documentElement.lang = language;
document.title = `${say('title')} - go2rtc`;
new App(document.getElementById('seats'));

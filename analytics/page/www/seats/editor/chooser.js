// @ts-check
import {h} from '../dom.js';
import {say} from '../text.js';

/** The list of a camera's seats: which one is edited, or a new one, or proposals. */
export class Chooser {
    /** @param {import('./editor.js').SeatEditor} editor */
    constructor(editor) {
        this.editor = editor;
        this.title = h('h2', {tabindex: '-1'}, say('editorTitle'));
        this.hint = h('p', {class: 'guide'});
        this.list = h('ul', {class: 'seat-list'});
        this.element = h('div', {class: 'chooser'}, this.title, this.hint, this.list, h('div', {class: 'buttons'},
            h('button', {type: 'button', class: 'primary', onclick: () => editor.newSeat()}, say('newSeat')),
            h('button', {type: 'button', onclick: () => editor.propose()}, say('propose')),
            h('button', {type: 'button', onclick: () => editor.dispatchEvent(new CustomEvent('done'))}, say('done'))));
    }

    update() {
        const {seats} = this.editor;
        this.hint.textContent = say(seats.length ? 'chooseSeat' : 'noSeatsHere');
        const focused = this.list.contains(document.activeElement) && /** @type {HTMLElement} */ (document.activeElement).dataset.id;
        this.list.replaceChildren(...seats.map(seat => h('li', null,
            h('button', {type: 'button', 'data-id': seat.seat_id, title: seat.name, onclick: () => this.editor.editSeat(seat)},
                h('span', {class: 'name'}, seat.name), seat.name !== seat.seat_id && h('span', {class: 'id'}, seat.seat_id)))));
        if (typeof focused === 'string') this.focus(focused);
    }

    /** @param {string} id the heading where there is no such seat */
    focus(id) {
        const button = [...this.list.querySelectorAll('button')].find(b => b.dataset.id === id);
        (button || this.title).focus({preventScroll: true});
    }
}

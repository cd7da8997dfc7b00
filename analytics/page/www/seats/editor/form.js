// @ts-check
import {h, set, write} from '../dom.js';
import {say} from '../text.js';
import {preview} from './yaml.js';

/** @typedef {import('./draft.js').Layer} Layer */

let count = 0;

/**
 * The form beside the picture: what the seat is called, which of its polygons is drawn, what is wrong with it in words,
 * what will be written. It is made once for a draft and then only brought up to date, so that nobody loses the focus.
 */
export class Form {
    /**
     * @param {import('./editor.js').SeatEditor} editor
     * @param {import('./draft.js').Draft} draft
     */
    constructor(editor, draft) {
        this.editor = editor;
        this.draft = draft;
        const id = 'seat-form-' + ++count;
        /** @param {string} name @param {any} key @param {'id'|'name'|'storeID'} field @param {Object<string, any>} [more] */
        const input = (name, key, field, more) => {
            const error = h('span', {class: 'fault', id: `${id}-${name}`});
            const box = h('input', {
                type: 'text', name, id: `${id}-${name}-text`, value: draft[field], autocomplete: 'off', spellcheck: 'false', 'aria-describedby': error.id,
                oninput: () => draft.write({[field]: box.value}), ...more,
            });
            this.errors[name] = {error, control: box};
            return h('div', {class: 'field'}, h('label', {for: box.id}, say(key)), box, error);
        };
        /** @type {Object<string, {error: HTMLElement, control: HTMLElement|null}>} */
        this.errors = {};
        this.title = h('h2', {tabindex: '-1'});
        this.notice = h('p', {class: 'notice', role: 'status'});
        this.hint = h('p', {class: 'guide'});
        this.people = h('p', {class: 'people'});
        /** @type {Record<Layer, HTMLInputElement>} */
        this.tabs = /** @type {any} */ ({});
        const choose = (/** @type {Layer} */ layer, /** @type {any} */ key) => {
            this.tabs[layer] = h('input', {type: 'radio', name: id, value: layer, onchange: () => editor.editLayer(layer)});
            return h('label', null, this.tabs[layer], h('span', null, say(key)));
        };
        const shapeError = h('p', {class: 'fault shape-fault', id: id + '-shape'});
        this.errors.roi = this.errors.items_roi = {error: shapeError, control: null};
        set(editor.drawing.svg, 'aria-describedby', shapeError.id);
        this.clear = h('button', {type: 'button', onclick: () => editor.clearItems()}, say('itemsClear'));
        this.anchor = h('select', {name: 'anchor', onchange: () => draft.write({anchor: /** @type {any} */ (this.anchor.value)})},
            ['fit', 'foot', 'center', 'overlap'].map(a => h('option', {value: a}, say(/** @type {any} */ ('anchor_' + a)))));
        this.undo = h('button', {type: 'button', title: 'Ctrl+Z', onclick: () => draft.undo()}, say('undo'));
        this.redo = h('button', {type: 'button', title: 'Ctrl+Shift+Z', onclick: () => draft.redo()}, say('redo'));
        this.copy = h('button', {type: 'button', onclick: () => editor.copySeat()}, say('copy'));
        this.remove = h('button', {type: 'button', class: 'danger', onclick: () => editor.deleteSeat()}, say('remove'));
        this.yaml = h('code');
        this.save = h('button', {type: 'submit', class: 'primary'}, say('save'));
        this.problem = h('div', {class: 'problem', role: 'alert'});
        this.element = h('form', {class: 'seat-form', novalidate: true, onsubmit: (/** @type {Event} */ ev) => { ev.preventDefault(); editor.save(); }},
            this.title,
            h('fieldset', {class: 'tabs'}, h('legend', null, say('shapes')), choose('roi', 'shapeSeat'), choose('items_roi', 'shapeItems')),
            this.hint, shapeError, this.people,
            h('div', {class: 'buttons'}, this.undo, this.redo, this.clear),
            input('name', 'fieldName', 'name', {placeholder: draft.id}),
            input('id', 'fieldID', 'id', {readonly: !draft.isNew, title: draft.isNew ? null : say('idStays')}),
            draft.wantsStore && input('store', 'fieldStore', 'storeID'),
            h('label', {class: 'field'}, h('span', null, say('fieldAnchor')), this.anchor),
            h('details', {class: 'yaml'}, h('summary', null, say('yaml')),
                h('p', null, say(draft.isNew ? 'yamlNew' : 'yamlChange')), h('pre', {tabindex: '0', 'aria-label': say('yaml')}, this.yaml)),
            h('div', {class: 'buttons end'}, this.save,
                h('button', {type: 'button', onclick: () => editor.cancel()}, say('cancel')),
                !draft.isNew && this.copy, !draft.isNew && this.remove),
            // below all else: what comes by itself moves no button away from under a pointer
            this.problem, this.notice);
        this.update();
    }

    update() {
        const {draft, editor} = this, {shape, layer} = draft;
        const label = draft.name || draft.id;
        write(this.title, draft.isNew ? say('newSeat') : say('seatTitle', label));
        set(this.title, 'title', label);
        this.tabs[layer].checked = true;
        write(this.hint, say(draft.isOpen ? layer === 'roi' ? 'hintDraw' : 'hintItems' : 'hintShape'));
        this.undo.disabled = !draft.history.canUndo;
        this.redo.disabled = !draft.history.canRedo;
        this.clear.hidden = layer !== 'items_roi' || !shape.items_roi.length;
        this.copy.disabled = draft.isChanged;
        this.copy.title = draft.isChanged ? say('copyLater') : '';
        if (this.anchor.value !== draft.anchor) this.anchor.value = draft.anchor;
        for (const key of /** @type {('id'|'name'|'storeID')[]} */ (['id', 'name', 'storeID'])) {
            const control = /** @type {HTMLInputElement} */ (this.errors[key === 'storeID' ? 'store' : key]?.control);
            if (control && control.value !== draft[key]) control.value = draft[key];
        }
        this.tellFaults();
        write(this.yaml, preview(draft));
        write(this.notice, editor.notice);
        this.save.disabled = editor.busy;
        set(this.element, 'aria-busy', editor.busy || null);
    }

    /** What is wrong stands where it can be mended; what is merely not drawn yet is said when it is to be saved. */
    tellFaults() {
        const {draft, editor} = this, faults = draft.faults();
        for (const {error, control} of Object.values(this.errors)) {
            const fault = faults.find(f => this.errors[f.field].error === error && !this.isEarly(f));
            write(error, fault ? (fault.field !== 'roi' && fault.field !== 'items_roi' ? '' : say(fault.field === 'roi' ? 'shapeSeat' : 'shapeItems') + ': ') +
                say(/** @type {any} */ (fault.key), ...fault.values) : '');
            if (control) set(control, 'aria-invalid', fault ? 'true' : null);
        }
        const {problem} = editor;
        this.problem.replaceChildren(...(problem ? [h('p', null, problem.text), problem.said && h('p', {class: 'said'}, problem.said)].filter(e => e) : []));
    }

    /** @param {import('./draft.js').Fault} fault */
    isEarly(fault) {
        return !this.editor.tried && (fault.key === 'pointsFew' || fault.key === 'storeMissing' || fault.key === 'areaSmall' && this.draft.isOpen);
    }

    /** @param {import('./feet.js').Foot[]|null} feet null: this camera was not looked at yet */
    tellFeet(feet) {
        if (!feet) return write(this.people, say('feetBlind'));
        const people = feet.filter(f => !f.item), things = feet.filter(f => f.item);
        const taken = [...new Set(feet.map(f => f.owner).filter(Boolean))];
        write(this.people, [
            people.length ? say('feetPeople', people.filter(f => f.isIn).length, people.length) : say('feetNobody'),
            things.length ? say('feetItems', things.filter(f => f.isIn).length, things.length) : '',
            taken.length ? say('feetTaken', taken.join(', ').slice(0, 100)) : '',
        ].filter(Boolean).join(' '));
    }

    /** Goes where the first thing that is wrong can be mended. */
    focusFault() {
        const fault = this.draft.faults()[0];
        if (!fault) return;
        if (fault.field === 'roi' || fault.field === 'items_roi') this.editor.editLayer(fault.field, true);
        else this.errors[fault.field].control?.focus();
    }
}

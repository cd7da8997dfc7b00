// @ts-check
import {h} from '../dom.js';

/**
 * Asks, above all else. The first answer has the focus; Escape is ''.
 * @param {string} title
 * @param {import('../dom.js').Child} content
 * @param {{value: string, label: string, kind?: 'primary'|'danger'}[]} answers
 * @return {Promise<string>} the value of the answer
 */
export function ask(title, content, answers) {
    const before = /** @type {HTMLElement|null} */ (document.activeElement);
    const buttons = answers.map(({value, label, kind}) =>
        h('button', {type: 'button', class: kind, onclick: () => dialog.close(value)}, label));
    const dialog = h('dialog', {class: 'ask', 'aria-labelledby': 'ask-title'},
        h('h2', {id: 'ask-title'}, title), content, h('div', {class: 'buttons'}, buttons));
    (document.getElementById('seats') || document.body).append(dialog);
    return new Promise(resolve => {
        dialog.addEventListener('close', () => {
            dialog.remove();
            if (before?.isConnected) before.focus({preventScroll: true});
            resolve(dialog.returnValue);
        });
        dialog.showModal();
        buttons[0].focus();
    });
}

// Asks each ICE server from this browser, has the box ask them too (GET api/ice/check), and shows both beside each other.
import {words} from './ice-words.js';

const language = navigator.language.startsWith('ko') ? 'ko' : 'en';
const word = words[language];

// how long this browser waits for one server, ms: a bit longer than the box
const patience = 6000;

const tbody = document.getElementById('servers');
const sum = document.getElementById('sum');
const again = document.getElementById('again');

/**
 * What one side says of one server, as the box words it (type Verdict of package icecheck).
 * @typedef {{ok: boolean, rtt_ms?: number, address?: string, problem?: string, code?: number, hint?: string}} Verdict
 */

const turn = url => /^turns?:/i.test(url);

/**
 * Asks one server by a peer connection that knows no other.
 * @param {{asked: string, url: string, username?: string, credential?: string}} server
 * @returns {Promise<Verdict>}
 */
async function ask(server) {
    if (!('RTCPeerConnection' in window)) return {ok: false, problem: 'no_webrtc'};
    const began = performance.now();
    const since = () => performance.now() - began;
    let pc;
    try {
        pc = new RTCPeerConnection({
            iceServers: [{urls: [server.asked], username: server.username, credential: server.credential}],
            iceTransportPolicy: turn(server.url) ? 'relay' : 'all',
        });
    } catch (e) {
        return {ok: false, problem: turn(server.url) && !server.credential ? 'no_credential' : 'bad_url'};
    }

    const errors = [];
    try {
        return await new Promise((resolve, reject) => {
            const timer = setTimeout(() => resolve(failure(errors)), patience);
            pc.addEventListener('icecandidateerror', ev => {
                errors.push(ev);
                // an answer, and not one that another network interface could better
                if (ev.errorCode < 700) resolve(failure(errors, since()));
            });
            pc.addEventListener('icecandidate', ev => {
                const c = ev.candidate;
                if (c && c.candidate && c.type === (turn(server.url) ? 'relay' : 'srflx')) {
                    clearTimeout(timer);
                    resolve({ok: true, rtt_ms: since(), address: place(c)});
                }
            });
            pc.addEventListener('icegatheringstatechange', () => {
                if (pc.iceGatheringState !== 'complete') return;
                clearTimeout(timer);
                // an answer that tells an address which the browser has itself makes no candidate
                const silent = turn(server.url) || errors.length > 0 || !('onicecandidateerror' in pc);
                resolve(silent ? failure(errors) : {ok: true, rtt_ms: since(), hint: word.noNAT});
            });
            pc.createDataChannel('');
            pc.setLocalDescription().catch(reject);
        });
    } finally {
        pc.close();
    }
}

/** @param {RTCIceCandidate} c */
function place(c) {
    return c.address.includes(':') ? `[${c.address}]:${c.port}` : `${c.address}:${c.port}`;
}

/**
 * The verdict of error events: one per network interface, of which the server's own answer tells most.
 * @param {RTCPeerConnectionIceErrorEvent[]} errors
 * @param {number} [rtt]
 * @returns {Verdict}
 */
function failure(errors, rtt) {
    const answer = errors.find(e => e.errorCode < 700);
    if (!answer) {
        const lookup = errors.some(e => /lookup|resol/i.test(e.errorText));
        return {ok: false, problem: lookup ? 'no_such_host' : 'unreachable'};
    }
    const problems = {401: 'wrong_credential', 441: 'wrong_credential', 486: 'quota', 508: 'quota'};
    return {ok: false, rtt_ms: rtt, code: answer.errorCode, problem: problems[answer.errorCode] || 'error'};
}

/** @param {string} text */
function element(tag, text, className) {
    const el = document.createElement(tag);
    el.textContent = text;
    if (className) el.className = className;
    return el;
}

/**
 * What to do, in words: the box says it in English itself.
 * @param {Verdict} v
 * @param {'box'|'browser'} side
 */
function sentence(v, side) {
    if (side === 'box' && language === 'en') return v.hint || '';
    if (v.ok) return side === 'box' ? (v.hint ? word.unseen : '') : v.hint || '';
    const own = side === 'browser' ? word.browserProblems[v.problem] : undefined;
    const text = own || word.problems[v.problem] || v.hint || word.problems.error;
    return text.replace('{code}', v.code || '');
}

/**
 * @param {HTMLTableRowElement} tr
 * @param {Verdict} v
 * @param {'box'|'browser'} side
 */
function show(tr, v, side) {
    const td = tr.cells[side === 'box' ? 1 : 2];
    const url = tr.cells[0].textContent;
    td.className = v.ok ? 'good' : 'bad';
    td.replaceChildren(element('b', v.ok ? `✓ ${word.answers}` : `✗ ${word.short[v.problem] || word.short[v.code ? 'error' : 'unreachable']}`));
    if (v.rtt_ms != null) td.append(` ${v.rtt_ms < 10 ? v.rtt_ms.toFixed(1) : Math.round(v.rtt_ms)} ms`);
    if (v.address) td.append(element('p', word.address[side][turn(url) ? 'turn' : 'stun'].replace('{address}', v.address)));
    const text = sentence(v, side);
    if (text) td.append(element('p', text));
}

/** The row of the nth server with this URL. */
function row(key, url) {
    let tr = [...tbody.children].find(tr => tr.dataset.key === key);
    if (tr) return tr;
    tr = document.createElement('tr');
    tr.dataset.key = key;
    const cells = [element('td', url), element('td', word.asking, 'quiet'), element('td', word.asking, 'quiet')];
    cells[1].dataset.column = word.box;
    cells[2].dataset.column = word.browser;
    tr.append(...cells);
    tbody.append(tr);
    return tr;
}

/**
 * Gives keys by which the lists of both sides meet: a URL may stand twice, with other credentials. What stands before
 * an @ is hidden, as the box hides it.
 */
function keyed(servers) {
    const seen = {};
    return servers.map(s => {
        s = {...s, asked: s.url, url: s.url.replace(/^([a-z]+:(?:\/\/)?)[^?]*@/, '$1***@')};
        seen[s.url] = (seen[s.url] || 0) + 1;
        return {...s, key: `${seen[s.url]} ${s.url}`};
    });
}

async function json(path) {
    const r = await fetch(new URL(path, location.href), {cache: 'no-store'});
    if (!r.ok) throw new Error(`${path}: ${r.status} ${r.statusText}`);
    return r.json();
}

async function browserSide() {
    const ice = await json('api/ice');
    const servers = ice.iceServers.flatMap(s => [s.urls].flat().map(url => ({url, username: s.username, credential: s.credential})));
    return Promise.all(keyed(servers).map(async s => {
        const tr = row(s.key, s.url);
        const v = await ask(s);
        show(tr, v, 'browser');
        return {...v, key: s.key, url: s.url};
    }));
}

async function boxSide() {
    const report = await json('api/ice/check');
    const servers = keyed(report.servers);
    for (const v of servers) show(row(v.key, v.url), v, 'box');
    return servers;
}

/** Cells that nobody will fill: a side failed, or does not know this server. */
function rest(column, text) {
    for (const tr of tbody.children) {
        const td = tr.cells[column];
        if (td.textContent === word.asking) td.textContent = text;
    }
}

/** What the silence towards this browser means depends on what the box got. */
function compare(box, browser) {
    for (const v of browser) {
        const other = box.find(b => b.key === v.key);
        if (v.problem === 'unreachable' && other) show(row(v.key, v.url), {...v, problem: other.ok ? 'blocked' : 'both'}, 'browser');
    }
}

async function check() {
    again.disabled = true;
    tbody.replaceChildren();
    sum.textContent = word.asking;
    const [box, browser] = await Promise.allSettled([boxSide(), browserSide()]);
    for (const [column, side] of [[1, box], [2, browser]]) {
        rest(column, side.status === 'rejected' ? side.reason.message : column === 2 ? word.boxOnly : word.browserOnly);
    }

    if (box.status === 'fulfilled' && browser.status === 'fulfilled') compare(box.value, browser.value);

    const failed = side => side.status === 'rejected' ? side.reason.message : side.value.some(v => !v.ok);
    const problem = [box, browser].find(side => side.status === 'rejected');
    const count = tbody.children.length;
    if (problem) sum.textContent = problem.reason.message;
    else if (!count) sum.textContent = word.none;
    else if (failed(box) || failed(browser)) {
        const bad = [...tbody.children].filter(tr => tr.querySelector('.bad')).length;
        sum.textContent = word.some.replace('{bad}', bad).replace('{count}', count);
    } else if (!browser.value.some(v => /turns?:/.test(v.key))) sum.textContent = word.noTURN;
    else sum.textContent = word.all;
    again.disabled = false;
}

document.documentElement.lang = language;
document.title = `${word.title} - go2rtc`;
for (const el of document.querySelectorAll('[data-word]')) el.textContent = word[el.dataset.word];
again.addEventListener('click', check);
check();

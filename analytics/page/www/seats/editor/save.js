// @ts-check
/**
 * What became of an edit. Texts of the server are its own sentences, in English; `key` says the same in the browser's
 * language where it is known.
 *
 * @typedef {import('./draft.js').Seat} Seat
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {Seat|null} [seat] as it was saved
 * @property {boolean} [conflict] somebody else was quicker
 * @property {Seat|null} [theirs] of a conflict: the seat as it stands now; null where it is no more
 * @property {string} [key] of a text that says what happened
 * @property {(string|number)[]} [values] of that text
 * @property {string} [said] by the server
 */

/** How long an answer may take, in ms: the server gives up writing sooner. */
const PATIENCE = 15_000;

/** @param {string} id @param {URLSearchParams} [more] */
const address = (id, more = new URLSearchParams()) => {
    more.set('id', id);
    return 'api/seats?' + more;
};

/**
 * @param {import('./draft.js').Draft} draft
 * @return {Promise<Outcome>}
 */
export function put(draft) {
    const revision = draft.base?.revision;
    /** @type {Record<string, string>} */
    const headers = {'Content-Type': 'application/json'};
    if (draft.isNew) headers['If-None-Match'] = '*';
    else if (revision) headers['If-Match'] = `"${revision}"`;
    return ask(address(draft.id), {method: 'PUT', headers, body: JSON.stringify(draft.body())}, draft.stream);
}

/**
 * @param {Seat} seat
 * @return {Promise<Outcome>}
 */
export async function remove(seat) {
    const headers = seat.revision ? {'If-Match': `"${seat.revision}"`} : undefined;
    const outcome = await ask(address(seat.seat_id), {method: 'DELETE', headers}, seat.stream);
    // somebody else has deleted it already: that is what was wanted
    return outcome.conflict && outcome.theirs === null ? {ok: true} : outcome;
}

/**
 * @param {string} url
 * @param {RequestInit} init
 * @param {string} stream
 * @return {Promise<Outcome>}
 */
async function ask(url, init, stream) {
    let answer, said;
    try {
        answer = await fetch(url, {...init, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE)});
        said = await answer.text();
    } catch (e) {
        // the server may have saved it all the same: the revision tells when it is tried again
        return {ok: false, key: 'saveNoAnswer', values: []};
    }
    if (answer.ok) return {ok: true, seat: init.method === 'PUT' ? parsed(said) : null};
    if (answer.status === 409) {
        const conflict = parsed(said);
        if (conflict && 'seat' in conflict) return {ok: false, conflict: true, theirs: conflict.seat, said: conflict.error};
    }
    return {ok: false, said: said.trim().slice(0, 500), ...reason(answer.status, said, stream)};
}

/** @param {string} json */
function parsed(json) {
    try {
        return JSON.parse(json);
    } catch {
        return null;
    }
}

/**
 * @param {number} status
 * @param {string} said
 * @param {string} stream
 * @return {{key: string, values: (string|number)[]}}
 */
function reason(status, said, stream) {
    switch (status) {
    case 400:
        if (said.startsWith('stream:')) return {key: 'saveStreamGone', values: [stream]};
        return {key: 'saveRefused', values: []};
    case 401:
        return {key: 'savePassword', values: []};
    case 403:
        return {key: 'saveOrigin', values: []};
    case 404:
        return {key: 'saveSeatGone', values: []};
    case 409:
        return {key: 'saveByHand', values: []};
    case 413:
        return {key: 'saveLarge', values: []};
    case 503:
        return {key: 'saveBusy', values: []};
    default:
        return {key: 'saveFailed', values: [status]};
    }
}

// @ts-check
/**
 * The names of all streams, those with seats first. Where api/streams is not allowed (allow_paths), those with seats are all that is known.
 * @param {import('./state.js').Model} model
 * @return {Promise<string[]>}
 */
export async function streamNames(model) {
    const names = new Set([...model.cameras.keys(), ...[...model.seats.values()].map(seat => seat.stream)]);
    try {
        for (const name of Object.keys(await model.link.ask('api/streams')).sort()) names.add(name);
    } catch {
        // then those with seats
    }
    return [...names];
}

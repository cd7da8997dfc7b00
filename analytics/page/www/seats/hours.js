// @ts-check
import {language} from './text.js';

/** @param {number} share */
export function percent(share) {
    return Math.round(share * 100);
}

/**
 * The hours are those of the box, whatever zone the browser is in: they are read off the text.
 * @param {string} hour as 2026-11-25T09:00:00+09:00
 */
export function partsOf(hour) {
    const [year, month, day] = hour.slice(0, 10).split('-').map(Number);
    const date = new Date(Date.UTC(year, month - 1, day));
    return {clock: Number(hour.slice(11, 13)), weekday: date.toLocaleDateString(language, {weekday: 'short', timeZone: 'UTC'})};
}

/** @param {string} hour */
export function hourName(hour) {
    const {clock, weekday} = partsOf(hour);
    const two = n => String(n).padStart(2, '0');
    return `${weekday} ${two(clock)}:00–${two((clock + 1) % 24)}:00`;
}

// @ts-check
import {language, say} from './text.js';

const second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

/**
 * How long something lasts, in two units at most.
 * @param {number} ms
 */
export function lasting(ms) {
    ms = Math.max(0, ms);
    if (ms < minute) return say('seconds', Math.floor(ms / second));
    if (ms < hour) return say('minutes', Math.floor(ms / minute));
    if (ms < day) return say('hours', Math.floor(ms / hour), Math.floor(ms % hour / minute));
    return say('days', Math.floor(ms / day), Math.floor(ms % day / hour));
}

const clock = new Intl.DateTimeFormat(language, {hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23'});
const date = new Intl.DateTimeFormat(language, {month: 'short', day: 'numeric'});
const full = new Intl.DateTimeFormat(language, {dateStyle: 'full', timeStyle: 'medium'});

/**
 * Time of day, with the date when it is not today.
 * @param {string|number} at
 */
export function timeOf(at) {
    const d = new Date(at);
    return d.toDateString() === new Date().toDateString() ? clock.format(d) : `${date.format(d)} ${clock.format(d)}`;
}

/** @param {string|number} at */
export function fullTimeOf(at) {
    return full.format(new Date(at));
}

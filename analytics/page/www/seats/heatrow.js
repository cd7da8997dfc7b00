// @ts-check
import {h, set, write} from './dom.js';
import {hourName, percent} from './hours.js';
import {say} from './text.js';

/** @typedef {import('./history.js').HistoryData['seats'][0]} SeatHistory */

/** One seat: a picture one pixel an hour, which CSS stretches. 200 seats of a week are 33,600 hours, and 200 elements. */
export class HeatRow {
    /**
     * @param {(row: HeatRow, hour: number) => void} onread an hour is pointed at; -1: none any more
     * @param {(row: HeatRow, step: number) => void} onmove to the row above or below
     */
    constructor(onread, onmove) {
        /** @type {SeatHistory} */
        this.seat = null;
        this.hour = -1; // that is pointed at
        this.onread = onread;
        this.onmove = onmove;
        this.name = h('span', {class: 'cut'});
        this.mean = h('td', {class: 'mean'});
        this.cursor = h('div', {class: 'cursor', hidden: true});
        this.canvas = h('canvas', {
            height: 1, role: 'img', tabindex: '-1',
            onpointermove: ev => this.point(Math.floor(ev.offsetX / this.canvas.clientWidth * this.canvas.width)),
            onpointerleave: () => this.point(-1),
            onblur: () => this.point(-1),
            onfocus: () => this.canvas.matches(':focus-visible') && this.point(this.hour < 0 ? this.canvas.width - 1 : this.hour),
            onkeydown: ev => this.key(ev),
        });
        this.element = h('tr', {}, h('th', {scope: 'row'}, this.name), h('td', {class: 'hours'}, h('div', {class: 'strip'}, this.canvas, this.cursor)), this.mean);
    }

    /**
     * @param {SeatHistory} seat
     * @param {string[]} hours
     * @param {{from: string, to: string}} colours of 0 and 100 %
     */
    draw(seat, hours, colours) {
        this.seat = seat;
        write(this.name, seat.name);
        set(this.name, 'title', seat.name);
        let taken = 0, seen = 0, most = -1;
        seat.seen.forEach((s, i) => {
            const share = seat.occupied[i];
            if (share === null) return;
            seen += s;
            taken += s * share;
            if (most < 0 || share > seat.occupied[most]) most = i;
        });
        const mean = seen ? say('takenShare', percent(taken / seen)) : say('notSeen');
        write(this.mean, seen ? `${percent(taken / seen)} %` : '–');
        set(this.canvas, 'aria-label', most < 0 ? `${seat.name}: ${mean}` : say('heatRow', seat.name, mean, hourName(hours[most])));

        if (this.canvas.width !== hours.length) this.canvas.width = hours.length;
        const to = this.canvas.getContext('2d');
        to.clearRect(0, 0, hours.length, 1); // what was not seen shows the hatching behind
        seat.occupied.forEach((share, i) => {
            if (share === null) return;
            to.globalAlpha = 1;
            to.fillStyle = colours.from;
            to.fillRect(i, 0, 1, 1);
            to.globalAlpha = share;
            to.fillStyle = colours.to;
            to.fillRect(i, 0, 1, 1);
        });
        if (this.hour >= 0) this.point(Math.min(this.hour, hours.length - 1));
    }

    /** @param {number} hour */
    point(hour) {
        if (hour >= this.canvas.width) return;
        this.hour = hour;
        this.cursor.hidden = hour < 0;
        if (hour >= 0) {
            this.cursor.style.left = hour / this.canvas.width * 100 + '%';
            this.cursor.style.width = 100 / this.canvas.width + '%';
        }
        this.onread(this, hour);
    }

    /** @param {KeyboardEvent} ev */
    key(ev) {
        const last = this.canvas.width - 1, far = ev.shiftKey ? 24 : 1;
        const to = {ArrowLeft: this.hour - far, ArrowRight: this.hour + far, Home: 0, End: last}[ev.key];
        if (to !== undefined) this.point(Math.max(0, Math.min(last, to)));
        else if (ev.key === 'ArrowUp') this.onmove(this, -1);
        else if (ev.key === 'ArrowDown') this.onmove(this, 1);
        else return;
        ev.preventDefault();
    }
}

// @ts-check
import {h, set, svg, write} from './dom.js';
import {icon, redraw} from './icons.js';
import {className, say} from './text.js';

/** @typedef {import('./state.js').Found} Found */

/** The drawing's own units for a picture's width and height: fine enough for any screen. */
const UNITS = 10000;

/** @param {[number, number][]} points */
const pointsOf = points => points.map(([x, y]) => `${x * UNITS},${y * UNITS}`).join(' ');

/** @param {number} part of width or height */
const percent = part => part * 100 + '%';

/**
 * Seats and boxes over a picture. The drawing is stretched with the picture, its lines are not; so another size of the
 * window costs one layout, and no drawing.
 */
export class Overlay {
    /**
     * @param {import('./frame.js').Frame} frame
     * @param {(id: string) => void} onpick a seat was clicked
     */
    constructor(frame, onpick) {
        this.frame = frame;
        this.onpick = onpick;
        /** @type {Map<string, SeatShape>} */
        this.seats = new Map();
        /** @type {BoxShape[]} */
        this.boxes = [];
        this.selected = '';
        this.rois = svg('g', {class: 'rois'});
        this.rects = svg('g', {class: 'rects'});
        this.labels = h('div', {class: 'labels'});
        this.marks = h('div', {class: 'marks'});
        this.drawing = svg('svg', {viewBox: `0 0 ${UNITS} ${UNITS}`, preserveAspectRatio: 'none'}, this.rects, this.rois);
        // the list of seats beside the picture says the same to those who do not see it
        this.layer = h('div', {class: 'layer', 'aria-hidden': 'true'}, this.drawing, this.marks, this.labels);
        frame.lay(this.layer);
    }

    close() {
        this.frame.remove(this.layer);
    }

    /** @param {{seats?: boolean, boxes?: boolean}} shown */
    show({seats, boxes}) {
        if (seats !== undefined) this.layer.classList.toggle('no-seats', !seats);
        if (boxes !== undefined) this.layer.classList.toggle('no-boxes', !boxes);
    }

    /**
     * @param {import('./state.js').Model} model
     * @param {string} stream
     */
    arrange(model, stream) {
        const seats = [...model.seats.values()].filter(seat => seat.stream === stream);
        const ids = new Set(seats.map(seat => seat.seat_id));
        for (const [id, shape] of this.seats) {
            if (ids.has(id)) continue;
            shape.remove();
            this.seats.delete(id);
        }
        for (const seat of seats) {
            let shape = this.seats.get(seat.seat_id);
            if (!shape) {
                shape = new SeatShape(() => this.onpick(seat.seat_id));
                this.seats.set(seat.seat_id, shape);
                this.rois.append(shape.group);
                this.labels.append(shape.label);
            }
            shape.shape(seat);
            shape.status(model, seat);
        }
    }

    /**
     * @param {import('./state.js').Model} model
     * @param {Iterable<string>} ids
     */
    update(model, ids) {
        for (const id of ids) this.seats.get(id)?.status(model, model.seats.get(id));
    }

    /** @param {string} id or '' */
    select(id) {
        this.seats.get(this.selected)?.select(false);
        this.selected = id;
        this.seats.get(id)?.select(true);
    }

    /** @param {import('./state.js').Look} look or null */
    look(look) {
        const found = look?.boxes ?? [];
        while (this.boxes.length < found.length) {
            const box = new BoxShape();
            this.boxes.push(box);
            this.rects.append(box.rect);
            this.marks.append(box.label, box.foot);
        }
        this.boxes.forEach((box, i) => box.draw(found[i]));
    }
}

/** The polygons of one seat, and its name at the top of them. */
class SeatShape {
    /** @param {() => void} onclick */
    constructor(onclick) {
        // twice: a dark line under the coloured one is seen on any picture
        this.polygons = ['items edge', 'items', 'edge', 'roi'].map(name => svg('polygon', {class: name}));
        this.group = svg('g', {class: 'seat', onclick}, this.polygons);
        this.icon = icon();
        this.name = h('span', {class: 'cut'});
        this.label = h('div', {class: 'label seat', onclick}, this.icon, this.name);
    }

    /** @param {import('./state.js').Seat} seat */
    shape(seat) {
        const [itemsEdge, items, edge, roi] = this.polygons;
        for (const p of [edge, roi]) set(p, 'points', pointsOf(seat.roi));
        for (const p of [itemsEdge, items]) set(p, 'points', seat.items_roi ? pointsOf(seat.items_roi) : null);
        const xs = seat.roi.map(p => p[0]), ys = seat.roi.map(p => p[1]);
        const middle = (Math.min(...xs) + Math.max(...xs)) / 2, top = Math.min(...ys);
        this.label.style.left = percent(middle);
        this.label.style.top = percent(top);
        this.label.classList.toggle('below', top < 0.08);
        write(this.name, seat.name);
        set(this.label, 'title', seat.name);
    }

    /**
     * @param {import('./state.js').Model} model
     * @param {import('./state.js').Seat} seat
     */
    status(model, seat) {
        if (!seat) return;
        const status = model.statusOf(seat);
        const online = model.online(seat);
        for (const element of [this.group, this.label]) {
            element.dataset.status = status;
            element.dataset.online = String(online);
        }
        redraw(this.icon, online ? status : 'offline');
    }

    /** @param {boolean} on */
    select(on) {
        this.group.classList.toggle('selected', on);
        this.label.classList.toggle('selected', on);
        if (on) this.group.parentNode?.append(this.group);
    }

    remove() {
        this.group.remove();
        this.label.remove();
    }
}

/** One person or belonging that the last look found. */
class BoxShape {
    constructor() {
        this.rect = svg('rect', {});
        this.label = h('div', {class: 'label box'});
        this.foot = h('div', {class: 'foot'});
    }

    /** @param {Found} [found] none: it is put away, for the next look */
    draw(found) {
        for (const element of [this.rect, this.label, this.foot]) element.style.display = found ? '' : 'none';
        if (!found) return;
        const [x0, y0, x1, y1] = found.box;
        const person = found.class === 'person';
        this.rect.setAttribute('x', String(x0 * UNITS));
        this.rect.setAttribute('y', String(y0 * UNITS));
        this.rect.setAttribute('width', String(Math.max(0, x1 - x0) * UNITS));
        this.rect.setAttribute('height', String(Math.max(0, y1 - y0) * UNITS));
        for (const element of [this.rect, this.label, this.foot]) element.classList.toggle('person', person);
        this.label.style.left = percent(Math.max(0, x0));
        this.label.style.top = percent(Math.min(1, y1));
        write(this.label, say('found', className(found.class), Math.round(found.confidence * 100)));
        if (!person) this.foot.style.display = 'none';
        this.foot.style.left = percent(found.foot[0]);
        this.foot.style.top = percent(found.foot[1]);
    }
}

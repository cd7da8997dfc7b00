// @ts-check
import {bounds, clamp, MAX_POINTS, round, within} from './polygon.js';

/**
 * What hands do to polygons. All functions are pure: they give a new polygon. Distances are in pixels of the screen,
 * since that is what hands and eyes measure by.
 *
 * @typedef {import('./polygon.js').Point} Point
 * @typedef {import('./polygon.js').Polygon} Polygon
 * @typedef {import('./polygon.js').Size} Size
 */

/** How near to the frame's edge something is drawn onto it, in CSS pixels. */
const SNAP = 8;

/**
 * Draws a point onto the frame's edge when it is near: a seat that is cut off by the picture ends where the picture ends.
 * @param {Point} p
 * @param {Size} size
 * @return {Point}
 */
export function snap([x, y], {width, height}) {
    return within([snapped(x, SNAP / width), snapped(y, SNAP / height)]);
}

/** @param {number} n @param {number} near */
function snapped(n, near) {
    if (n <= near) return 0;
    return n >= 1 - near ? 1 : n;
}

/** @param {Polygon} polygon @param {number} i @param {Point} to @return {Polygon} */
export function withPoint(polygon, i, to) {
    return polygon.map((p, j) => i === j ? within(to) : p);
}

/** @param {Polygon} polygon @param {number} i before which it stands @param {Point} p @return {Polygon} */
export function insert(polygon, i, p) {
    if (polygon.length >= MAX_POINTS) return polygon;
    return [...polygon.slice(0, i), within(p), ...polygon.slice(i)];
}

/** @param {Polygon} polygon @param {number} i @return {Polygon} */
export function without(polygon, i) {
    return polygon.filter((_, j) => i !== j);
}

/**
 * Moves the whole, as far as the picture reaches: it keeps its shape. Where `size` is given it snaps to the frame's edge.
 * @param {Polygon} polygon
 * @param {number} dx
 * @param {number} dy
 * @param {Size} [size]
 * @return {Polygon}
 */
export function moved(polygon, dx, dy, size) {
    if (!polygon.length) return polygon;
    const [x0, y0, x1, y1] = bounds(polygon);
    dx = step(x0, x1, dx, size ? SNAP / size.width : 0);
    dy = step(y0, y1, dy, size ? SNAP / size.height : 0);
    return polygon.map(([x, y]) => within([x + dx, y + dy]));
}

/** @param {number} low @param {number} high @param {number} d @param {number} near */
function step(low, high, d, near) {
    d = Math.min(1 - high, Math.max(-low, d));
    if (near && low + d <= near) return -low;
    if (near && high + d >= 1 - near) return 1 - high;
    return d;
}

/**
 * The same beside itself, where there is room: to the right, else to the left, below or above, else a little aside.
 * @param {Polygon} polygon
 * @return {[number, number]} by how much
 */
export function beside(polygon) {
    const [x0, y0, x1, y1] = bounds(polygon);
    const w = x1 - x0 + .01, h = y1 - y0 + .01;
    if (x1 + w <= 1) return [w, 0];
    if (x0 - w >= 0) return [-w, 0];
    if (y1 + h <= 1) return [0, h];
    if (y0 - h >= 0) return [0, -h];
    return [x1 + .02 <= 1 ? .02 : -.02, y1 + .02 <= 1 ? .02 : -.02];
}

/**
 * The edge that is nearest to a point, and the place on it.
 * @param {Polygon} polygon
 * @param {Point} p
 * @param {Size} size
 * @return {{edge: number, at: Point, distance: number}|null} the edge by its first point; the distance in pixels
 */
export function nearestEdge(polygon, p, {width, height}) {
    let best = null;
    for (let i = 0; polygon.length > 1 && i < polygon.length; i++) {
        const a = polygon[i], b = polygon[(i + 1) % polygon.length];
        const ux = (b[0] - a[0]) * width, uy = (b[1] - a[1]) * height;
        const vx = (p[0] - a[0]) * width, vy = (p[1] - a[1]) * height;
        const t = clamp((ux * vx + uy * vy) / (ux * ux + uy * uy || 1));
        const distance = Math.hypot(vx - t * ux, vy - t * uy);
        if (best && best.distance <= distance) continue;
        /** @type {Point} */
        const at = [round(a[0] + t * (b[0] - a[0])), round(a[1] + t * (b[1] - a[1]))];
        best = {edge: i, at, distance};
    }
    return best;
}

/**
 * @param {Polygon} polygon
 * @param {Point} p
 * @param {Size} size
 * @param {number} reach in pixels
 * @return {number} the nearest point within reach, or -1
 */
export function nearestPoint(polygon, p, {width, height}, reach) {
    let best = -1;
    polygon.forEach((q, i) => {
        const distance = Math.hypot((p[0] - q[0]) * width, (p[1] - q[1]) * height);
        if (distance <= reach) [best, reach] = [i, distance];
    });
    return best;
}

/** @param {Polygon} a @param {Polygon} b whether they are the same, point for point */
export function same(a, b) {
    return a.length === b.length && a.every((p, i) => p[0] === b[i][0] && p[1] === b[i][1]);
}

// @ts-check
/**
 * Polygons in 0..1 of the picture, as the server sees them (analytics/seat/roi.go, which a test holds these to).
 * All functions are pure.
 *
 * @typedef {[number, number]} Point x and y, from the top left
 * @typedef {Point[]} Polygon without a closing point
 * @typedef {{width: number, height: number}} Size of the picture on the screen, in CSS pixels
 */

export const MIN_POINTS = 3;
export const MAX_POINTS = 64;

/** Less of the picture can only be a slip of the hand. */
const MIN_AREA = 1e-4;

// the server's coordinates are float32, and what it makes of touching edges depends on it
const f = Math.fround;

/** @param {number} n as go2rtc.yaml has it, with 4 decimals: a fifth of a pixel in 1080p */
export function round(n) {
    return Math.round(n * 1e4) / 1e4 + 0;
}

/** @param {number} n */
export function clamp(n) {
    return Math.min(1, Math.max(0, n));
}

/** @param {Point} p @return {Point} within the picture */
export function within([x, y]) {
    return [round(clamp(x)), round(clamp(y))];
}

/** @param {Point} a @param {Point} b @param {Point} c twice the signed area of the triangle */
function turn(a, b, c) {
    return f(f(b[0]) - f(a[0])) * f(f(c[1]) - f(a[1])) - f(f(b[1]) - f(a[1])) * f(f(c[0]) - f(a[0]));
}

/** @param {Point} a @param {Point} b @param {Point} p whether it lies on the segment ab, to within float32's rounding */
function onEdge(a, b, p) {
    if (Math.abs(turn(a, b, p)) > 1e-7 * Math.hypot(f(f(b[0]) - f(a[0])), f(f(b[1]) - f(a[1])))) return false;
    const [x, y] = [f(p[0]), f(p[1])];
    return x >= Math.min(f(a[0]), f(b[0])) && x <= Math.max(f(a[0]), f(b[0])) &&
        y >= Math.min(f(a[1]), f(b[1])) && y <= Math.max(f(a[1]), f(b[1]));
}

/** @param {Point} a @param {Point} b @param {Point} c @param {Point} d whether the segments ab and cd share a point */
function cross(a, b, c, d) {
    if (onEdge(a, b, c) || onEdge(a, b, d) || onEdge(c, d, a) || onEdge(c, d, b)) return true;
    return (turn(a, b, c) > 0) !== (turn(a, b, d) > 0) && (turn(c, d, a) > 0) !== (turn(c, d, b) > 0);
}

/** @param {Polygon} polygon the shoelace sum: its sign is the sense of the points */
export function area(polygon) {
    let sum = 0;
    polygon.forEach((p, i) => {
        const q = polygon[(i + 1) % polygon.length];
        sum += f(p[0]) * f(q[1]) - f(q[0]) * f(p[1]);
    });
    return sum / 2;
}

/**
 * Edges that cross or touch, each by the number of its first point, from 0.
 * @param {Polygon} polygon
 * @return {[number, number]|null} the first two
 */
export function crossing(polygon) {
    const n = polygon.length;
    for (let i = 0; i < n; i++) {
        for (let j = i + 2; j < n; j++) {
            if (i === 0 && j === n - 1) continue; // neighbours share a point
            if (cross(polygon[i], polygon[i + 1], polygon[j], polygon[(j + 1) % n])) return [i, j];
        }
    }
    return null;
}

/**
 * What is wrong with a polygon, as the key of a text and its values; null where the server takes it.
 * @param {Polygon} polygon
 * @return {{key: 'pointsFew'|'pointsMany'|'pointOutside'|'pointsSame'|'edgesCross'|'areaSmall', values: number[]}|null}
 */
export function fault(polygon) {
    const n = polygon.length;
    if (n < MIN_POINTS) return {key: 'pointsFew', values: [n, MIN_POINTS]};
    if (n > MAX_POINTS) return {key: 'pointsMany', values: [n, MAX_POINTS]};
    const outside = polygon.findIndex(([x, y]) => !(x >= 0 && x <= 1 && y >= 0 && y <= 1));
    if (outside >= 0) return {key: 'pointOutside', values: [outside + 1]};
    const same = polygon.findIndex((p, i) => {
        const q = polygon[(i + 1) % n];
        return f(p[0]) === f(q[0]) && f(p[1]) === f(q[1]);
    });
    const edges = crossing(polygon);
    // the first one, edge by edge
    if (same >= 0 && !(edges && edges[0] < same)) return {key: 'pointsSame', values: [same + 1, (same + 1) % n + 1]};
    if (edges) return {key: 'edgesCross', values: edges.map(i => i + 1)};
    if (Math.abs(area(polygon)) < MIN_AREA) return {key: 'areaSmall', values: []};
    return null;
}

/** @param {Polygon} polygon @param {Point} p whether it lies inside or on an edge */
export function contains(polygon, p) {
    const [x, y] = [f(p[0]), f(p[1])];
    let inside = false;
    for (let i = 0; i < polygon.length; i++) {
        const a = polygon[i], b = polygon[(i + 1) % polygon.length];
        if (onEdge(a, b, p)) return true;
        const [ax, ay, bx, by] = [f(a[0]), f(a[1]), f(b[0]), f(b[1])];
        if ((ay > y) !== (by > y) && x < ax + f(y - ay) / f(by - ay) * f(bx - ax)) inside = !inside;
    }
    return inside;
}

/**
 * The part of a box, 0..1, that lies in the polygon (Sutherland and Hodgman 1974: the box is the clip window).
 * @param {Polygon} polygon
 * @param {[number, number, number, number]} box x0, y0, x1, y1
 */
export function share(polygon, [x0, y0, x1, y1]) {
    const whole = (x1 - x0) * (y1 - y0);
    if (!(whole > 0)) return 0;
    /** @type {((p: Point) => number)[]} */
    const sides = [p => p[0] - x0, p => x1 - p[0], p => p[1] - y0, p => y1 - p[1]];
    let rest = polygon;
    for (const distance of sides) {
        /** @type {Polygon} */
        const clipped = [];
        rest.forEach((p, i) => {
            const q = rest[(i + 1) % rest.length], dp = distance(p), dq = distance(q);
            if (dp >= 0) clipped.push(p);
            if ((dp >= 0) !== (dq >= 0)) {
                const t = dp / (dp - dq);
                clipped.push([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]);
            }
        });
        rest = clipped;
    }
    return Math.min(1, Math.abs(area(rest)) / whole);
}

/** @param {Polygon} polygon @return {[number, number, number, number]} x0, y0, x1, y1 */
export function bounds(polygon) {
    const xs = polygon.map(p => p[0]), ys = polygon.map(p => p[1]);
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** @param {Polygon} polygon @return {Point} where a label stands: the middle of the points */
export function middle(polygon) {
    const n = polygon.length || 1;
    return [polygon.reduce((sum, p) => sum + p[0], 0) / n, polygon.reduce((sum, p) => sum + p[1], 0) / n];
}

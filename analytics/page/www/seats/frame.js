// @ts-check
/** @typedef {HTMLVideoElement|HTMLImageElement|HTMLCanvasElement} Picture */
/** @typedef {[number, number]} Point x and y */

/** What is assumed of a picture whose size nobody knows yet. */
const USUAL = {width: 16, height: 9};

/**
 * Where a picture lies inside the element that shows it with `object-fit: contain`: between points of the picture, 0..1
 * of its width and height as seats have them, and CSS pixels of the host, an element that is positioned and holds the
 * picture. Fires `resize` after each change, such as of the window or of the camera's resolution.
 */
export class Frame extends EventTarget {
    /** @param {HTMLElement} host */
    constructor(host) {
        super();
        this.host = host;
        /** @type {Picture} */
        this.shown = null;
        /** Size in pixels that counts until the picture knows its own, such as that of the last look. */
        this.usual = USUAL;
        this.rect = {x: 0, y: 0, width: 0, height: 0}; // of the picture, in CSS pixels of the host
        /** @type {Set<HTMLElement>} */
        this.layers = new Set();
        this.observer = new ResizeObserver(() => this.measure());
        this.observer.observe(host);
        this.changed = () => this.measure();
        this.measure();
    }

    /** @return {Picture} that is measured; null before the first one */
    get picture() {
        return this.shown;
    }

    set picture(picture) {
        if (picture === this.shown) return;
        const events = ['loadedmetadata', 'resize', 'load'];
        if (this.shown) {
            this.observer.unobserve(this.shown);
            for (const name of events) this.shown.removeEventListener(name, this.changed);
        }
        this.shown = picture;
        if (picture) {
            this.observer.observe(picture);
            for (const name of events) picture.addEventListener(name, this.changed);
        }
        this.measure();
    }

    /** @return {{width: number, height: number}} of the picture on the screen, in CSS pixels */
    get size() {
        return {width: this.rect.width, height: this.rect.height};
    }

    /** @return {{width: number, height: number}} of the picture as it came from the camera, in its own pixels */
    get natural() {
        const p = this.shown;
        const [width, height] = !p ? [0, 0] :
            p instanceof HTMLVideoElement ? [p.videoWidth, p.videoHeight] :
            p instanceof HTMLImageElement ? [p.naturalWidth, p.naturalHeight] : [p.width, p.height];
        return width && height ? {width, height} : this.usual;
    }

    /**
     * @param {Point} p in CSS pixels of the host
     * @return {Point} 0..1 of the picture; outside of that where the point is beside it
     */
    toUnit([x, y]) {
        const r = this.rect;
        return [(x - r.x) / (r.width || 1), (y - r.y) / (r.height || 1)];
    }

    /**
     * @param {{clientX: number, clientY: number}} ev of a mouse or finger
     * @return {Point} 0..1 of the picture
     */
    at(ev) {
        const box = this.host.getBoundingClientRect();
        return this.toUnit([ev.clientX - box.left - this.host.clientLeft, ev.clientY - box.top - this.host.clientTop]);
    }

    /**
     * Lays an element exactly over the picture and keeps it there, until it is taken out with `remove`.
     * @param {HTMLElement} element
     */
    lay(element) {
        element.style.position = 'absolute';
        this.layers.add(element);
        this.host.append(element);
        this.place(element);
    }

    /** @param {HTMLElement} element */
    remove(element) {
        this.layers.delete(element);
        element.remove();
    }

    /** @param {HTMLElement} element */
    place({style}) {
        const r = this.rect;
        style.left = r.x + 'px';
        style.top = r.y + 'px';
        style.width = r.width + 'px';
        style.height = r.height + 'px';
    }

    measure() {
        const {host, shown, rect, natural} = this;
        const outer = host.getBoundingClientRect();
        const box = shown?.isConnected ? shown.getBoundingClientRect() :
            {left: outer.left + host.clientLeft, top: outer.top + host.clientTop, width: host.clientWidth, height: host.clientHeight};
        const scale = Math.min(box.width / natural.width, box.height / natural.height);
        const width = natural.width * scale, height = natural.height * scale;
        const x = box.left - outer.left - host.clientLeft + (box.width - width) / 2;
        const y = box.top - outer.top - host.clientTop + (box.height - height) / 2;
        if (x === rect.x && y === rect.y && width === rect.width && height === rect.height) return;
        this.rect = {x, y, width, height};
        for (const layer of this.layers) this.place(layer);
        this.dispatchEvent(new Event('resize'));
    }

    close() {
        this.picture = null;
        this.observer.disconnect();
        for (const layer of this.layers) layer.remove();
        this.layers.clear();
    }
}

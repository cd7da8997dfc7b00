// @ts-check
/**
 * Where a stream's media and its state are found, from the one URL that a page gives: that of the WebSocket, api/ws?src=…
 */
export class Address {
    /** @param {string} url of the WebSocket; ws, http or relative to the page */
    constructor(url) {
        const socket = new URL(url, document.baseURI);
        socket.protocol = socket.protocol.replace('http', 'ws');
        this.socket = socket.href;
        this.query = socket.search;
        this.name = socket.searchParams.get('src') || '';

        const http = new URL(this.socket);
        http.protocol = http.protocol.replace('ws', 'http');
        http.search = http.hash = '';
        // other servers put the WebSocket elsewhere, and have nothing but it
        this.base = http.pathname.endsWith('/api/ws') ? http.href.slice(0, -'ws'.length) : '';
    }

    /**
     * @param {string} route behind api/
     * @param {string} [more] parameters after those of the stream; without any: none at all
     * @return {string} empty where there is only a WebSocket
     */
    http(route, more) {
        if (!this.base) return '';
        if (more === undefined) return this.base + route;
        return this.base + route + this.query + more;
    }
}

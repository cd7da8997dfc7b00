// @ts-check
/** Bytes of one part that are believed. */
const MAX_PART = 16 << 20;

/**
 * Reads multipart/x-mixed-replace whose parts tell their length, as go2rtc writes it, until it ends.
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {(part: Uint8Array<ArrayBuffer>) => void} onpart
 */
export async function parts(url, signal, onpart) {
    const response = await fetch(url, {signal});
    if (!response.ok) throw new Error((await response.text()).trim() || `HTTP ${response.status}`);
    const reader = response.body.getReader();
    const text = new TextDecoder('latin1');
    let data = new Uint8Array(0);
    for (;;) {
        const {done, value} = await reader.read();
        if (done) return;
        const more = new Uint8Array(data.length + value.length);
        more.set(data);
        more.set(value, data.length);
        data = more;
        for (;;) {
            const head = text.decode(data.subarray(0, 512)), end = head.indexOf('\r\n\r\n');
            if (end < 0) {
                if (data.length > 512) throw new Error('no multipart');
                break;
            }
            const length = Number(/content-length: *(\d+)/i.exec(head.slice(0, end))?.[1]);
            if (!(length <= MAX_PART)) throw new Error('no multipart');
            if (data.length < end + 4 + length) break;
            onpart(data.slice(end + 4, end + 4 + length));
            data = data.subarray(end + 4 + length);
        }
    }
}

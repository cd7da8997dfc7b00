// @ts-check
/**
 * The lines of a seat in go2rtc.yaml, as the server writes those of a new one (analytics/edit/write.go, which a test
 * holds this to).
 */

// what needs no quotes, and what YAML 1.1 or 1.2 takes for something else than a text
const plain = /^[\p{L}_][\p{L}\p{N}_./-]*( [\p{L}\p{N}_./-]+)*$/u;
const word = /^(null|true|false|yes|no|on|off|y|n)$/iu;

/** @param {string} t */
function text(t) {
    if (plain.test(t) && !word.test(t)) return t;
    // upstream takes ${NAME} before YAML is parsed
    return JSON.stringify(t).replaceAll('${', '\\u0024{')
        .replace(/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

/** @param {import('./polygon.js').Polygon} polygon */
const points = polygon => '[' + polygon.map(([x, y]) => `[${x}, ${y}]`).join(', ') + ']';

/**
 * @param {import('./draft.js').Draft} draft
 * @return {string}
 */
export function preview(draft) {
    const {shape, base} = draft;
    const lines = [`${text(draft.id || '?')}:`, `  stream: ${text(draft.stream)}`];
    if (draft.name && (draft.name !== draft.id || base && base.name !== draft.id)) lines.push(`  name: ${text(draft.name)}`);
    lines.push(`  roi: ${points(shape.roi)}`);
    if (shape.items_roi.length) lines.push(`  items_roi: ${points(shape.items_roi)}`);
    if (draft.anchor !== 'fit') lines.push(`  anchor: ${draft.anchor}`);
    return lines.join('\n') + '\n';
}

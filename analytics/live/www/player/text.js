// @ts-check
/** What the player says, in the browser's language. */
const texts = {
    en: {
        connecting: 'connecting…',
        offline: 'camera offline since {0}',
        missing: 'there is no stream "{0}" here',
        slow: '{0}: no moving picture within {1} s',
        froze: '{0}: the picture stood still for {1} s',
        failed: '{0}: {1}',
        better: '{0} plays',
        again: '{0} plays again',
        behind: '{0} was {1} ms behind and was joined anew',
        refused: 'WebSocket refused',
        closed: 'connection closed',
        ice: 'no path between browser and box (ICE failed)',
        unsupported: 'not supported by this browser',
        decode: 'the browser cannot decode it',
        overflow: 'the browser cannot keep up',
        press: 'press play',
        direct: 'direct',
    },
    ko: {
        connecting: '연결 중…',
        offline: '카메라 오프라인: {0}부터',
        missing: '"{0}" 스트림이 없습니다',
        slow: '{0}: {1}초 안에 움직이는 화면이 없음',
        froze: '{0}: 화면이 {1}초 동안 멈춤',
        failed: '{0}: {1}',
        better: '{0} 재생',
        again: '{0} 다시 재생',
        behind: '{0}: {1} ms 지연되어 다시 연결함',
        refused: 'WebSocket 거부됨',
        closed: '연결 끊김',
        ice: '브라우저와 장치 사이에 경로 없음 (ICE 실패)',
        unsupported: '이 브라우저가 지원하지 않음',
        decode: '브라우저가 디코딩할 수 없음',
        overflow: '브라우저가 따라가지 못함',
        press: '재생을 누르세요',
        direct: '직접',
    },
};

export const language = navigator.language.startsWith('ko') ? 'ko' : 'en';

/**
 * @param {keyof typeof texts.en} key
 * @param {...(string|number)} values
 */
export function say(key, ...values) {
    return texts[language][key].replace(/{(\d)}/g, (_, i) => String(values[i]));
}

const names = {webrtc: 'WebRTC', mse: 'MSE', hls: 'HLS', mp4: 'MP4', mjpeg: 'MJPEG'};

/** @param {string} mode */
export function nameOf(mode) {
    return names[mode] || mode;
}

/** @param {string} route such as turn/tcp */
export function routeName(route) {
    return route === 'direct' ? say('direct') : route.toUpperCase();
}

/**
 * Local time of day, with the date when it is not today.
 * @param {string} iso
 */
export function timeOf(iso) {
    const at = new Date(iso);
    const time = at.toLocaleTimeString(language, {hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});
    if (at.toDateString() === new Date().toDateString()) return time;
    return at.toLocaleDateString(language, {month: 'short', day: 'numeric'}) + ' ' + time;
}

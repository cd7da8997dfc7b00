// Looks at the pixels of what the player shows, 25 times a second. Elements may say that they play and stand still.
(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 36;
    const context = canvas.getContext('2d', {willReadFrequently: true});

    // Milliseconds since the navigation began.
    const watch = window.watch = {
        first: 0, // when the picture had changed for the second time
        last: 0, // when it changed last
        modes: {}, // first, for each mode that was on screen
        gaps: [], // [from, to] without a change for more than a second
        blanks: [], // when there was no picture, though there had been one
        said: [], // what the player said of itself, as it changed
    };

    const differ = (a, b) => {
        let points = 0;
        for (let i = 0; i < a.length; i += 4) {
            if (Math.abs(a[i] - b[i]) + Math.abs(a[i + 1] - b[i + 1]) + Math.abs(a[i + 2] - b[i + 2]) > 60) points++;
        }
        return points >= 4;
    };
    const flat = a => { // nothing drawn yet, or one colour
        let min = 255, max = 0;
        for (let i = 1; i < a.length; i += 4) {
            if (a[i] < min) min = a[i];
            if (a[i] > max) max = a[i];
        }
        return max - min < 32;
    };

    let before = null, changes = 0, mode = '';
    setInterval(() => {
        const player = document.querySelector('video-stream');
        const picture = player?.picture;
        const blank = () => {
            if (watch.first) watch.blanks.push(performance.now());
        };
        if (!picture || !(picture.videoWidth || picture.naturalWidth)) return blank();
        context.drawImage(picture, 0, 0, canvas.width, canvas.height);
        const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
        if (flat(pixels)) return blank();
        if (player.playing !== mode) {
            mode = player.playing;
            before = null; // another element's picture is no movement
            changes = 0;
        }
        if (before && differ(before, pixels)) {
            const now = performance.now();
            if (++changes >= 2 && mode) {
                watch.first ||= now;
                watch.modes[mode] ||= now;
            }
            if (watch.last && now - watch.last > 1000) watch.gaps.push([watch.last, now]);
            watch.last = now;
        }
        before = pixels;
    }, 40);

    addEventListener('change', event => {
        const {playing, route, reason} = event.target;
        if (playing !== undefined) watch.said.push(`${Math.round(performance.now())} ms: ${playing || 'nothing'} ${route} ${reason}`);
    }, true);
})();

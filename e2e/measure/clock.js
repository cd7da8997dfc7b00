// Reads the clock of the picture on screen (clock_test.go draws it): each picture that the browser presents is looked at
// once, and how old it is goes into `clock.ages`, in milliseconds.
(() => {
    const bits = 16, tick = 40, turn = tick << bits;
    const canvas = document.createElement('canvas');
    canvas.width = bits;
    canvas.height = 2;
    const context = canvas.getContext('2d', {willReadFrequently: true});
    context.imageSmoothingEnabled = false; // the middle of each block

    const clock = window.clock = {ages: [], unreadable: 0, mode: ''};

    // ours knows its picture; upstream's element keeps it in `video`; hls.html of both has nothing but a video
    const find = () => {
        const stream = document.querySelector('video-stream');
        return stream?.picture ?? stream?.video ?? document.querySelector('video');
    };

    function read(video, now) {
        const {videoWidth: width, videoHeight: height} = video;
        context.drawImage(video, 0, 0, width, height * 80 / 360, 0, 0, bits, 2);
        const {data} = context.getImageData(0, 0, bits, 2);
        let count = 0;
        for (let bit = 0; bit < bits; bit++) {
            const difference = data[4 * bit + 1] - data[4 * (bits + bit) + 1];
            if (Math.abs(difference) <= 64) return NaN;
            if (difference > 0) count |= 1 << bit;
        }
        for (let shift = 1; shift < bits; shift <<= 1) count ^= count >> shift;
        const age = (now - count * tick) % turn;
        // a picture of the next tick would be one that came before it was drawn
        return age > turn / 2 ? age - turn : age;
    }

    let watched;
    const watch = video => {
        watched = video;
        const look = () => {
            if (video !== watched) return;
            const now = Date.now(), age = read(video, now);
            if (Number.isNaN(age)) clock.unreadable++;
            else clock.ages.push(age);
            const mode = document.querySelector('video-stream')?.playing;
            clock.mode = mode ?? (video.srcObject ? 'webrtc' : 'mse');
            video.requestVideoFrameCallback(look);
        };
        video.requestVideoFrameCallback(look);
    };
    setInterval(() => {
        const video = find();
        if (video instanceof HTMLVideoElement && video !== watched) watch(video);
    }, 50);
})();

package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestHLSPage: hls.html in Chromium with hls.js from the binary; the camera goes, it is said, and comes back.
func TestHLSPage(t *testing.T) {
	t.Parallel()
	source := hlsCamera(t, hlsPictures+" "+hlsTone+" "+hlsH264+" "+hlsSound)
	source.start()
	s := hlsServer(t, source)
	s.rewrite("api: {", "api: {username: admin, password: secret, ")
	s.start()
	b := newTab(t, 900, 600)
	b.open(s.api + "hls.html?src=cam1&mp4")
	began := time.Now()
	b.until(secs(20), moving)
	t.Logf("first moving picture after %s", since(began))

	const delay = `(hls.playingDate ? Date.now() - hls.playingDate.getTime() : 0)`
	b.until(secs(20), delay+" > 0")
	late := run[float64](b, delay)
	t.Logf("delay from the packet's arrival to the screen: %.0f ms", late)
	require.Less(t, late, 3000.0)

	source.stop()
	b.until(secs(60), `document.querySelector('video').paused || document.querySelector('video').readyState < 3`)
	source.start()
	began = time.Now()
	run[any](b, `window.seenPictures.clear()`)
	b.until(secs(45), moving)
	t.Logf("moves again %s after the camera's server was back", since(began))
	b.shot("hls")

	// what is wrong is said in words
	b.open(s.api + "hls.html?src=nowhere&mp4")
	b.until(secs(60), `document.getElementById('state').innerText.includes('stream not found')`)
	s.stop()
}

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/chromium"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// hlsPixels is a sum over what the video element shows; it changes with the picture.
const hlsPixels = `(() => {
	const video = document.querySelector('video');
	if (!video || video.readyState < 2) return '';
	const canvas = document.createElement('canvas');
	canvas.width = 160;
	canvas.height = 90;
	const context = canvas.getContext('2d');
	context.drawImage(video, 0, 0, 160, 90);
	return context.getImageData(0, 0, 160, 90).data.reduce((sum, v, i) => (sum * 31 + v) % 1000000007, 0).toString();
})()`

// hlsMoves waits until the picture has changed a few times, and says how long that took.
func hlsMoves(ctx context.Context, t testing.TB, limit time.Duration) time.Duration {
	t.Helper()
	begin := time.Now()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	shown := map[string]bool{}
	for len(shown) < 5 {
		now, err := chromedp.Run(ctx, chromedp.Evaluate[string](hlsPixels))
		require.NoError(t, err, "the picture does not move, %d seen", len(shown))
		if now != "" {
			shown[now] = true
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the picture did not move within %s, %d seen", limit, len(shown))
		case <-time.After(50 * time.Millisecond):
		}
	}
	return time.Since(begin)
}

// TestHLSPage: hls.html in Chromium with hls.js from the binary; the camera goes, it is said, and comes back.
func TestHLSPage(t *testing.T) {
	t.Parallel()
	source := hlsCamera(t, hlsPictures+" "+hlsTone+" "+hlsH264+" "+hlsSound)
	source.start()
	s := hlsServer(t, source)
	s.rewrite("api: {", "api: {username: admin, password: secret, ")
	s.start()
	ctx, _ := chromium.New(t, 900, 600)
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(s.api+"hls.html?src=cam1&mp4")))
	t.Logf("first moving picture after %s", hlsMoves(ctx, t, 20*time.Second).Round(time.Millisecond))

	const delay = `hls.playingDate ? Date.now() - hls.playingDate.getTime() : 0`
	var late float64
	var err error
	s.wait(20*time.Second, "the delay is known", func() bool {
		late, err = chromedp.Run(ctx, chromedp.Evaluate[float64](delay))
		require.NoError(t, err)
		return late > 0
	})
	t.Logf("delay from the packet's arrival to the screen: %.0f ms", late)
	require.Less(t, late, 3000.0)

	source.stop()
	limited, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	_, err = chromedp.Run(limited, chromedp.Poll[bool](`document.querySelector('video').paused || document.querySelector('video').readyState < 3`))
	require.NoError(t, err, "the picture stands")
	source.start()
	t.Logf("moves again %s after the camera's server was back", hlsMoves(ctx, t, 45*time.Second).Round(time.Millisecond))
	if folder := os.Getenv("SCREENSHOTS"); folder != "" {
		png, errShot := chromedp.Run(limited, chromedp.CaptureScreenshot())
		require.NoError(t, errShot)
		require.NoError(t, os.WriteFile(filepath.Join(folder, "hls.png"), png, 0o600))
	}

	// what is wrong is said in words
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(s.api+"hls.html?src=nowhere&mp4")))
	_, err = chromedp.Run(limited, chromedp.Poll[bool](`document.getElementById('state').innerText.includes('stream not found')`))
	require.NoError(t, err)
	s.stop()
}

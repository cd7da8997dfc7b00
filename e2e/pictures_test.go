//go:build pictures

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// cafe is the configuration of four cameras: recorded clips, each begun at another second, and one that is away. After
// twenty seconds two tables are taken, and on one there is a bottle and nobody.
const cafe = `
analytics:
  store_id: oryudong
  interval: 1s
  abandoned_after: 10s
  model: {path: MODEL}
  seats:
    W1: {stream: window, name: Window 1, roi: [[0.495, 0.8], [0.72, 0.8], [0.72, 0.97], [0.495, 0.97]], items_roi: [[0.47, 0.08], [0.7, 0.08], [0.7, 0.36], [0.47, 0.36]]}
    W2: {stream: window, name: Window 2, roi: [[0.76, 0.8], [0.98, 0.8], [0.98, 0.97], [0.76, 0.97]]}
    W3: {stream: window, name: Window 3, roi: [[0.04, 0.8], [0.26, 0.8], [0.26, 0.97], [0.04, 0.97]]}
    B1: {stream: bar, name: Bar 1, roi: [[0.28, 0.8], [0.505, 0.8], [0.505, 0.97], [0.28, 0.97]], items_roi: [[0.3, 0.08], [0.53, 0.08], [0.53, 0.36], [0.3, 0.36]]}
    B2: {stream: bar, name: Bar 2, roi: [[0.02, 0.8], [0.24, 0.8], [0.24, 0.97], [0.02, 0.97]]}
    B3: {stream: bar, name: Bar 3, roi: [[0.74, 0.8], [0.96, 0.8], [0.96, 0.97], [0.74, 0.97]]}
    L1: {stream: lounge, name: Lounge 1, roi: [[0.495, 0.8], [0.72, 0.8], [0.72, 0.97], [0.495, 0.97]], items_roi: [[0.47, 0.08], [0.7, 0.08], [0.7, 0.36], [0.47, 0.36]]}
    L2: {stream: lounge, name: Lounge 2, roi: [[0.76, 0.8], [0.98, 0.8], [0.98, 0.97], [0.76, 0.97]]}
    D1: {stream: door, name: Door 1, roi: [[0.1, 0.5], [0.3, 0.5], [0.3, 0.9], [0.1, 0.9]]}
    D2: {stream: door, name: Door 2, roi: [[0.5, 0.5], [0.7, 0.5], [0.7, 0.9], [0.5, 0.9]]}
`

// openCafe starts a server on the configuration, whose camera at the window begins at a second of its clip.
func openCafe(t testing.TB, window int) *server {
	t.Helper()
	play := func(clip string, from int, how string) string {
		return fmt.Sprintf("exec:ffmpeg -v error -nostdin -re -ss %d -i %s -an %s -rtsp_transport tcp -f rtsp {output}", from, asset(t, "video", clip), how)
	}
	s := newServer(t, fmt.Sprintf("streams:\n  window: %q\n  bar: %q\n  lounge: %q\n  door: rtsp://127.0.0.1:1/none\n",
		play(people, window, "-c copy"), play(people, 92, "-vf hflip -c:v libx264 -preset ultrafast -crf 20 -g 10"),
		play("standing-table-bottle-left.mp4", 16, "-c copy"))+strings.Replace(cafe, "MODEL", asset(t, "models", "yolov10n_int8.onnx"), 1))
	s.start()
	return s
}

// TestPictures makes the pictures of README.md and README.ko.md anew.
func TestPictures(t *testing.T) {
	fonts, err := exec.CommandContext(t.Context(), "fc-list", ":lang=ko").Output()
	require.NoError(t, err)
	require.NotEmpty(t, fonts, "a Korean font is wanted, such as fonts-nanum")
	folder := filepath.Join(root, "analytics", "page", "pictures")
	require.NoError(t, os.MkdirAll(folder, 0o750))

	t.Run("seat", func(t *testing.T) {
		b := newTab(t, 960, 560)
		b.emulate(960, 560, "light")
		s := openCafe(t, 0)
		b.open(s.api + "seats.html#camera=window&seat=W1")
		b.until(secs(10), `!!document.querySelector('video-stream')?.playing && document.querySelector('.caption').textContent.startsWith('Last look')`)
		time.Sleep(secs(2)) // nobody is there for six seconds
		b.film(filepath.Join(folder, "seat.webp"), `document.querySelector('.place .status').textContent === 'Taken'`)
	})
	t.Run("views", func(t *testing.T) {
		tabs := map[string]*tab{"": newTab(t, 1080, 430), ".ko": newTab(t, 1080, 430, korean()...)}
		s := openCafe(t, 20)
		for suffix, b := range tabs {
			b.emulate(1080, 430, "light")
			b.open(s.api + "seats.html#room")
			b.until(secs(40), `document.querySelectorAll('seats-room .tile[data-status=abandoned]').length === 1`)
			b.until(secs(1), `document.querySelectorAll('seats-room .tile[data-status=occupied]').length === 2`)
			b.until(secs(5), `document.querySelector('.tile.changed') === null`)
			b.save(filepath.Join(folder, "room"+suffix+".png"))
		}
		for suffix, b := range tabs {
			b.emulate(1080, 640, "light")
			b.open(s.api + "seats.html?#camera=lounge&seat=L1")
			b.until(secs(20), `!!document.querySelector('video-stream')?.playing && document.querySelector('.event') !== null`)
			b.save(filepath.Join(folder, "camera"+suffix+".png"))
		}
	})
}

// film records what the tab shows as an animated WebP, until a condition is true and three seconds more.
func (b *tab) film(file, condition string) {
	b.t.Helper()
	folder := b.t.TempDir()
	var list strings.Builder
	begin := time.Now()
	var end time.Time
	for last := begin; end.IsZero() || last.Before(end); {
		name := filepath.Join(folder, fmt.Sprintf("%d.png", last.UnixNano()))
		png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		require.NoError(b.t, err)
		require.NoError(b.t, os.WriteFile(name, png, 0o600))
		now := time.Now()
		fmt.Fprintf(&list, "file %s\nduration %.3f\n", name, now.Sub(last).Seconds())
		last = now
		if end.IsZero() && run[bool](b, condition) {
			end = now.Add(secs(3))
		}
		require.Less(b.t, now.Sub(begin), secs(20), condition)
	}
	require.NoError(b.t, os.WriteFile(filepath.Join(folder, "list"), []byte(list.String()), 0o600))
	out, err := exec.CommandContext(b.t.Context(), "ffmpeg", "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", filepath.Join(folder, "list"),
		"-vf", "fps=5,scale=800:-1:flags=area", "-c:v", "libwebp_anim", "-quality", "70", "-loop", "0", file).CombinedOutput()
	require.NoError(b.t, err, "%s", out)
}

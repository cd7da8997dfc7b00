package e2e

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// extent is the box around all pixels of a screenshot that are of a kind; empty where there are none.
func extent(img image.Image, of func(r, g, b int) bool) (box image.Rectangle) {
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			if of(int(c.R), int(c.G), int(c.B)) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

func (b *tab) picture() image.Image {
	b.t.Helper()
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	img, err := png.Decode(bytes.NewReader(shot))
	require.NoError(b.t, err)
	return img
}

// TestPageAlignment: a seat covers, within 2 px, the pixels of the picture that it was drawn around: a yellow board in a
// dark room, of cameras of three shapes, in three sizes of the window, and on a screen of two pixels a point. About 60 s.
func TestPageAlignment(t *testing.T) {
	t.Parallel()
	cameras := []struct {
		name          string
		width, height int
	}{{"standard", 640, 480}, {"wide", 1280, 720}, {"portrait", 480, 848}}
	var streams, seats string
	for _, c := range cameras {
		// even numbers: the picture has one colour for two pixels
		x, y, w, h := c.width/8*2, c.height/8*4, c.width/8*3, c.height/8*2
		streams += fmt.Sprintf("  %s: exec:ffmpeg -v error -nostdin -re -f lavfi -i "+
			"color=c=0x101014:s=%dx%d:r=10,drawbox=x=%d:y=%d:w=%d:h=%d:c=0xFFE000:t=fill -c:v libx264 -preset ultrafast -qp 12 "+
			"-g 10 -pix_fmt yuv420p -rtsp_transport tcp -f rtsp {output}\n", c.name, c.width, c.height, x, y, w, h)
		at := func(x, y int) string {
			return fmt.Sprintf("[%.5f, %.5f]", float64(x)/float64(c.width), float64(y)/float64(c.height))
		}
		seats += fmt.Sprintf("    %s: {stream: %s, roi: [%s, %s, %s, %s]}\n", c.name, c.name, at(x, y), at(x+w, y), at(x+w, y+h), at(x, y+h))
	}
	config, _, _ := strings.Cut(card("wide"), "    A:")
	s := newServer(t, "streams:\n"+streams+config+seats)
	s.start()
	b := newTab(t, 1280, 800)
	for _, c := range cameras {
		for _, window := range []struct {
			width, height int64
			scale         float64
		}{{1280, 800, 1}, {390, 844, 1}, {1001, 613, 1}, {834, 700, 2}} {
			name := fmt.Sprintf("%s in %dx%d by %.0f", c.name, window.width, window.height, window.scale)
			require.NoError(t, chromedp.Do(b.ctx, chromedp.EmulateViewport(window.width, window.height, chromedp.EmulateScale(window.scale))))
			b.open(s.api + "seats.html?" + url.QueryEscape(name) + "#camera=" + c.name) // another address, so that it is loaded anew
			// it may begin with the picture, or before it, and another mode may take over: it is right all the time
			b.until(secs(25), fmt.Sprintf(`document.querySelector('video-stream')?.playing && document.querySelector('video-stream').picture.videoWidth === %d &&
				document.querySelector('.layer polygon.roi') !== null`, c.width))
			run[any](b, `(style => {
				style.textContent = '.note {visibility: hidden} .layer {visibility: hidden} .layer polygon.roi {visibility: var(--test, hidden); fill: #f0f !important; fill-opacity: 1 !important; stroke: none !important}' +
					' video-stream .info {display: none !important}';
				document.head.append(style);
			})(document.createElement('style'))`)
			run[any](b, `document.querySelector('.stage').scrollIntoView({block: 'end'})`)
			// the first picture may be decoded and not yet on the screen
			var yellow image.Rectangle
			s.wait(secs(10), name+": the board is seen", func() bool {
				yellow = extent(b.picture(), func(r, g, b int) bool { return r > 140 && g > 120 && b < 100 })
				return yellow.Dx() > 20
			})
			run[any](b, `document.documentElement.style.setProperty('--test', 'visible')`)
			pink := extent(b.picture(), func(r, g, b int) bool { return r > 128 && g < 110 && b > 128 })
			for i, d := range []int{pink.Min.X - yellow.Min.X, pink.Min.Y - yellow.Min.Y, pink.Max.X - yellow.Max.X, pink.Max.Y - yellow.Max.Y} {
				require.LessOrEqual(t, math.Abs(float64(d)), 2.0, "%s: side %d of the board %v and of the seat %v", name, i, yellow, pink)
			}
			t.Logf("%s: board %v, seat %v", name, yellow, pink)
		}
	}
	require.Empty(t, b.uncaught())
}

package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/stretchr/testify/require"
)

// clock is a stream whose picture changes all the time, H.264 with a keyframe each second.
const clock = `exec:ffmpeg -v error -nostdin -re -f lavfi -i testsrc=size=640x360:rate=25 -c:v libx264 -preset ultrafast -tune zerolatency -g 25 -pix_fmt yuv420p -rtsp_transport tcp -f rtsp {output}`

// streaming is a server with that stream, which WebRTC reaches on loopback.
func streaming(t testing.TB, config string) *server {
	t.Helper()
	s := newServer(t, "streams:\n  cam1: "+clock+"\n  jpeg: ffmpeg:cam1#video=mjpeg\n"+config)
	port := freeport.Take(t)
	s.rewrite(`webrtc: {listen: ""}`, fmt.Sprintf(`webrtc: {listen: "127.0.0.1:%d", candidates: ["127.0.0.1:%d"], ice_servers: [], filters: {loopback: true}}`, port, port))
	return s
}

// moving is whether the page has shown five different pictures: it reads pixels, and trusts no state.
const moving = `(() => {
	const player = document.querySelector('video-stream');
	const picture = player?.picture ?? document.querySelector('video');
	if (!picture || picture.videoWidth === 0 || picture.readyState < 2) return false;
	const canvas = window.seenCanvas ??= Object.assign(document.createElement('canvas'), {width: 32, height: 18});
	const context = canvas.getContext('2d', {willReadFrequently: true});
	context.drawImage(picture, 0, 0, canvas.width, canvas.height);
	const seen = window.seenPictures ??= new Set();
	seen.add(context.getImageData(0, 0, canvas.width, canvas.height).data.join());
	return seen.size >= 5;
})()`

// TestPagesComeWhole: the connection for one of a page's many parts breaks, as when a phone changes its network. The
// page does not stay empty.
func TestPagesComeWhole(t *testing.T) {
	t.Parallel()
	s := newServer(t, "streams: {cam1: \"\"}\n"+card("cam1"))
	s.start()
	pass := s.passing(keepHost)
	cases := []struct{ page, part, whole string }{
		{"stream.html?src=cam1", "/player/multipart.js", `!!document.querySelector('video-stream')?.dataset.state`},
		{"seats.html", "/seats/state.js", `document.querySelector('.link')?.dataset.state !== undefined`},
		{"ice.html", "/ice-words.js", `document.querySelector('[data-word=note]')?.textContent.length > 0`},
	}
	for _, ca := range cases {
		t.Run(ca.page, func(t *testing.T) {
			var broken atomic.Int32
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == ca.part && broken.Add(1) == 1 {
					// in mid-reply: where nothing came yet, browsers ask again by themselves
					w.Header().Set("Content-Type", "text/javascript")
					w.Header().Set("Content-Length", "1000")
					_, _ = io.WriteString(w, "// ")
					_ = http.NewResponseController(w).Flush()
					panic(http.ErrAbortHandler)
				}
				pass.ServeHTTP(w, r)
			}))
			t.Cleanup(web.Close)
			b := newTab(t, 800, 600)
			b.open(web.URL + "/" + ca.page)
			b.until(secs(15), ca.whole)
			require.EqualValues(t, 2, broken.Load())
		})
	}
}

// TestUpstreamPages opens each page of upstream's, and has it do what it is for.
func TestUpstreamPages(t *testing.T) {
	t.Parallel()
	s := streaming(t, "")
	s.start()
	s.hold("cam1")
	b := newTab(t, 1100, 800, cdn(t)...)
	page := func(name string, do func()) {
		t.Run(name, func(t *testing.T) {
			b.t, s.t = t, t
			b.open(s.api + name)
			do()
			b.shot("upstream-" + strings.SplitN(name, ".", 2)[0])
			require.Empty(t, b.uncaught())
		})
	}
	streams := func() (list map[string]any) {
		s.get("api/streams", &list)
		return list
	}

	page("add.html", func() {
		t := b.t
		b.until(5*time.Second, `document.querySelector('#stream') !== null`)
		run[any](b, `document.querySelector('#stream').click()`)
		b.until(time.Second, `document.querySelector('#stream-form').offsetHeight > 0`)
		run[any](b, `(form => {
			form.elements.name.value = 'passing';
			form.elements.src.value = 'rtsp://127.0.0.1:1/x';
			form.querySelector('button').click();
		})(document.querySelector('#stream-form'))`)
		s.wait(5*time.Second, "it says OK", func() bool { return strings.Join(b.said(), "") == "OK" })
		require.Contains(t, streams(), "passing")
		run[any](b, `document.querySelector('#devices').click()`)
		b.until(10*time.Second, `!['', 'loading...'].includes(document.querySelector('#devices-table').innerText)`)
	})

	page("index.html", func() {
		t := b.t
		b.until(5*time.Second, `[...document.querySelectorAll('#streams tr')].map(tr => tr.dataset.id).sort().join() === 'cam1,jpeg,passing'`)
		b.until(5*time.Second, `document.querySelector('.info').innerText.includes('version: ')`)
		require.Contains(t, run[string](b, `document.querySelector('tr[data-id=cam1]').innerText`), "1 / info", "the viewer that holds the source")
		for _, link := range run[[]string](b, `[...document.querySelectorAll('tr[data-id=cam1] a:not([data-name])')].map(a => a.href)`) {
			require.Empty(t, wrong(link))
		}
		b.mu.Lock()
		b.answer = "passing"
		b.mu.Unlock()
		run[any](b, `document.querySelector('tr[data-id=passing] a[data-name]').click()`)
		b.until(5*time.Second, `document.querySelector('tr[data-id=passing]') === null`)
		require.NotContains(t, streams(), "passing")

		run[any](b, `document.querySelector('tr[data-id=cam1] input').click(), document.querySelector('.controls button').click()`)
		b.until(5*time.Second, `location.pathname.endsWith('/stream.html') && location.search === '?src=cam1&mode=webrtc,mse,hls,mjpeg'`)
		b.until(20*time.Second, moving)
	})

	page("stream.html?src=cam1", func() { b.until(20*time.Second, moving) })
	page("webrtc.html?src=cam1", func() { b.until(20*time.Second, moving) })
	page("hls.html?src=cam1&mp4", func() { b.until(20*time.Second, moving) })

	// the first two headings are for any source and for H.264, the last is for MJPEG
	for stream, kind := range map[string]string{"cam1": "h264", "jpeg": "mjpeg"} {
		page("links.html?src="+stream, func() {
			t := b.t
			b.until(5*time.Second, `document.querySelectorAll('#links a').length > 10`)
			require.Equal(t, s.api+"webrtc.html?src="+stream+"&media=video+audio", run[string](b, `document.querySelector('#local').href`))
			headings := run[[][]string](b, `[...document.querySelectorAll('#links h2')].map(h2 => {
				const links = [];
				for (let el = h2.nextElementSibling; el && el.tagName !== 'H2'; el = el.nextElementSibling) links.push(...el.querySelectorAll('a'));
				return links.map(a => a.href);
			})`)
			require.Len(t, headings, 3)
			links := headings[2]
			if kind == "h264" {
				links = slices.Concat(headings[0], headings[1])
			}
			bad := make([]string, len(links))
			var asked sync.WaitGroup
			for i, link := range links {
				asked.Go(func() {
					if !strings.HasPrefix(link, "rtsp:") {
						bad[i] = wrong(link)
					} else if codec := probe(t, link); codec != kind {
						bad[i] = link + " " + codec
					}
				})
			}
			asked.Wait()
			require.Empty(t, strings.Join(bad, ""))
		})
	}

	page("net.html", func() {
		// the graph is drawn on a canvas: some of it is neither empty nor of one colour
		b.until(10*time.Second, `(canvas => {
			if (!canvas || !canvas.width) return false;
			const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
			return new Set(pixels).size > 10;
		})(document.querySelector('#network canvas'))`)
	})

	page("log.html", func() {
		b.until(5*time.Second, `[...document.querySelectorAll('#log tr')].some(tr => tr.innerText.includes('[api] listen addr=127.0.0.1'))`)
		run[any](b, `document.querySelector('#clean').click()`)
		s.wait(15*time.Second, "it says OK", func() bool { return strings.Join(b.said(), "") == "OK" })
		b.until(5*time.Second, `![...document.querySelectorAll('#log tr')].some(tr => tr.innerText.includes('[api] listen'))`)
	})

	page("config.html", func() {
		t := b.t
		before := s.text()
		b.until(20*time.Second, `window.monaco?.editor.getModels()[0]?.getValue().length > 0`)
		require.Equal(t, before, run[string](b, `monaco.editor.getModels()[0].getValue()`))
		b.until(5*time.Second, `document.querySelector('#config').innerText.replaceAll('\u00a0', ' ').includes('streams:')`)

		save := func(text string) string {
			run[any](b, fmt.Sprintf(`monaco.editor.getModels()[0].setValue(%q), document.querySelector('#save').click()`, text))
			var said []string
			s.wait(5*time.Second, "it says something", func() bool { said = append(said, b.said()...); return len(said) > 0 })
			return strings.Join(said, "")
		}
		require.Contains(t, save(before+"broken: [\n"), "line")
		require.Equal(t, before, s.text())
		after := strings.Replace(before, "streams:\n", "streams:\n  saved: rtsp://127.0.0.1:1/x\n", 1)
		require.Equal(t, "OK", save(after))
		require.Equal(t, after, s.text())
		s.wait(10*time.Second, "it has begun anew with it", func() bool { return s.status("api/streams?src=saved") == http.StatusOK })
		// upstream begins anew while it answers the page's request to: whether the page is answered is a race
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.thrown) == 1 && strings.HasPrefix(b.thrown[0], s.api+"config.html: ") && strings.Contains(b.thrown[0], "Failed to fetch") {
			b.thrown = nil
		}
	})
}

// hold keeps a stream's source running until the test ends, as a viewer would: others begin at once.
func (s *server) hold(stream string) {
	s.t.Helper()
	res, err := http.Get(s.api + "api/stream.mp4?src=" + stream)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, res.StatusCode)
	go func() { _, _ = io.Copy(io.Discard, res.Body) }()
	s.t.Cleanup(func() { _ = res.Body.Close() })
}

// probe is the codec of the video that an RTSP link leads to, or why there is none.
func probe(t testing.TB, link string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var complaints strings.Builder // of what comes before the first keyframe, too: RTSP begins in the midst of a GOP
	cmd := exec.CommandContext(ctx, "ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-analyzeduration", "0", "-select_streams", "v",
		"-show_entries", "stream=codec_name", "-of", "default=nokey=1:noprint_wrappers=1", link)
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return fmt.Sprint(err, " ", complaints.String())
	}
	return strings.TrimSpace(string(out))
}

// wrong says what a link answers that is not well; what streams for ever is left at once.
func wrong(link string) string {
	client := http.Client{Timeout: 15 * time.Second}
	res, err := client.Get(link)
	if err != nil {
		return err.Error()
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return link + " " + res.Status
	}
	return ""
}

// TestOperatorsOwnPages: what the operator serves from api.static_dir stays the operator's, the rest is ours.
func TestOperatorsOwnPages(t *testing.T) {
	t.Parallel()
	s := newServer(t, "streams: {}\n")
	folder := t.TempDir()
	s.rewrite("api: {", "api: {static_dir: "+folder+", ")
	for _, name := range []string{"seats.html", "stream.html", "ice.html", "hls.html"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte("the operator's"), 0o600))
	}
	s.start()
	page := func(name string) string {
		status, text := request(t, http.MethodGet, s.api+name, "")
		require.Equal(t, http.StatusOK, status, name)
		return text
	}
	for _, name := range []string{"seats.html", "stream.html", "ice.html", "hls.html"} {
		require.Equal(t, "the operator's", page(name), name)
	}
	for _, name := range []string{"seats/app.js", "seats/editor/editor.js", "player/ladder.js", "video-stream.js", "ice.js", "hls.js", "main.js"} {
		require.NotEqual(t, "the operator's", page(name), name)
	}
}

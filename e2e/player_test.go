package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// playerGate is a reverse proxy as a tunnel is one, with the ways to fail that are met in the field.
type playerGate struct {
	url       string
	noWebRTC  atomic.Bool // its signalling gets nowhere, as if UDP were blocked
	noSocket  atomic.Bool // WebSockets are refused, and end
	swallow   atomic.Bool // WebSockets are never answered
	noHLS     atomic.Bool
	stalled   atomic.Bool // media on WebSockets stand still
	iceAsked  atomic.Int32
	whepAsked atomic.Int32
}

func newPlayerGate(t testing.TB, s *server) *playerGate {
	t.Helper()
	target, err := url.Parse(s.api)
	require.NoError(t, err)
	g := &playerGate{}
	pass := httputil.NewSingleHostReverseProxy(target)
	pass.FlushInterval = -1
	pass.ErrorLog = nil
	ended, end := context.WithCancel(context.Background())
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// below a path, as operators publish it
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/shop")
		switch path := r.URL.Path; {
		case path == "/api/ws":
			g.socket(ended, w, r, target.Host)
			return
		case path == "/hls.js":
			http.ServeFile(w, r, "/tmp/h-d/package/dist/hls.min.js")
			return
		case path == "/api/ice":
			g.iceAsked.Add(1)
		case path == "/api/webrtc":
			g.whepAsked.Add(1)
			if g.noWebRTC.Load() {
				_, _ = io.Copy(io.Discard, r.Body) // or the server would not see that the client goes
				hang(r.Context(), ended)
				return
			}
		case g.noHLS.Load() && (path == "/api/stream.m3u8" || strings.HasPrefix(path, "/api/hls/")):
			http.Error(w, "refused here", http.StatusForbidden)
			return
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		end()
		web.CloseClientConnections()
		web.Close()
	})
	g.url = web.URL + "/shop/"
	return g
}

// hang waits until either ends.
func hang(a, b context.Context) {
	select {
	case <-a.Done():
	case <-b.Done():
	}
}

func (g *playerGate) socket(ended context.Context, w http.ResponseWriter, r *http.Request, host string) {
	if g.noSocket.Load() {
		http.Error(w, "no WebSockets here", http.StatusForbidden)
		return
	}
	if g.swallow.Load() {
		hang(r.Context(), ended)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	near, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = near.Close() }()
	far, res, err := websocket.DefaultDialer.Dial("ws://"+host+"/api/ws?"+r.URL.RawQuery, nil)
	if err != nil {
		return
	}
	_ = res.Body.Close()
	defer func() { _ = far.Close() }()
	ctx, cancel := context.WithCancel(ended)
	defer cancel()
	go g.pump(ctx, cancel, near, far)
	go g.pump(ctx, cancel, far, near)
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
			if g.noSocket.Load() {
				cancel()
			}
		}
	}
}

func (g *playerGate) pump(ctx context.Context, cancel func(), from, to *websocket.Conn) {
	defer cancel()
	for {
		kind, b, err := from.ReadMessage()
		if err != nil {
			return
		}
		for kind == websocket.BinaryMessage && g.stalled.Load() && ctx.Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		if g.noWebRTC.Load() && kind == websocket.TextMessage && strings.Contains(string(b), `"webrtc/`) {
			continue
		}
		if to.WriteMessage(kind, b) != nil {
			return
		}
	}
}

// playerEye looks at the pixels on the screen. An element's state is not believed.
const playerEye = `(() => {
	window.player = document.querySelector('video-stream');
	const canvas = new OffscreenCanvas(64, 36), context = canvas.getContext('2d', {willReadFrequently: true});
	const eye = window.eye = {moved: {}, counts: {}, seen: 0, blank: 0, movedAt: 0, changes: []};
	let last = '';
	const note = () => eye.changes.push({at: Math.round(performance.now()), playing: player.playing, route: player.route, reason: player.reason});
	player.addEventListener('change', note);
	note();
	setInterval(() => {
		const picture = player.picture;
		if (!picture) return;
		context.clearRect(0, 0, 64, 36);
		try { context.drawImage(picture, 0, 0, 64, 36); } catch { /* an image that is broken */ }
		const data = context.getImageData(0, 0, 64, 36).data;
		let hash = 0, low = 255, high = 0;
		for (let i = 0; i < data.length; i += 4) {
			const light = data[i] + data[i + 1] + data[i + 2];
			hash = (hash * 31 + light) | 0;
			low = Math.min(low, light / 3);
			high = Math.max(high, light / 3);
		}
		const blank = high - low < 20;
		if (eye.seen && blank) eye.blank++;
		if (blank) return;
		eye.seen++;
		if (hash === last) return;
		last = hash;
		eye.movedAt = performance.now();
		const mode = player.playing;
		eye.counts[mode] = (eye.counts[mode] || 0) + 1;
		if (mode && eye.counts[mode] === 2) eye.moved[mode] ??= eye.movedAt;
	}, 50);
})()`

// playerPage is a page with the player in it.
type playerPage struct {
	t   testing.TB
	ctx context.Context
}

// playerBrowser is a running Chromium.
func playerBrowser(t testing.TB) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:0:0], chromedp.NoFirstRun, chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(800, 450), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.Flag("allow-loopback-in-peer-connection", true), chromedp.Flag("lang", "en-US"))
	alloc, cancelAlloc := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancelAlloc)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx))
	return ctx
}

// openPlayer opens a page in a tab of its own.
func openPlayer(t testing.TB, browser context.Context, address string) *playerPage {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	limited, cancelLimit := context.WithTimeout(ctx, 60*time.Second)
	t.Cleanup(cancelLimit)
	p := &playerPage{t: t, ctx: limited}
	require.NoError(t, chromedp.Do(limited, chromedp.Navigate(address)))
	p.eval(playerEye, nil)
	t.Cleanup(func() {
		if t.Failed() {
			var changes json.RawMessage
			p.eval("eye", &changes)
			t.Logf("the player said: %s", changes)
			p.screenshot("failed")
		}
	})
	return p
}

func (p *playerPage) eval(script string, into any) {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("JSON.stringify("+script+") ?? ''"))
	require.NoError(p.t, err, script)
	if into != nil {
		require.NoError(p.t, json.Unmarshal([]byte(text), into), text)
	}
}

// until waits for a condition of the page.
func (p *playerPage) until(limit time.Duration, condition string) {
	p.t.Helper()
	var last bool
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if p.eval(condition, &last); last {
			return
		}
	}
	p.t.Fatalf("waited %s until %s", limit, condition)
}

// moves waits until a mode moves and tells when it did first, from the beginning of the page.
func (p *playerPage) moves(limit time.Duration, mode string) time.Duration {
	p.t.Helper()
	p.until(limit, fmt.Sprintf("eye.moved.%[1]s > 0 && player.playing === '%[1]s'", mode))
	var at float64
	p.eval("eye.moved."+mode, &at)
	return time.Duration(at * float64(time.Millisecond)).Round(time.Millisecond)
}

// screenshot is for people; with SCREENSHOTS set.
func (p *playerPage) screenshot(name string) {
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(p.t, err)
	name = strings.NewReplacer("/", "_", " ", "_").Replace(p.t.Name() + "-" + name)
	require.NoError(p.t, os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600))
}

// watched is a server with a moving camera, cam, behind a gate. As jpeg it gives the same as Motion JPEG, too.
func watched(t testing.TB) (s, source *server, g *playerGate) {
	t.Helper()
	// a camera is on before anybody watches
	source = newServer(t, `preload: {clip: video}
streams:
  clip: "exec:ffmpeg -v error -nostdin -re -f lavfi -i testsrc2=size=640x360:rate=15 -c:v libx264 -preset ultrafast -tune zerolatency -g 15 -pix_fmt yuv420p -rtsp_transport tcp -f rtsp {output}"
`)
	source.start()
	source.wait(10*time.Second, "the camera is on", func() bool {
		var state struct{ Online bool }
		return source.get("api/source?src=clip", &state) == http.StatusOK && state.Online
	})
	s = newServer(t, fmt.Sprintf("streams:\n  cam: rtsp://127.0.0.1:%d/clip\n  jpeg: [rtsp://127.0.0.1:%[1]d/clip, \"ffmpeg:cam#video=mjpeg\"]\n", source.rtsp))
	path := filepath.Join(s.dir, "go2rtc.yaml")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	listen := fmt.Sprintf(`webrtc: {listen: "127.0.0.1:%d", ice_servers: [], filters: {loopback: true, interfaces: [lo]}}`, freePort(t))
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(b), `webrtc: {listen: ""}`, listen, 1)), 0o600))
	s.start()
	return s, source, newPlayerGate(t, s)
}

// TestPlayer: each way to fail has its mode, within what is promised, and nobody sees it blink.
func TestPlayer(t *testing.T) {
	t.Parallel()
	_, _, g := watched(t)
	chromium := playerBrowser(t)
	cases := []struct {
		name, src, mode string
		limit           time.Duration
		set             func(on bool)
		route           string
		reason          string
	}{
		{"nothing fails", "cam", "webrtc", 3 * time.Second, func(bool) {}, "direct", ""},
		{"WebSocket refused", "cam", "webrtc", 3 * time.Second, func(on bool) { g.noSocket.Store(on) }, "direct", ""},
		{"no UDP", "cam", "mse", 6 * time.Second, func(on bool) { g.noWebRTC.Store(on) }, "", "WebRTC: no moving picture within 3 s"},
		{"no UDP, WebSocket refused", "cam", "hls", 10 * time.Second, func(on bool) { g.noWebRTC.Store(on); g.noSocket.Store(on) }, "", "MSE: WebSocket refused"},
		{"no UDP, WebSocket swallowed", "cam", "hls", 12 * time.Second, func(on bool) { g.noWebRTC.Store(on); g.swallow.Store(on) }, "", "MSE: WebSocket refused"},
		{"HLS refused, too", "jpeg", "mjpeg", 12 * time.Second, func(on bool) { g.noWebRTC.Store(on); g.noSocket.Store(on); g.noHLS.Store(on) }, "", "HLS: HTTP 403"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			ca.set(true)
			defer ca.set(false)
			p := openPlayer(t, chromium, g.url+"stream.html?src="+ca.src)
			at := p.moves(20*time.Second, ca.mode)
			t.Logf("first moving picture by %s after %s", ca.mode, at)
			require.Less(t, at, ca.limit)
			var seen struct {
				Route, Reason string
				Blank         int
			}
			p.until(3*time.Second, fmt.Sprintf("player.route === %q", ca.route))
			p.eval("({route: player.route, reason: player.reason, blank: eye.blank})", &seen)
			require.Contains(t, seen.Reason, ca.reason)
			require.Zero(t, seen.Blank)
			p.screenshot("playing")
		})
	}
}

// TestPlayerChanges: what freezes gives way, what gets better is taken, and between them nobody sees a blank picture.
func TestPlayerChanges(t *testing.T) {
	t.Parallel()
	_, _, g := watched(t)
	g.noWebRTC.Store(true)
	p := openPlayer(t, playerBrowser(t), g.url+"stream.html?src=cam&patience=2000&retry=2000")
	p.moves(10*time.Second, "mse")

	g.stalled.Store(true)
	began := time.Now()
	p.moves(15*time.Second, "hls")
	t.Logf("from a frozen MSE to HLS in %s", time.Since(began).Round(time.Millisecond))
	var reason string
	p.eval("player.reason", &reason)
	require.Equal(t, "WebRTC: no moving picture within 2 s; MSE: the picture stood still for 2 s", reason)

	g.stalled.Store(false)
	began = time.Now()
	p.until(15*time.Second, "player.playing === 'mse'")
	t.Logf("back to MSE in %s", time.Since(began).Round(time.Millisecond))

	g.noWebRTC.Store(false)
	began = time.Now()
	p.moves(15*time.Second, "webrtc")
	t.Logf("WebRTC taken in %s", time.Since(began).Round(time.Millisecond))
	p.eval("player.reason", &reason)
	require.Equal(t, "WebRTC plays", reason)
	p.until(5*time.Second, "player.querySelectorAll('video, img').length === 1") // nobody else is left
	var blank int
	p.eval("eye.blank", &blank)
	require.Zero(t, blank)
}

// TestPlayerCameraDown: a camera that goes is said with its time, its last picture stays, and it comes back by itself.
func TestPlayerCameraDown(t *testing.T) {
	t.Parallel()
	s, source, g := watched(t)
	chromium := playerBrowser(t)
	p := openPlayer(t, chromium, g.url+"stream.html?src=cam")
	p.moves(10*time.Second, "webrtc")
	g.noSocket.Store(true) // the state comes by HTTP, too
	q := openPlayer(t, chromium, g.url+"stream.html?src=cam&mode=hls")
	q.moves(10*time.Second, "hls")
	g.noSocket.Store(false)

	stopped := time.Now()
	source.stop()
	for _, page := range []*playerPage{p, q} {
		page.until(20*time.Second, "player.dataset.state === 'offline'")
		var said string
		page.eval("player.querySelector('[role=status]').textContent", &said)
		require.Regexp(t, `^camera offline since \d\d:\d\d$`, said)
		var now struct {
			Since   time.Time
			Error   string
			Playing string
			Seen    int
			Blank   int
		}
		page.eval("({seen: eye.seen, since: player.source.since, error: player.source.error, playing: player.playing})", &now)
		require.WithinDuration(t, stopped, now.Since, 3*time.Second)
		require.NotEmpty(t, now.Error)
		require.Empty(t, now.Playing)
		page.screenshot("offline")
		// the picture is still there when all traffic has ended
		page.until(5*time.Second, "eye.seen > "+fmt.Sprint(now.Seen+20))
		page.eval("eye.blank", &now.Blank)
		require.Zero(t, now.Blank)
	}
	require.Contains(t, s.log.String(), "[live] source offline")

	source.start()
	began := time.Now()
	for _, page := range []*playerPage{p, q} {
		var before float64
		page.eval("performance.now()", &before)
		page.until(20*time.Second, fmt.Sprintf("player.playing !== '' && eye.movedAt > %f && player.dataset.state === 'playing'", before))
		t.Logf("it plays again after %s", time.Since(began).Round(time.Millisecond))
		page.screenshot("again")
	}

	r := openPlayer(t, chromium, g.url+"stream.html?src=nobody")
	r.until(10*time.Second, "player.dataset.state === 'missing'")
	var said string
	r.eval("player.querySelector('[role=status]').textContent", &said)
	require.Equal(t, `there is no stream "nobody" here`, said)
	r.screenshot("missing")
}

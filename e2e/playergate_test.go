package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
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

	"github.com/AlexxIT/go2rtc/seats/e2e/chromium"
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
	pass.ErrorLog = log.New(io.Discard, "", 0) // clients that leave
	ended, end := context.WithCancel(context.Background())
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// below a path, as operators publish it
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/shop")
		switch path := r.URL.Path; {
		case path == "/api/ws":
			g.socket(ended, w, r, target.Host)
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
type playerBrowser struct{ ctx context.Context }

func newPlayerBrowser(t testing.TB) *playerBrowser {
	t.Helper()
	ctx, _ := chromium.New(t, 800, 450, chromium.PeersOnLoopback())
	require.NoError(t, chromedp.Do(ctx))
	return &playerBrowser{ctx}
}

// open opens a page in a tab of its own.
func (b *playerBrowser) open(t testing.TB, address string) *playerPage {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
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

package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/chromium"
	"github.com/chromedp/chromedp"
	"github.com/gorilla/websocket"
)

// playerGate is a reverse proxy as a tunnel is one, with the ways to fail that are met in the field.
type playerGate struct {
	url      string
	noWebRTC atomic.Bool // its signalling gets nowhere, as if UDP were blocked
	noSocket atomic.Bool // WebSockets are refused, and end
	swallow  atomic.Bool // WebSockets are never answered
	noHLS    atomic.Bool
	stalled  atomic.Bool // media on WebSockets stand still
}

func newPlayerGate(t testing.TB, s *server) *playerGate {
	t.Helper()
	g := &playerGate{}
	pass := s.passing(keepHost)
	ended, end := context.WithCancel(context.Background())
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// below a path, as operators publish it
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/shop")
		switch path := r.URL.Path; {
		case path == "/api/ws":
			g.socket(ended, w, r, s)
			return
		case g.noWebRTC.Load() && path == "/api/webrtc":
			_, _ = io.Copy(io.Discard, r.Body) // or the server would not see that the client goes
			hang(r.Context(), ended)
			return
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

func (g *playerGate) socket(ended context.Context, w http.ResponseWriter, r *http.Request, s *server) {
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
	far, err := s.dial("?" + r.URL.RawQuery)
	if err != nil {
		return
	}
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

// newPlayerBrowser is a running Chromium, whose first tab stays empty.
func newPlayerBrowser(t testing.TB) *tab {
	t.Helper()
	b := newTab(t, 800, 450, chromium.PeersOnLoopback())
	b.open("about:blank")
	return b
}

// watch opens a page with the player in a tab of its own, and has watch.js look at its pixels.
func (b *tab) watch(t testing.TB, address string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	t.Cleanup(cancel)
	p := tabOf(ctx, t)
	p.open(address)
	run[any](p, watchScript+"window.player = document.querySelector('video-stream'); undefined")
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the player said: %s", run[string](p, "JSON.stringify(watch)"))
			p.show("failed")
		}
	})
	return p
}

// moves waits until a mode moves and returns when it did first, from the beginning of the page.
func (b *tab) moves(limit time.Duration, mode string) time.Duration {
	b.t.Helper()
	b.until(limit, fmt.Sprintf("watch.modes.%[1]s > 0 && player.playing === '%[1]s'", mode))
	return time.Duration(run[float64](b, "watch.modes."+mode) * float64(time.Millisecond)).Round(time.Millisecond)
}

func (b *tab) show(name string) { b.shot(b.t.Name() + "-" + name) }

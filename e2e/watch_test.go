package e2e

import (
	_ "embed"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/lab"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

//go:embed watch.js
var watchScript string

// watcher is a browser with stream.html open. It reads pixels: see watch.js.
type watcher struct {
	*tab
	close func() // the browser, before the test ends
}

// seen is what it shows, in milliseconds since the navigation.
type seen struct {
	Playing, Route, Reason string
	Text                   string // on the page

	Now, First, Last float64
	Modes            map[string]float64
	Gaps             [][2]float64
	Blanks           []float64
	Said             []string
}

func (s seen) moving() bool { return s.Last > 0 && s.Now-s.Last < 500 }

// watch logs in and opens the page of a box.
func watch(t testing.TB, from *lab.Namespace, base string) *watcher {
	t.Helper()
	ctx, end := from.Browser()
	v := &watcher{tabOf(ctx, t), end}
	// A browser asks for the password and keeps it for the host. Here it stands in the first address, and not in that
	// of the page, whose requests would be refused for it.
	login, err := url.Parse(base + "api")
	require.NoError(t, err)
	login.User = url.UserPassword(siteUser, sitePassword)
	v.open(login.String())
	tell(v.tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watchScript})
	v.open(base + "stream.html?src=cam")
	return v
}

func (v *watcher) view() seen {
	v.t.Helper()
	return run[seen](v.tab, `(() => {
		const {playing, route, reason} = document.querySelector('video-stream') ?? {};
		return {...watch, now: performance.now(), playing, route, reason, text: document.body.innerText};
	})()`)
}

func (v *watcher) until(limit time.Duration, what string, ok func(seen) bool) seen {
	v.t.Helper()
	var last seen
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if last = v.view(); ok(last) {
			return last
		}
	}
	requests, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](`performance.getEntriesByType('resource')
		.map(r => [Math.round(r.startTime), Math.round(r.responseEnd), r.responseStatus, r.name].join(' ')).join('\n')`))
	v.t.Fatalf("waited %s until %s; the page says %q, last movement %.0f ms of %.0f, it said\n%s\nit asked, from and until when:\n%s %v",
		limit, what, last.Text, last.Last, last.Now, strings.Join(last.Said, "\n"), requests, err)
	return last
}

// plays waits until a moving picture comes by a mode and a route.
func (v *watcher) plays(limit time.Duration, mode, route string) seen {
	v.t.Helper()
	return v.until(limit, "it plays by "+mode+" "+route, func(now seen) bool {
		return now.Playing == mode && (route == "" || now.Route == route) && now.Modes[mode] > 0 && now.moving()
	})
}

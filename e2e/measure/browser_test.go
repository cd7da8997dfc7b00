package measure

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/chromium"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

//go:embed clock.js
var clockJS string

// browser is a Chromium that shows one page at a time.
type browser struct {
	t   testing.TB
	ctx context.Context
}

// newBrowser starts Chromium, and answers the CDN in the place of the network: upstream's hls.html asks it for hls.js,
// and gets the one that our binary carries.
func newBrowser(t testing.TB, hls []byte) *browser {
	t.Helper()
	ctx, end := chromium.New(t, 800, 600, chromium.PeersOnLoopback())
	events := chromedp.Events(ctx, fetch.RequestPaused)
	_, err := chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{{URLPattern: "https://cdn.jsdelivr.net/npm/hls.js*"}}})
	require.NoError(t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for event, err := range events {
			if err != nil {
				return
			}
			_, _ = chromedp.Call(ctx, fetch.FulfillRequest, fetch.FulfillRequestParams{
				RequestID: event.RequestID, ResponseCode: http.StatusOK, Body: hls,
				ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/javascript"}},
			})
		}
	}()
	t.Cleanup(func() {
		end()
		<-ended
	})
	return &browser{t, ctx}
}

// ages opens a page and reads the clock of its pictures for so long, after it has played for a while.
func (b *browser) ages(url, mode string, settle, length time.Duration) []float64 {
	b.t.Helper()
	limited, cancel := context.WithTimeout(b.ctx, settle+length+60*time.Second)
	defer cancel()
	eval := func(expression string) {
		b.t.Helper()
		_, err := chromedp.Run(limited, chromedp.Evaluate[chromedp.Void](expression))
		require.NoError(b.t, err, "%s", url)
	}
	require.NoError(b.t, chromedp.Do(limited, chromedp.Navigate(url)))
	eval(clockJS)
	_, err := chromedp.Run(limited, chromedp.Poll[bool](fmt.Sprintf("clock.ages.length >= 10 && clock.mode === %q", mode), chromedp.WithPollingTimeout(30*time.Second)))
	if err != nil {
		state, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("JSON.stringify([clock, document.body.innerText, document.querySelector('video')?.error?.message])"))
		b.t.Fatalf("%s does not play by %s: %v %s", url, mode, err, state)
	}
	require.NoError(b.t, chromedp.Do(limited, chromedp.Sleep(settle)))
	eval("clock.ages.length = clock.unreadable = 0; undefined")
	require.NoError(b.t, chromedp.Do(limited, chromedp.Sleep(length)))
	got, err := chromedp.Run(limited, chromedp.Evaluate[struct {
		Ages       []float64 `json:"ages"`
		Unreadable int       `json:"unreadable"`
		Mode       string    `json:"mode"`
	}]("clock"))
	require.NoError(b.t, err)
	require.Equal(b.t, mode, got.Mode, "%s", url)
	require.LessOrEqual(b.t, got.Unreadable, len(got.Ages)/10, "pictures without a clock")
	require.NoError(b.t, chromedp.Do(limited, chromedp.Navigate("about:blank")))
	return got.Ages
}

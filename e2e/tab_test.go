package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/chromium"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// tab is a tab of a headless Chromium of its own, which ends with the test.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu      sync.Mutex // guards what follows
	thrown  []string   // uncaught exceptions, with where
	dialogs []string   // texts of alert, confirm and prompt
	answer  string     // to a prompt; the rest is confirmed
}

func newTab(t testing.TB, width, height int, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	ctx, _ := chromium.New(t, width, height, more...)
	return tabOf(ctx, t)
}

// tabOf drives a tab that is there already, or begins with its first use.
func tabOf(ctx context.Context, t testing.TB) *tab {
	t.Helper()
	b := &tab{t: t, ctx: ctx}
	require.NoError(t, chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventExceptionThrown:
			text := ev.ExceptionDetails.Text
			if e := ev.ExceptionDetails.Exception; e != nil {
				text += " " + e.Description
			}
			b.mu.Lock()
			defer b.mu.Unlock()
			b.thrown = append(b.thrown, ev.ExceptionDetails.URL+": "+text)
		case *page.EventJavascriptDialogOpening:
			b.mu.Lock()
			defer b.mu.Unlock()
			b.dialogs = append(b.dialogs, ev.Message)
			answer := page.HandleJavaScriptDialogParams{Accept: true, PromptText: b.answer}
			// not from here: this is the loop that reads the answer
			go func() { _, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, answer) }()
		}
	}))
	return b
}

func (b *tab) open(url string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, chromedp.Navigate(url)), url)
}

// until waits until a JavaScript expression is true, through navigations.
func (b *tab) until(limit time.Duration, condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, limit)
	defer cancel()
	var err error
	for ctx.Err() == nil {
		var ok bool
		if ok, err = chromedp.Run(ctx, chromedp.Evaluate[bool](condition)); ok {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	require.Fail(b.t, "not in time", "waited %s until %s (%v); the page says %.2000s", limit, condition, err, text)
}

// tell sends a command of the DevTools protocol.
func tell[P, R any](b *tab, method cdp.Command[P, R], params P) R {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	reply, err := chromedp.Call(ctx, method, params)
	require.NoError(b.t, err)
	return reply
}

// run gives the value of a JavaScript expression, awaited where it is a promise.
func run[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 20*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, expression)
	return v
}

// uncaught returns the exceptions so far and forgets them.
func (b *tab) uncaught() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.thrown
	b.thrown = nil
	return list
}

// said returns the dialogs so far and forgets them.
func (b *tab) said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := b.dialogs
	b.dialogs = nil
	return list
}

// fits holds the page to the width of its window.
func (b *tab) fits(name string) {
	b.t.Helper()
	require.LessOrEqual(b.t, run[int](b, `document.documentElement.scrollWidth - innerWidth`), 0, "%s scrolls down only", name)
}

// shot saves a picture of the whole page where SCREENSHOTS names a folder.
func (b *tab) shot(name string) {
	b.t.Helper()
	if folder := os.Getenv("SCREENSHOTS"); folder != "" {
		b.save(filepath.Join(folder, strings.NewReplacer("/", "_", " ", "_").Replace(name)+".png"))
	}
}

func (b *tab) save(file string) {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(file, png, 0o600))
}

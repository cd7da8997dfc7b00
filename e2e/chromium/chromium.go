// Package chromium opens the browsers of tests. It promises: a browser is new and headless, asks nothing of the
// Internet by itself, plays without a click, is driven through pipes, and ends with the test.
package chromium

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
)

// New is a tab of a browser that starts with its first use. Its context outlives the test's: cleanups still use it.
func New(t testing.TB, width, height int, more ...chromedp.ExecAllocatorOption) (ctx context.Context, end context.CancelFunc) {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{
		chromedp.NoFirstRun, chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(width, height), chromedp.Flag("lang", "en-US"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
	}, more...)
	alloc, endAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(endAlloc)
	ctx, end = chromedp.NewContext(alloc)
	t.Cleanup(end)
	return ctx, end
}

// PeersOnLoopback lets pages connect by WebRTC within the machine.
func PeersOnLoopback() chromedp.ExecAllocatorOption {
	return chromedp.Flag("allow-loopback-in-peer-connection", true)
}

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// axe holds what the tab shows to the rules of accessibility of WCAG 2.2 A and AA: nothing serious or critical.
func (b *tab) axe(name string) {
	b.t.Helper()
	script, err := os.ReadFile(filepath.Join(root, "e2e", "axe", "node_modules", "axe-core", "axe.min.js"))
	require.NoError(b.t, err, "run .make/setup.sh")
	// the main world has no module loader in axe's way
	_, err = chromedp.Run(b.ctx, chromedp.Evaluate[any](string(script)+";undefined"))
	require.NoError(b.t, err)
	found := run[[]string](b, `(async () => {
		await Promise.all(document.getAnimations().map(a => a.finished.catch(() => 0)));
		const {violations} = await axe.run(document.getElementById('seats'), {resultTypes: ['violations']});
		return violations.filter(v => ['serious', 'critical'].includes(v.impact))
			.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 200) + ' ' + n.failureSummary));
	})()`)
	require.Empty(b.t, found, "%s: %s", name, strings.Join(found, "\n"))
}

// korean are the options of a browser whose user reads Korean.
func korean() []chromedp.ExecAllocatorOption {
	return []chromedp.ExecAllocatorOption{chromedp.Flag("lang", "ko-KR"), chromedp.Flag("accept-lang", "ko-KR")}
}

// views is every view of the page, dark and light, in both languages and on a phone: no rule is broken, nothing is
// wider than the screen, nothing throws.
func (b *tab) views(t *testing.T, s *server, prefix string) {
	t.Helper()
	for _, view := range []struct{ name, hash, there string }{
		{"room", "room", `document.querySelectorAll('seats-room .tile').length > 0`},
		{"camera", "camera=cam1&seat=A", `!!document.querySelector('video-stream')?.playing && document.querySelector('.event') !== null`},
		{"history", "history", `document.querySelectorAll('seats-history canvas').length > 0`},
		{"health", "health", `document.querySelectorAll('seats-health tbody tr').length > 0`},
	} {
		b.open(s.api + "seats.html?" + view.name + "#" + view.hash) // another address, so that it is loaded anew
		b.dresses(prefix+view.name, view.there)
		require.Empty(t, b.uncaught(), view.name)
	}
}

// dresses holds what the tab shows to the rules in both schemes, and on a phone.
func (b *tab) dresses(name, there string) {
	b.t.Helper()
	for _, look := range []struct {
		name, scheme  string
		width, height int64
	}{{"", "light", 1280, 800}, {"-dark", "dark", 1280, 800}, {"-phone", "light", 390, 844}, {"-phone-dark", "dark", 390, 844}} {
		b.emulate(look.width, look.height, look.scheme)
		b.until(secs(20), there)
		b.shot(name + look.name)
		b.axe(name + look.name)
		b.fits(name + look.name)
	}
}

package e2e

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/icecheck"
	"github.com/AlexxIT/go2rtc/seats/e2e/coturn"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// emulate sets the page's width and colour scheme.
func (b *tab) emulate(width, height int64, scheme string) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, chromedp.EmulateViewport(width, height)))
	tell(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// TestICEPage: the page in Chromium says of each server what the box and the browser get from it.
func TestICEPage(t *testing.T) {
	t.Parallel()
	good := coturn.Start(t, coturn.LongTerm()...)
	byTCP := coturn.Start(t, append(coturn.LongTerm(), "--no-udp")...)
	rest := coturn.Start(t, "--use-auth-secret", "--static-auth-secret", "north-wind", "--no-tls")
	silent, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = silent.Close() }()
	account := fmt.Sprintf("username: %s, credential: %s", coturn.User, coturn.Password)

	s := newServer(t, "")
	s.rewrite(`webrtc: {listen: ""}`, strings.NewReplacer(
		"GOOD", fmt.Sprint(good), "TCP", fmt.Sprint(byTCP), "REST", fmt.Sprint(rest), "ACCOUNT", account,
		"SILENT", fmt.Sprint(silent.LocalAddr().(*net.UDPAddr).Port)).Replace(`webrtc:
  listen: ""
  candidates: ["stun:localhost:GOOD"]
  ice_servers:
    - urls: ["stun:127.0.0.1:GOOD"]
    - {urls: ["turn:127.0.0.1:GOOD", "turn:127.0.0.1:GOOD?transport=tcp", "turn:127.0.0.1:TCP"], ACCOUNT}
    - {urls: ["turn:127.0.0.1:GOOD"], username: viewer, credential: wrong-s3cret}
    - {urls: ["turn:127.0.0.1:REST"], secret: north-wind}
    - urls: ["stun:127.0.0.1:SILENT"]
`))
	s.start()

	var report icecheck.Report
	require.Equal(t, 200, s.get("api/ice/check", &report))
	var problems []icecheck.Problem
	for _, v := range report.Servers {
		problems = append(problems, v.Problem)
	}
	require.Equal(t, []icecheck.Problem{"", "", "", icecheck.TCPOnly, icecheck.WrongCredential, "", icecheck.Unreachable, ""}, problems)

	b := newTab(t, 1100, 900)
	b.open(s.api + "ice.html")
	ended := `!document.getElementById('again').disabled`
	b.until(15*time.Second, ended)
	shown := run[[][]string](b, `[...document.querySelectorAll('#servers tr')].map(tr => [...tr.cells].map(td => td.innerText))`)
	cases := []struct{ url, box, browser string }{
		{fmt.Sprintf("stun:127.0.0.1:%d", good), "✓ answers", "✓ answers"},
		{fmt.Sprintf("turn:127.0.0.1:%d", good), "✓ answers", "✓ answers"},
		{fmt.Sprintf("turn:127.0.0.1:%d?transport=tcp", good), "✓ answers", "✓ answers"},
		{fmt.Sprintf("turn:127.0.0.1:%d", byTCP), "✗ TCP only", "✗ no answer"},
		{fmt.Sprintf("turn:127.0.0.1:%d", good), "✗ wrong credential", "✗ wrong credential"},
		{fmt.Sprintf("turn:127.0.0.1:%d", rest), "✓ answers", "✓ answers"},
		{fmt.Sprintf("stun:127.0.0.1:%d", silent.LocalAddr().(*net.UDPAddr).Port), "✗ no answer", "✗ no answer"},
		{fmt.Sprintf("stun:localhost:%d", good), "✓ answers", "Only the box uses it"},
	}
	require.Len(t, shown, len(cases))
	for i, ca := range cases {
		require.Equal(t, ca.url, shown[i][0])
		require.True(t, strings.HasPrefix(shown[i][1], ca.box), "%s: the box says %s", ca.url, shown[i][1])
		require.True(t, strings.HasPrefix(shown[i][2], ca.browser), "%s: the browser says %s", ca.url, shown[i][2])
	}
	require.Equal(t, "✗ 3 of 8 servers need a look.", run[string](b, `document.getElementById('sum').innerText`))
	require.Regexp(t, `turn:127.0.0.1:\d+\?transport=tcp`, shown[3][1], "what to write instead")
	require.Contains(t, shown[3][2], "see what the box says")
	require.Contains(t, shown[1][2], "elays at 127.0.0.1:")
	b.shot("ice")
	b.emulate(1100, 900, "dark")
	b.shot("ice-dark")
	b.emulate(390, 844, "light")
	b.shot("ice-phone")
	b.fits("ice.html")
	require.Empty(t, b.uncaught())

	ko := newTab(t, 1100, 900, korean()...)
	ko.open(s.api + "ice.html")
	ko.until(15*time.Second, ended)
	require.Equal(t, "✗ 서버 8개 중 3개를 확인해야 합니다.", run[string](ko, `document.getElementById('sum').innerText`))
	require.Contains(t, run[string](ko, `document.querySelectorAll('#servers tr')[4].innerText`), "인증 실패")
	ko.shot("ice-ko")
	ko.emulate(390, 844, "dark")
	ko.shot("ice-ko-phone")

	for _, secret := range []string{coturn.Password, "wrong-s3cret", "north-wind"} {
		require.NotContains(t, s.Output(), secret)
		require.NotContains(t, fmt.Sprint(report), secret)
	}
	require.Contains(t, s.Output(), "[ice] server fails")
}

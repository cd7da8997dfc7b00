package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/lab"
	"github.com/stretchr/testify/require"
)

// TestCuts: after any cut in the middle of playing, the picture moves again by itself in the best mode that is left,
// and WebRTC is back within a minute of its path.
func TestCuts(t *testing.T) {
	symmetric := lab.NAT{Symmetric: true}
	cases := []struct {
		name      string
		nat       lab.NAT // both routers'
		route     string
		cut, mend func(s *site)
		left      []string // the modes that may show the picture meanwhile; none where there is none to show
	}{
		{"TURN server gone", symmetric, "turn/udp", func(s *site) { s.turn.Kill() }, (*site).startTURN, []string{"mse"}},
		{
			"UDP dropped",
			lab.NAT{},
			"stun",
			func(s *site) { s.SetNAT(s.WebNAT, lab.NAT{BlockUDP: true}) },
			func(s *site) { s.SetNAT(s.WebNAT, lab.NAT{}) },
			[]string{"mse", "webrtc"},
		},
		{"camera gone", lab.NAT{}, "stun", (*site).stopCamera, (*site).startCamera, nil},
		{"camera unplugged", lab.NAT{}, "stun", func(s *site) { s.Unplug(s.Camera) }, func(s *site) { s.Plug(s.Camera) }, nil},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, lab.TURN{Username: "viewer", Password: "password of TURN"})
			s.SetNAT(s.BoxNAT, ca.nat)
			s.SetNAT(s.WebNAT, ca.nat)
			v := watch(t, s.Web, publicURL)
			before := v.plays(30*time.Second, "webrtc", ca.route)

			ca.cut(s)
			cut := time.Now()
			v.until(15*time.Second, "the picture stands", func(now seen) bool { return now.Now-now.Last > 1000 || len(now.Gaps) > len(before.Gaps) })
			if ca.left == nil {
				now := v.until(30*time.Second, "the page says it", func(now seen) bool { return strings.Contains(now.Text, "camera offline since ") })
				t.Logf("%s: said after %s: %q", ca.name, since(cut), now.Text)
			} else {
				now := v.until(15*time.Second, "it moves in another way", func(now seen) bool {
					return now.moving() && len(now.Gaps) > len(before.Gaps) && slices.Contains(ca.left, now.Playing)
				})
				stood := now.Gaps[len(now.Gaps)-1]
				t.Logf("%s: the picture stood for %.1f s, then by %s %s: %s", ca.name, (stood[1]-stood[0])/1000, now.Playing, now.Route, now.Reason)
				require.Less(t, stood[1]-stood[0], 10_000.)
				// a short cut would leave a session that only waits for the path
				s.box.Until(t, 20*time.Second, "the box gives the session up", func() bool { return s.sessions() == 0 })
			}

			ca.mend(s)
			mended := time.Now()
			now := v.plays(time.Minute, "webrtc", "")
			t.Logf("%s: webrtc %s is back after %s: %s", ca.name, now.Route, since(mended), now.Reason)
			require.Empty(t, now.Blanks, "nothing blinks: it said\n%s", strings.Join(now.Said, "\n"))
		})
	}
}

func since(start time.Time) time.Duration { return time.Since(start).Round(100 * time.Millisecond) }

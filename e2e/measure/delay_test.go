package measure

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// tolerance is how much later ours may be: one picture, the step in which a delay is seen at all.
const tolerance = float64(clockTick / time.Millisecond)

// hlsBound is what issue and README promise for HLS, in milliseconds.
const hlsBound = 5000

// modes are the ways to a screen, each by the page that its users open.
var modes = []struct {
	name string
	page map[string]string // by binary
	mode string            // as clock.js reports it, which cannot distinguish HLS from MSE on a page without our player
}{
	{"WebRTC", map[string]string{"upstream": "stream.html?src=clock&mode=webrtc", "ours": "stream.html?src=clock&mode=webrtc"}, "webrtc"},
	{"MSE", map[string]string{"upstream": "stream.html?src=clock&mode=mse", "ours": "stream.html?src=clock&mode=mse"}, "mse"},
	{"HLS", map[string]string{"upstream": "hls.html?src=clock&mp4", "ours": "stream.html?src=clock&mode=hls"}, "hls"},
}

// TestDelay: from the camera's picture to the screen, by the clock in it. Each round opens each page anew, and begins
// with the other binary than the round before.
func TestDelay(t *testing.T) {
	camera := newCamera(t)
	camera.publishClock()
	var servers []*server
	for _, b := range binaries(t) {
		servers = append(servers, start(t, b, fmt.Sprintf("streams: {clock: %sclock}\n", camera.rtsp)))
	}
	chromium := newBrowser(t, servers[len(servers)-1].get("hls.js")) // as our binary carries it

	ages := map[string][]float64{}
	for range rounds(4) {
		for _, mode := range modes {
			for _, s := range servers {
				want := mode.mode
				if s.name == "upstream" && want == "hls" {
					want = "mse"
				}
				got := chromium.ages(s.api+mode.page[s.name], want, span(6*time.Second, 0), span(10*time.Second, time.Second))
				require.NotEmpty(t, got, "%s of %s", mode.name, s.name)
				key := mode.name + s.name
				ages[key] = append(ages[key], got...)
				t.Logf("%s of %s: %d pictures, median %.0f ms", mode.name, s.name, len(got), quantile(got, .5))
			}
		}
		slices.Reverse(servers)
	}

	for _, mode := range modes {
		a, b := ages[mode.name+"ours"], ages[mode.name+"upstream"]
		// no clock of this machine is ahead of itself, and no picture is older than the longest of players' buffers
		require.Positive(t, quantile(a, .5), mode.name)
		require.Less(t, quantile(a, .5), 60_000.0, mode.name)
		if !long() {
			continue
		}
		table.add("delay from camera to screen, "+mode.name+": median (p95)",
			fmt.Sprintf("%.0f ms (%.0f), upstream %.0f ms (%.0f)", quantile(a, .5), quantile(a, .95), quantile(b, .5), quantile(b, .95)))
		if whole() {
			require.LessOrEqual(t, quantile(a, .5), quantile(b, .5)+tolerance, mode.name)
		}
	}
	if whole() {
		require.Less(t, quantile(ages["HLSours"], .5), float64(hlsBound))
	}
}

// rounds is how often a whole measure is repeated: once where it is a short one.
func rounds(n int) int {
	if !long() {
		return 1
	}
	return max(2, int(float64(n)/times()))
}

// quantile is the value that so many of the list, 0..1, do not reach.
func quantile(list []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

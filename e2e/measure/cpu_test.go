package measure

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

const (
	watching = 16   // WebRTC viewers of one stream, and cameras that are looked at beside it
	cpuBound = 1.03 // how much more processor time than upstream's binary they may cost
)

// turn is one way to serve the viewers, weighed in slices.
type turn struct {
	name      string
	viewed    *server
	processes []*server // whose processor time counts

	cpu, wall time.Duration
	bytes     int64
}

func (s *turn) cores() float64 { return s.cpu.Seconds() / s.wall.Seconds() }

func (s *turn) spent() (cpu time.Duration) {
	for _, process := range s.processes {
		cpu += process.cpu()
	}
	return cpu
}

// slice connects the viewers, and weighs what they cost from then on.
func (s *turn) slice(t testing.TB, length time.Duration) (cores float64) {
	t.Helper()
	v := view(t, s.viewed, "room", watching)
	<-time.After(span(3*time.Second, 0)) // handshakes are not what five minutes cost
	bytes, cpu, began := v.bytes.Load(), s.spent(), time.Now()
	<-time.After(length)
	bytes, cpu, wall := v.bytes.Load()-bytes, s.spent()-cpu, time.Since(began)
	s.bytes, s.cpu, s.wall = s.bytes+bytes, s.cpu+cpu, s.wall+wall
	t.Logf("%s: %.1f %% of a core, %.1f Mbit/s", s.name, 100*cpu.Seconds()/wall.Seconds(), float64(bytes)*8/1e6/wall.Seconds())
	v.close()
	process.Until(t, 20*time.Second, "the viewers are gone", func() bool { return len(s.viewed.stream("room").Consumers) == 0 })
	return cpu.Seconds() / wall.Seconds()
}

// compare weighs two ways for five minutes each, in turns, and returns the second's cost divided by the first's.
func compare(t testing.TB, theirs, ours *turn) float64 {
	t.Helper()
	const parts = 10
	length := span(5*time.Minute/parts, 3*time.Second)
	var each []float64
	for i := range parts {
		if i%2 == 0 {
			a := theirs.slice(t, length)
			each = append(each, ours.slice(t, length)/a)
		} else {
			b := ours.slice(t, length)
			each = append(each, b/theirs.slice(t, length))
		}
	}
	ratio := ours.cores() / theirs.cores()
	t.Logf("%s %.1f %%, %s %.1f %%: %.3f times, in single slices %.3f to %.3f", theirs.name, 100*theirs.cores(), ours.name, 100*ours.cores(),
		ratio, quantile(each, 0), quantile(each, 1))
	if whole() {
		require.InEpsilon(t, theirs.bytes, ours.bytes, .02, "not the same work")
		require.LessOrEqual(t, ratio, cpuBound)
	}
	return ratio
}

// seats looks at sixteen cameras of the clip, each with a seat where nobody sits: looks that find a change come closer
// together, and it is chance in which slice they fall.
func seats(t testing.TB, camera *server) string {
	t.Helper()
	model := file(t, "models", "yolox_nano.onnx")
	var streams, seats strings.Builder
	for i := range watching {
		fmt.Fprintf(&streams, "  cam%d: %sclip\n", i, camera.rtsp)
		fmt.Fprintf(&seats, "    A%d: {stream: cam%d, roi: [[0, 0], [0.02, 0], [0.02, 0.02], [0, 0.02]]}\n", i, i)
	}
	return streams.String() + "analytics:\n  store_id: test\n  model: {path: " + model + "}\n  seats:\n" + seats.String()
}

// TestViewersCPU: sixteen viewers by WebRTC, on upstream's binary and on ours in turns. Then sixteen other cameras are
// looked at all the time by ours, while the viewers watch upstream's beside it, or ours itself.
func TestViewersCPU(t *testing.T) {
	camera := newCamera(t)
	camera.publishRoom()
	config := fmt.Sprintf("streams:\n  room: %sroom\n", camera.rtsp)
	list := binaries(t)
	if !long() {
		s := start(t, list[0], config)
		moment := turn{name: "ours", viewed: s, processes: []*server{s}}
		moment.slice(t, time.Second)
		require.Positive(t, moment.cpu)
		return
	}
	upstream := start(t, list[0], config)
	theirs := &turn{name: "upstream", viewed: upstream, processes: []*server{upstream}}

	t.Run("off", func(t *testing.T) {
		s := start(t, list[1], config)
		ours := &turn{name: "ours", viewed: s, processes: []*server{s}}
		ratio := compare(t, theirs, ours)
		table.add(fmt.Sprintf("sixteen WebRTC viewers of a 1080p camera of 2 Mbit/s for %s", span(5*time.Minute, 0)),
			fmt.Sprintf("%.1f %% of a core, upstream %.1f %%: %.3f times", 100*ours.cores(), 100*theirs.cores(), ratio))
	})
	t.Run("on", func(t *testing.T) {
		camera.publishFile("clip", file(t, "models", "video", "one-by-one-person-detection.mp4"))
		s := start(t, list[1], config+seats(t, camera))
		process.Until(t, 60*time.Second, "all cameras are looked at", func() bool {
			for i := range watching {
				res, err := http.Get(fmt.Sprintf("%sapi/seats/frame.jpeg?src=cam%d", s.api, i))
				require.NoError(t, err)
				_ = res.Body.Close()
				if res.StatusCode != http.StatusOK {
					return false
				}
			}
			return true
		})
		beside := &turn{name: "upstream and ours that looks", viewed: upstream, processes: []*server{upstream, s}}
		both := &turn{name: "ours", viewed: s, processes: []*server{s}}
		ratio := compare(t, beside, both)
		table.add("the same while sixteen other cameras are looked at every 3 s",
			fmt.Sprintf("%.1f %% of a core, upstream and the looks in a process of their own %.1f %%: %.3f times", 100*both.cores(), 100*beside.cores(), ratio))
	})
}

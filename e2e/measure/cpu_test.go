package measure

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	watching = 16   // WebRTC viewers of one stream, and cameras that are looked at beside it
	cpuBound = 1.03 // how much more processor time than upstream's binary they may cost
)

// seats looks at sixteen cameras of the clip, each with a seat.
func seats(t testing.TB, camera *server) string {
	t.Helper()
	model := file(t, "models", "yolox_nano.onnx")
	var streams, seats strings.Builder
	for i := range watching {
		fmt.Fprintf(&streams, "  cam%d: %sclip\n", i, camera.rtsp)
		fmt.Fprintf(&seats, "    A%d: {stream: cam%d, roi: [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]]}\n", i, i)
	}
	return streams.String() + "analytics:\n  store_id: test\n  model: {path: " + model + "}\n  seats:\n" + seats.String()
}

// spent is processor time within wall time, and what was delivered for it.
type spent struct {
	cpu, wall time.Duration
	bytes     int64
}

// cores is how many processors were kept busy.
func (s spent) cores() float64 { return s.cpu.Seconds() / s.wall.Seconds() }

// weigh adds what a server spends in a slice of time, with n viewers.
func (s *spent) weigh(t testing.TB, on *server, n int, length time.Duration) {
	t.Helper()
	v := view(t, on, "room", n)
	defer v.close()
	<-time.After(span(3*time.Second, 0)) // handshakes are not what five minutes cost
	bytes, cpu, began := v.bytes.Load(), on.cpu(), time.Now()
	<-time.After(length)
	wall := time.Since(began)
	cpu = on.cpu() - cpu
	s.cpu += cpu
	s.wall += wall
	bytes = v.bytes.Load() - bytes
	s.bytes += bytes
	t.Logf("%s, %d viewers: %.1f %% of a core, %.1f Mbit/s", on.name, n, 100*cpu.Seconds()/wall.Seconds(), float64(bytes)*8/1e6/wall.Seconds())
	v.close()
	wait(t, 20*time.Second, "the viewers are gone", func() bool { return len(on.stream("room").Consumers) == 0 })
}

// TestViewersCPU: sixteen viewers by WebRTC, on upstream's binary and on ours in turns, for five minutes each; then on
// ours while it looks at sixteen other cameras, and those looks alone.
func TestViewersCPU(t *testing.T) {
	camera := newCamera(t)
	camera.publishFile("room", room(t))
	config := fmt.Sprintf("streams:\n  room: %sroom\n", camera.rtsp)
	list := binaries(t)
	our := start(t, list[len(list)-1], config)
	if !long() {
		var moment spent
		moment.weigh(t, our, watching, time.Second)
		require.Positive(t, moment.cpu)
		return
	}
	their := start(t, list[0], config)
	camera.publishFile("clip", file(t, "models", "video", "one-by-one-person-detection.mp4"))
	looks := seats(t, camera)

	const parts = 10
	slice := span(5*time.Minute/parts, 3*time.Second)
	var theirs, ours, both, alone spent
	for i := range parts {
		// the other first, each time
		turns := []func(){
			func() { theirs.weigh(t, their, watching, slice) },
			func() { ours.weigh(t, our, watching, slice) },
		}
		turns[i%2]()
		turns[1-i%2]()

		t.Run("looking", func(t *testing.T) {
			looking := start(t, binary{"ours, looking", list[len(list)-1].path}, config+looks)
			wait(t, 30*time.Second, "all cameras are looked at", func() bool {
				for i := range watching {
					if len(looking.stream(fmt.Sprintf("cam%d", i)).Consumers) == 0 {
						return false
					}
				}
				return true
			})
			turns = []func(){
				func() { alone.weigh(t, looking, 0, slice) },
				func() { both.weigh(t, looking, watching, slice) },
			}
			turns[i%2]()
			turns[1-i%2]()
		})
	}

	off := ours.cores() / theirs.cores()
	on := (both.cores() - alone.cores()) / theirs.cores()
	table.add("sixteen WebRTC viewers of a 1080p camera with 2 Mbit/s, five minutes",
		fmt.Sprintf("%.1f %% of a core, upstream %.1f %%: %.3f times", 100*ours.cores(), 100*theirs.cores(), off))
	table.add("the same while sixteen other cameras are looked at every 3 s",
		fmt.Sprintf("%.1f %%, of which the looks %.1f %%: the viewers cost %.3f times upstream's", 100*both.cores(), 100*alone.cores(), on))
	if whole() {
		// it is the same work that was weighed
		require.InEpsilon(t, theirs.bytes, ours.bytes, .02)
		require.InEpsilon(t, theirs.bytes, both.bytes, .02)
		require.LessOrEqual(t, off, cpuBound)
	}
}

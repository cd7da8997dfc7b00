package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// metric is the sum of a metric's samples over all labels.
func (s *server) metric(name string) (sum float64) {
	s.t.Helper()
	_, text := request(s.t, http.MethodGet, s.api+"api/metrics", "")
	for line := range strings.Lines(text) {
		var value float64
		if key, text, ok := strings.Cut(strings.TrimSpace(line), " "); ok && (key == name || strings.HasPrefix(key, name+"{")) {
			_, err := fmt.Sscan(text, &value)
			require.NoError(s.t, err, line)
			sum += value
		}
	}
	return sum
}

// TestStopWhileStarting: the API is the first of forty modules, so there is a time when it answers and the rest begins.
func TestStopWhileStarting(t *testing.T) {
	t.Parallel()
	s := newServer(t, "streams: {cam1: \"\"}\n"+card("cam1"))
	for range 3 {
		s.launch()
		s.wait(10*time.Second, "the API listens", func() bool { return strings.Contains(s.Output(), "[api] listen") })
		s.stop()
		require.Contains(t, s.Output(), "exit with signal: terminated")
	}
}

// TestDiskFull: a full disk costs looks, which are counted, and neither the streams nor what was acknowledged.
func TestDiskFull(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("needs to mount a disk of 1 MB, as root: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(disk, 0)) })
	source := cardCamera(t)
	s := newServer(t, source.asCam1()+card("cam1")+
		"  database: "+filepath.Join(disk, "seats.db")+"\n")
	s.start()
	s.wait(30*time.Second, "there is an event", func() bool { return len(s.events("seat_id=A")) > 0 })

	ballast := filepath.Join(disk, "ballast")
	fill := exec.Command("dd", "if=/dev/zero", "of="+ballast, "bs=4k", "status=none")
	require.Error(t, fill.Run(), "the disk is full")
	known := s.events("")
	s.wait(40*time.Second, "the log says it", func() bool { return strings.Contains(s.Output(), "no space is left on its disk") })
	require.NotZero(t, s.metric("go2rtc_analytics_look_failures_total"))
	require.Equal(t, http.StatusServiceUnavailable, s.get("api/seats/health", nil))
	require.Equal(t, http.StatusOK, s.get("api/frame.mp4?src=cam1", nil), "the stream plays")
	require.Subset(t, s.events(""), known)

	require.NoError(t, os.Remove(ballast))
	s.wait(40*time.Second, "there are more events", func() bool { return len(s.events("")) > len(known) })
	require.Subset(t, s.events(""), known)
	s.wait(10*time.Second, "the log says that it is over", func() bool { return strings.Contains(s.Output(), "look failed, over") })
	s.wait(10*time.Second, "it is healthy", func() bool { return s.get("api/seats/health", nil) == http.StatusOK })
	s.stop()
}

// TestHostileStream: a publisher that sends nonsense costs a few lines in the log and a count; when a camera takes its
// place, it is looked at.
func TestHostileStream(t *testing.T) {
	t.Parallel()
	s := newServer(t, "streams: {cam1: \"\"}\n"+card("cam1"))
	s.start()
	clip := process.Run(t, exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10:duration=3",
		"-c:v", "libx264", "-bf", "0", "-g", "5", "-f", "h264", "-"))

	publisher := publish(t, fmt.Sprintf("127.0.0.1:%d", s.rtsp), "cam1")
	chance := rand.New(rand.NewPCG(1, 2))
	sent := 0
	send := func(n int) {
		for range n {
			require.NoError(t, publisher.send(hostile(chance, clip, sent)))
			sent++
		}
	}
	for range 60 {
		send(50)
		time.Sleep(20 * time.Millisecond) // a camera's pace, not a condition: 1.2 s in all
	}
	s.wait(10*time.Second, "damage is counted", func() bool {
		send(50) // it goes on: a stream that had no source when it was asked for is asked for again some time later
		return s.metric("go2rtc_analytics_damaged_units_total")+s.metric("go2rtc_analytics_look_failures_total") > 0
	})
	require.Regexp(t, `\[analytics\] (damaged stream|look failed)`, s.Output())
	require.Less(t, strings.Count(s.Output(), "[analytics]"), 30, "lines are few")
	require.NoError(t, publisher.conn.Close())

	source := cardCamera(t)
	relays(t, source, s)
	s.wait(60*time.Second, "somebody sits down", func() bool { return len(s.events("seat_id=A&event_type=person_enter")) > 0 })
	s.stop()
}

// hostile is one RTP payload (RFC 6184) that no camera sends: noise, lying lengths, fragments of nothing, and true NAL
// units with bits flipped.
func hostile(chance *rand.Rand, clip []byte, i int) []byte {
	noise := make([]byte, chance.IntN(1200))
	for j := range noise {
		noise[j] = byte(chance.Uint32())
	}
	switch i % 6 {
	case 0:
		return noise
	case 1: // STAP-A whose sizes lie
		return append([]byte{24, 0xff, 0xff}, noise...)
	case 2: // FU-A, the middle of a unit that never began
		return append([]byte{28, 5}, noise...)
	case 3: // FU-A that begins and never ends
		return append([]byte{28, 0x85}, noise...)
	case 4:
		return nil
	}
	start := chance.IntN(len(clip) - 1200)
	unit := append([]byte{[]byte{0x67, 0x68, 0x65, 0x41}[chance.IntN(4)]}, clip[start:start+1+chance.IntN(1200)]...)
	unit[chance.IntN(len(unit))] ^= byte(1 << chance.IntN(8))
	return unit
}

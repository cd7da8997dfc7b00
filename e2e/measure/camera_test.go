package measure

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// newCamera is where both binaries pull their streams from: a server of its own, upstream's where that is built.
func newCamera(t testing.TB) *server {
	t.Helper()
	b := binaries(t)[0]
	return start(t, binary{"camera", b.path}, "streams: {clock: , room: , clip: }\n")
}

// publish is an ffmpeg that pushes what it makes into a stream of the camera.
func (s *server) publish(stream string, args []string) *exec.Cmd {
	args = append(append([]string{}, args...), "-f", "rtsp", "-rtsp_transport", "tcp", s.rtsp+stream)
	return exec.Command("ffmpeg", args...)
}

func (s *server) run(stream string, cmd *exec.Cmd) {
	s.t.Helper()
	p := process.Start(s.t, cmd)
	p.Until(s.t, 20*time.Second, stream+" is published", func() bool { return len(s.stream(stream).Producers) > 0 })
}

// publishClock shows the clock as stream "clock".
func (s *server) publishClock() {
	s.t.Helper()
	cmd := s.publish("clock", append(append([]string{}, raw...), x264...))
	in, err := cmd.StdinPipe()
	require.NoError(s.t, err)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = tick(in) // ends with ffmpeg
	}()
	s.t.Cleanup(func() { <-ended })
	s.run("clock", cmd)
}

// publishFile plays a file again and again, as it is coded.
func (s *server) publishFile(stream, path string) {
	s.t.Helper()
	s.run(stream, s.publish(stream, []string{"-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", path, "-an", "-c", "copy"}))
}

// room is a minute of a 1080p camera with 2 Mbit/s: a picture that moves, with noise, a keyframe every two seconds.
var room = sync.OnceValues(func() (string, error) {
	path := filepath.Join(bin, "room.mp4")
	args := strings.Fields("-v error -f lavfi -i testsrc2=size=1920x1080:rate=25,noise=alls=8:allf=t -t")
	args = append(args, fmt.Sprint(span(time.Minute, 4*time.Second).Truncate(2*time.Second).Seconds()))
	args = append(args, strings.Fields("-c:v libx264 -preset ultrafast -tune zerolatency -g 50 -b:v 2000k -maxrate 2000k -bufsize 2000k -pix_fmt yuv420p")...)
	if out, err := exec.Command("ffmpeg", append(args, path)...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("ffmpeg: %w: %s", err, out)
	}
	return path, nil
})

// publishRoom plays the room as stream "room".
func (s *server) publishRoom() {
	s.t.Helper()
	path, err := room()
	require.NoError(s.t, err)
	s.publishFile("room", path)
}

// file is one of the project's own, or the test is skipped: in make test real models and clips may be missing.
func file(t testing.TB, elem ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs %s, see models/README.md", filepath.Join(elem...))
	}
	return path
}

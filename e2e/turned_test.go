package e2e

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// TestTurnedCamera: a nudge of 10 pixels changes no seat. Of a camera that shows another room it is said, its seats keep
// what they were, and after it is back they change as ever.
func TestTurnedCamera(t *testing.T) {
	t.Parallel()
	// somebody stands at the table from 24.0 to 43.9; 9 s of it, 9 s nudged, 40 s of another room, and on with the first
	const parts = `[0:v]trim=22:31,setpts=PTS-STARTPTS,crop=748:412:10:10[a];` +
		`[0:v]trim=31:40,setpts=PTS-STARTPTS,crop=748:412:20:10[b];` +
		`[1:v]trim=0:39,setpts=PTS-STARTPTS,fps=10,scale=748:412,setsar=1[c];` +
		`[0:v]trim=36:52,setpts=PTS-STARTPTS,crop=748:412:20:10[d];[a][b][c][d]concat=n=4`
	clip := filepath.Join(t.TempDir(), "turned.mp4")
	process.Run(t, exec.Command("ffmpeg", "-v", "error", "-i", asset(t, "video", people), "-i", asset(t, "video", bottles),
		"-filter_complex", parts, "-an", "-c:v", "libx264", "-preset", "veryfast", "-g", "10", "-bf", "0", clip))
	tr := truthOf(t, people)
	for i, p := range tr.Seats[0].ROI {
		tr.Seats[0].ROI[i] = [2]float64{(p[0]*768 - 10) / 748, (p[1]*432 - 10) / 412}
	}
	source := camera(t, playing(clip))
	source.start()
	s := newServer(t, source.asCam1()+tr.config("1s", "10m", asset(t, "models", "yolox_nano.onnx"), false))
	s.start()
	said := func() string {
		if row := s.cameraRow(); row.Error != nil {
			return *row.Error
		}
		return ""
	}
	events := func() (out []string) {
		for _, e := range s.events("") {
			if e.SeatID != nil {
				out = append(out, e.EventType)
			}
		}
		return out
	}

	s.wait(25*time.Second, "somebody is there", func() bool { return len(events()) > 0 })
	s.wait(50*time.Second, "the camera was turned away", func() bool { return said() != "" })
	require.Equal(t, "the picture has moved, check the seats", said())
	require.Equal(t, []string{"person_enter"}, events(), "neither the nudge nor the other room changes a seat")
	s.wait(40*time.Second, "it is back", func() bool { return said() == "" })
	s.wait(25*time.Second, "who was there has gone", func() bool { return len(events()) > 1 })
	require.Equal(t, []string{"person_enter", "person_leave"}, events())
	s.stop()
	source.stop()
}

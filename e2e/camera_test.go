package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func kinds(events []event) (out []string) {
	for _, e := range events {
		if e.SeatID == nil {
			out = append(out, e.EventType)
		}
	}
	return out
}

// cameraRow is the first camera's, as GET api/seats has it.
func (s *server) cameraRow() (row cameraRow) {
	s.t.Helper()
	var view struct{ Cameras []cameraRow }
	require.Equal(s.t, http.StatusOK, s.get("api/seats", &view))
	require.NotEmpty(s.t, view.Cameras)
	return view.Cameras[0]
}

type cameraRow struct {
	Online      bool
	LastFrameAt *time.Time `json:"last_frame_at"`
	Error       *string
}

// TestCameraComesAndGoes: absent at the start, there, gone, there again; it is said each time, and looks go on.
func TestCameraComesAndGoes(t *testing.T) {
	t.Parallel()
	source := camera(t, cardSource(t))
	s := newServer(t, source.asCam1()+card("cam1"))
	s.start()
	told := func(want ...string) func() bool {
		return func() bool { return fmt.Sprint(kinds(s.events(""))) == fmt.Sprint(want) }
	}
	s.wait(20*time.Second, "the camera is offline", told("camera_offline"))
	require.Equal(t, http.StatusNotFound, s.get("api/seats/frame.jpeg?src=cam1", nil))

	source.start()
	s.wait(20*time.Second, "the camera is online", told("camera_offline", "camera_online"))
	s.wait(10*time.Second, "it is looked at", func() bool { return s.get("api/seats/frame.jpeg?src=cam1", nil) == http.StatusOK })

	source.stop()
	s.wait(30*time.Second, "the camera is offline again", told("camera_offline", "camera_online", "camera_offline"))
	require.Equal(t, http.StatusOK, s.get("api/seats/health", nil), "a camera that is away makes nobody unhealthy")

	// what is known of it is the same wherever one asks, and after a restart
	away := s.cameraRow()
	require.False(t, away.Online)
	require.NotNil(t, away.Error)
	require.WithinDuration(t, time.Now().Add(-12*time.Second), *away.LastFrameAt, 10*time.Second)
	require.Equal(t, *away.LastFrameAt, s.source("cam1").Since)
	s.stop()
	s.start()
	require.Equal(t, away.LastFrameAt, s.cameraRow().LastFrameAt)
	s.wait(15*time.Second, "its row is written again or stays", func() bool { return !s.cameraRow().Online })
	require.Equal(t, away.LastFrameAt, s.cameraRow().LastFrameAt)
	require.Equal(t, *away.LastFrameAt, s.source("cam1").Since)

	source.start()
	s.wait(30*time.Second, "the camera is back", told("camera_offline", "camera_online", "camera_offline", "camera_online"))
	s.stop()
}

// TestWhatIsMissingDoesNotStopTheStreams: a server streams without a model, and with any fault of the database.
func TestWhatIsMissingDoesNotStopTheStreams(t *testing.T) {
	t.Parallel()
	source := cardCamera(t)
	cases := []struct {
		name string
		make func(s *server)
		line string
	}{
		{"no model", func(s *server) {
			s.write(s.text() + "\n  model: {path: nowhere.onnx}\n")
		}, "nowhere.onnx is missing: `make models` fetches"},
		{"corrupt database", func(s *server) {
			require.NoError(t, os.WriteFile(filepath.Join(s.dir, "seats.db"), bytes.Repeat([]byte{0xff, 0}, 4096), 0o600))
		}, "database is corrupt, begun anew"},
		{"a text where the database should be", func(s *server) {
			require.NoError(t, os.WriteFile(filepath.Join(s.dir, "seats.db"), []byte("streams: {}\n"), 0o600))
		}, "it is no SQLite file"},
		{"a folder where the database should be", func(s *server) {
			require.NoError(t, os.Mkdir(filepath.Join(s.dir, "seats.db"), 0o700))
		}, "database, seats wait for it"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			section := card("cam1")
			if ca.name == "no model" {
				section = "analytics:\n  store_id: test\n  seats: {A: {stream: cam1, roi: [[0, 0], [1, 0], [1, 1]]}}\n"
			}
			s := newServer(t, source.asCam1()+section)
			ca.make(s)
			s.start()
			s.wait(10*time.Second, "the log says it", func() bool { return strings.Contains(s.Output(), ca.line) })
			require.Equal(t, http.StatusOK, s.get("api/seats", nil))
			s.wait(20*time.Second, "the stream plays", func() bool { return s.get("api/frame.mp4?src=cam1", nil) == http.StatusOK })
			s.stop()
		})
	}
}

// TestPasswordStaysInside: a camera whose URL cannot be read says why it is off without a piece of its password: in the
// API, on disk, from where Supabase gets it, and in the log.
func TestPasswordStaysInside(t *testing.T) {
	t.Parallel()
	s := newServer(t, "streams: {cam1: \"rtsp://admin:S3cret%zz@127.0.0.1:1/none\"}\n"+card("cam1"))
	s.start()
	s.wait(20*time.Second, "the camera is offline", func() bool { return s.cameraRow().Error != nil })
	said := *s.cameraRow().Error
	state := s.source("cam1")
	require.NotEmpty(t, state.Error)
	s.stop()
	places := map[string]string{"api/seats": said, "api/source": state.Error, "log": s.Output()}
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(filepath.Join(s.dir, "seats.db"+suffix))
		if err == nil {
			places["seats.db"+suffix] = string(b)
		}
	}
	for place, text := range places {
		require.NotContains(t, text, "S3cret", place)
		require.NotContains(t, text, "%zz", place)
	}
}

// TestPanickingSource: a source that panics in upstream's code costs its own camera, at each start, and no other.
func TestPanickingSource(t *testing.T) {
	t.Parallel()
	source := cardCamera(t)
	s := newServer(t, fmt.Sprintf("streams: {cam1: \"echo:\", cam2: \"rtsp://127.0.0.1:%d/clip\"}\n", source.rtsp)+card("cam1"))
	for range 2 {
		s.start()
		s.wait(20*time.Second, "the camera is offline", func() bool { return s.cameraRow().Error != nil })
		require.Contains(t, *s.cameraRow().Error, "echo:")
		s.wait(10*time.Second, "the other plays", func() bool { return s.source("cam2").Online })
		s.stop()
	}
}

// TestPlainServerLeavesNothing: without `analytics:` it is a go2rtc, also when it ends.
func TestPlainServerLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t, "streams: {cam1: \"rtsp://127.0.0.1:1/none\"}\n")
	s.start()
	s.stop()
	require.NotContains(t, s.Output(), "ERR")
	files, err := os.ReadDir(s.dir)
	require.NoError(t, err)
	require.Len(t, files, 1, "its configuration")
}

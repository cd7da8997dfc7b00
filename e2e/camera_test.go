package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
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

// TestCameraComesAndGoes: absent at the start, there, gone, there again; it is said each time, and looks go on.
func TestCameraComesAndGoes(t *testing.T) {
	t.Parallel()
	source := camera(t, cardSource(t))
	s := newServer(t, fmt.Sprintf("streams: {cam1: \"rtsp://127.0.0.1:%d/clip\"}\n", source.rtsp)+card("cam1"))
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
	var view struct {
		Cameras []struct {
			Online bool    `json:"online"`
			Error  *string `json:"error"`
		} `json:"cameras"`
	}
	s.get("api/seats", &view)
	require.False(t, view.Cameras[0].Online)
	require.Equal(t, http.StatusOK, s.get("api/seats/health", nil), "a camera that is away makes nobody unhealthy")
	require.NotNil(t, view.Cameras[0].Error)

	source.start()
	s.wait(30*time.Second, "the camera is back", told("camera_offline", "camera_online", "camera_offline", "camera_online"))
	s.stop()
}

// TestWhatIsMissingDoesNotStopTheStreams: an operator's server streams without a model, and whatever the database does.
func TestWhatIsMissingDoesNotStopTheStreams(t *testing.T) {
	t.Parallel()
	source := camera(t, cardSource(t))
	source.start()
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
			s := newServer(t, fmt.Sprintf("streams: {cam1: \"rtsp://127.0.0.1:%d/clip\"}\n", source.rtsp)+section)
			ca.make(s)
			s.start()
			s.wait(10*time.Second, "the log says it", func() bool { return contains(s.output(), ca.line) })
			require.Equal(t, http.StatusOK, s.get("api/seats", nil))
			s.wait(20*time.Second, "the stream plays", func() bool { return s.get("api/frame.mp4?src=cam1", nil) == http.StatusOK })
			s.stop()
		})
	}
}

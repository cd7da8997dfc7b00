package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSeatIsEdited: a running server is given a seat, sees a person in it, finds it again after a restart, and loses it
// again. The test card's person comes and goes every 30 s; about 40 s.
func TestSeatIsEdited(t *testing.T) {
	t.Parallel()
	source := cardCamera(t)
	s := newServer(t, fmt.Sprintf(`# the shop's
streams:
  cam1: "rtsp://127.0.0.1:%d/clip" # by the door
analytics:
  store_id: test   # ours
  interval: 500ms
  model: {path: %s}
`, source.rtsp, filepath.Join(root, "models", "testcard.onnx")))
	original := s.text()
	s.start()

	// an admin who draws a camera's first seat sees what is found in it
	ws := s.socket("")
	require.NoError(t, ws.SetReadDeadline(time.Now().Add(60*time.Second)))
	read := func(kind string, into any) {
		t.Helper()
		for {
			var m struct {
				Type  string          `json:"type"`
				Value json.RawMessage `json:"value"`
			}
			require.NoError(t, ws.ReadJSON(&m))
			if m.Type == kind {
				require.NoError(t, json.Unmarshal(m.Value, into))
				return
			}
		}
	}
	require.NoError(t, ws.WriteJSON(map[string]string{"type": "seats/look", "value": "cam1"}))
	var look struct {
		Width, Height int
		Boxes         []struct {
			SeatID *string `json:"seat_id"`
			Class  string
		}
	}
	read("seats/look", &look)
	require.Equal(t, [2]int{640, 360}, [2]int{look.Width, look.Height})
	require.NoError(t, ws.WriteJSON(map[string]any{"type": "seats/look", "value": ""}))
	require.NoError(t, ws.WriteJSON(map[string]string{"type": "seats"}))
	var all struct {
		Seats []struct {
			ID       string `json:"seat_id"`
			Revision string
		}
		Cameras []any
	}
	read("seats", &all)
	require.Empty(t, all.Seats)
	require.Empty(t, all.Cameras)

	const seat = `{"stream": "cam1", "name": "창가 \"1\"", "roi": [[0.226, 0.74], [0.351, 0.74], [0.351, 0.98], [0.226, 0.98]], "items_roi": [[0.351, 0.42], [0.514, 0.42], [0.514, 0.74], [0.351, 0.74]]}`
	status, said := request(t, http.MethodPut, s.api+"api/seats?id=A1", seat)
	require.Equal(t, http.StatusCreated, status, said)
	require.Equal(t, original+`  seats:
    A1:
      stream: cam1
      name: "창가 \"1\""
      roi: [[0.226, 0.74], [0.351, 0.74], [0.351, 0.98], [0.226, 0.98]]
      items_roi: [[0.351, 0.42], [0.514, 0.42], [0.514, 0.74], [0.351, 0.74]]
`, s.text())
	read("seats", &all)
	require.Len(t, all.Seats, 1, "the whole is sent again")
	var event struct {
		SeatID string `json:"seat_id"`
		Type   string `json:"event_type"`
	}
	read("seats/event", &event)
	require.Equal(t, "A1", event.SeatID)
	var cameras struct {
		Model   struct{ Family, Provider string }
		Cameras []struct {
			Online         bool
			LooksPerMinute int     `json:"looks_per_minute"`
			LastFrameAge   float64 `json:"last_frame_age"`
		}
	}
	require.Equal(t, http.StatusOK, s.get("api/seats/cameras", &cameras))
	require.NotEmpty(t, cameras.Model.Family)
	require.Equal(t, "cpu", cameras.Model.Provider)
	require.Positive(t, cameras.Cameras[0].LooksPerMinute)
	require.True(t, cameras.Cameras[0].Online)
	require.Equal(t, http.StatusOK, s.get("api/seats/frame.jpeg?src=cam1", nil))

	s.stop()
	s.start()
	require.Equal(t, http.StatusOK, s.get("api/seats", &all))
	require.Equal(t, "A1", all.Seats[0].ID)
	require.Len(t, s.events("seat_id=A1"), len(s.events("")), "its events are there")
	var history struct {
		Seats []struct{ Seen []int }
	}
	require.Equal(t, http.StatusOK, s.get("api/seats/history?days=7", &history))
	require.Len(t, history.Seats[0].Seen, 7*24)
	require.Positive(t, history.Seats[0].Seen[7*24-1])

	evil, _ := do(t, http.MethodDelete, s.api+"api/seats?id=A1", "", "Origin", "http://evil.example")
	require.Equal(t, http.StatusForbidden, evil.StatusCode)
	status, said = request(t, http.MethodDelete, s.api+"api/seats?id=A1&revision="+all.Seats[0].Revision, "")
	require.Equal(t, http.StatusNoContent, status, said)
	require.Equal(t, original, s.text())
	require.Equal(t, http.StatusOK, s.get("api/seats", &all))
	require.Empty(t, all.Seats)
	require.NotEmpty(t, s.events("seat_id=A1"), "its events stay")
	s.stop()
	require.Equal(t, original, s.text())
	source.stop()
}

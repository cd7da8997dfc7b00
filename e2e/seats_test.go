package e2e

import (
	"encoding/json"
	"fmt"
	"image/jpeg"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/models/testcard"
	"github.com/stretchr/testify/require"
)

// camera is a second go2rtc that serves a clip, or the test card, by RTSP, begun with its first viewer.
func camera(t testing.TB, source string) *server {
	t.Helper()
	return newServer(t, "streams:\n  clip: "+source+"\n")
}

// cardCamera is a running one that serves the test card's room.
func cardCamera(t testing.TB) *server {
	t.Helper()
	c := camera(t, cardSource(t))
	c.start()
	return c
}

func (s *server) clip() string { return fmt.Sprintf("rtsp://127.0.0.1:%d/clip", s.rtsp) }

// asCam1 is a section of streams with the camera's as cam1.
func (s *server) asCam1() string { return "streams: {cam1: \"" + s.clip() + "\"}\n" }

func playing(clip string) string {
	return fmt.Sprintf("exec:ffmpeg -v error -nostdin -re -i %s -c copy -rtsp_transport tcp -f rtsp {output}", clip)
}

// confirmation is how long after its first frame a change may come: two seconds of closer looks, and a slow machine.
const confirmation = 4 * time.Second

// TestClips: the events of the clips' true timelines. Clips that play in their own time, which is waiting, run beside
// replays, which are computing.
func TestClips(t *testing.T) {
	clipsThroughRTSP(t)
	replayPeople(t)
}

// clipsThroughRTSP: by way of a real RTSP connection into the database.
func clipsThroughRTSP(t *testing.T) {
	t.Helper()
	model := asset(t, "models", "yolox_nano.onnx")
	cases := []struct {
		clip, interval, abandoned string
		tolerance                 float64
		last                      time.Duration // of the clip that is judged
	}{
		{people, "1s", "10m", 1.5, 138 * time.Second},
		{people, "3s", "10m", 3.5, 138 * time.Second},
		{bottles, "1s", "4s", 1.5, 36 * time.Second},
	}
	for _, ca := range cases {
		t.Run("RTSP "+ca.clip+" "+ca.interval, func(t *testing.T) {
			t.Parallel()
			source := camera(t, playing(asset(t, "video", ca.clip)))
			source.start()
			tr := truthOf(t, ca.clip)
			s := newServer(t, source.asCam1()+tr.config(ca.interval, ca.abandoned, model, false))
			s.start()

			// the first look is at the first picture
			var first struct {
				Seats []struct {
					Since time.Time `json:"since"`
				} `json:"seats"`
				Cameras []struct {
					Online bool `json:"online"`
				} `json:"cameras"`
			}
			s.wait(15*time.Second, "the camera is online", func() bool {
				s.get("api/seats", &first)
				return first.Cameras[0].Online && s.get("api/seats/frame.jpeg?src=cam1", nil) == http.StatusOK
			})
			s.get("api/seats", &first)
			begin := first.Seats[0].Since
			time.Sleep(time.Until(begin.Add(ca.last + confirmation)))

			var got []told
			for _, e := range s.events("") {
				require.NotNil(t, e.SeatID, e.EventType)
				if at := e.Captured.Sub(begin); at < ca.last {
					got = append(got, told{at.Seconds(), *e.SeatID, e.EventType})
				}
			}
			tr.compare(t, got, ca.tolerance)
			s.stop()
			source.stop()
		})
	}
}

// card is an analytics section with the test card's seats, looked at every half second.
func card(stream string) string {
	return fmt.Sprintf(`analytics:
  store_id: test
  interval: 500ms
  abandoned_after: 5s
  model: {path: %s}
  seats:
    A:
      stream: %s
      roi: [[0.226, 0.740], [0.351, 0.740], [0.351, 0.980], [0.226, 0.980]]
      items_roi: [[0.351, 0.420], [0.514, 0.420], [0.514, 0.740], [0.351, 0.740]]
`, filepath.Join(root, "models", "testcard.onnx"), stream)
}

// TestOutside: what a dashboard sees of one seat that is taken.
func TestOutside(t *testing.T) {
	t.Parallel()
	source := cardCamera(t)
	s := newServer(t, source.asCam1()+card("cam1"))
	s.start()
	require.Equal(t, http.StatusNotFound, s.get("api/seats/frame.jpeg?src=nobody", nil))
	require.Equal(t, http.StatusBadRequest, s.get("api/seats/events?limit=0", nil))
	require.Equal(t, http.StatusBadRequest, s.get("api/seats/events?event_type=party", nil))
	require.Equal(t, http.StatusBadRequest, s.get("api/seats/events?before=yesterday", nil))

	ws := s.socket("")
	require.NoError(t, ws.WriteJSON(map[string]string{"type": "seats"}))
	require.NoError(t, ws.SetReadDeadline(time.Now().Add(40*time.Second)))
	seen := map[string]string{}
	for seen["seats/event"] == "" {
		var m struct {
			Type  string         `json:"type"`
			Value map[string]any `json:"value"`
		}
		require.NoError(t, ws.ReadJSON(&m))
		switch m.Type {
		case "seats":
			require.Len(t, m.Value["seats"], 1)
			for _, row := range m.Value["cameras"].([]any) {
				if row.(map[string]any)["online"] == true {
					seen["seats/camera"] = "there already"
				}
			}
		case "seats/status":
			seen[m.Type] = m.Value["status"].(string)
			continue
		case "seats/event":
			require.Equal(t, "person_enter", m.Value["event_type"])
		}
		seen[m.Type] = m.Type
	}
	require.Contains(t, seen, "seats")
	require.Contains(t, seen, "seats/camera")
	require.Equal(t, "occupied", seen["seats/status"])

	events := s.events("seat_id=A")
	require.Len(t, events, 1)
	_, frame := request(t, http.MethodGet, s.api+"api/seats/frame.jpeg?src=cam1", "")
	img, err := jpeg.Decode(strings.NewReader(frame))
	require.NoError(t, err)
	require.Equal(t, 640, img.Bounds().Dx())
	require.Contains(t, s.Output(), "[analytics] detected event=person_enter seat=A status=occupied stream=cam1")
	require.Contains(t, s.Output(), "test card")

	// what was known is known after a restart
	s.stop()
	s.start()
	var after struct {
		Seats []struct {
			Status string `json:"status"`
		} `json:"seats"`
	}
	s.get("api/seats", &after)
	require.Equal(t, "occupied", after.Seats[0].Status)
	require.Equal(t, events, s.events("seat_id=A")[:1])
}

// cardSource plays the test card's room, a whole timetable in half a minute.
func cardSource(t testing.TB) string {
	t.Helper()
	return roomSource(t, testcard.Room{Width: 640, Height: 360, Rate: 10, Period: 30 * time.Second, Realtime: true})
}

func roomSource(t testing.TB, room testcard.Room) string {
	t.Helper()
	require.NoError(t, room.Validate())
	args := room.Args("h264", "-rtsp_transport", "tcp", "-f", "rtsp", "{output}")
	for i, arg := range args {
		if strings.ContainsAny(arg, " '") {
			args[i] = `"` + arg + `"`
		}
	}
	b, err := json.Marshal("exec:ffmpeg " + strings.Join(args, " "))
	require.NoError(t, err)
	return string(b)
}

package analytics

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// desk is a module on a configuration file, with streams that have no publisher, and without a model.
type desk struct {
	*Analytics
	t    testing.TB
	path string
}

const deskText = `# the shop
streams: {cam1: "rtsp://${SEATS_TEST_USER:admin}@127.0.0.1:1/1", cam2: rtsp://127.0.0.1:1/2}
analytics:
  store_id: shop   # ours
  model: {path: none.onnx}
  seats:
    # by the window
    A:
      stream: cam1
      name: Window 1 # old
      roi: [[0, 0.5], [0.5, 0.5], [0.5, 1], [0, 1]]
      anchor: foot
    B: {stream: cam1, roi: [[0.5, 0.5], [1, 0.5], [1, 1], [0.5, 1]]}
`

func newDesk(t testing.TB, text string) *desk {
	t.Helper()
	log = zerolog.Nop()
	d := &desk{t: t, path: filepath.Join(t.TempDir(), "go2rtc.yaml")}
	if text != "" {
		require.NoError(t, os.WriteFile(d.path, []byte(text), 0o600))
	}
	for _, name := range []string{"cam1", "cam2", "passing"} {
		_, err := streams.New(name)
		require.NoError(t, err)
	}
	c := config.Default()
	c.Model.Path = "none.onnx"
	if text != "" {
		var err error
		c, err = config.Load(d.path, creds.ReplaceVars)
		require.NoError(t, err)
	}
	d.run(c)
	t.Cleanup(func() { d.close() })
	return d
}

func (d *desk) run(c config.Config) {
	d.Analytics = newAnalytics(c, d.path, map[string]any{"cam1": nil})
	require.NoError(d.t, d.begin())
	d.open()
	d.start()
}

// again is another start on the same files.
func (d *desk) again(t testing.TB) {
	t.Helper()
	d.close()
	c, err := config.Load(d.path, creds.ReplaceVars)
	require.NoError(t, err)
	d.run(c)
}

func (d *desk) store() *store.DB {
	d.t.Helper()
	db, err := d.ledger.DB()
	require.NoError(d.t, err)
	return db
}

// isSaved requires that the next start would read the seats that are in force.
func (d *desk) isSaved() {
	d.t.Helper()
	read, err := config.Load(d.path, creds.ReplaceVars)
	require.NoError(d.t, err)
	var inFile, inForce []string
	for i := range read.Seats {
		inFile = append(inFile, read.Seats[i].Revision())
	}
	for _, s := range d.snapshot().Seats {
		inForce = append(inForce, s.Revision)
	}
	require.ElementsMatch(d.t, inFile, inForce)
}

func (d *desk) rows() []store.SeatRow {
	d.t.Helper()
	rows, err := d.store().Seats(d.t.Context(), "shop")
	require.NoError(d.t, err)
	return rows
}

// ask sends a request with headers, and gives the answer.
func (d *desk) ask(method, path, body string, headers ...string) (status int, text string, header http.Header) {
	d.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	map[string]http.HandlerFunc{
		"/api/seats": d.apiSeats, "/api/seats/history": d.apiHistory, "/api/seats/cameras": d.apiCameras,
		"/api/seats/boxes": d.apiBoxes, "/api/seats/proposals": d.apiProposals, "/api/seats/outbox": d.apiOutbox,
		"/api/seats/health": d.apiHealth, "/api/seats/frame.jpeg": d.apiFrame,
		"/api/seats/status": d.apiStatus, "/api/seats/empty": d.apiEmpty,
	}[r.URL.Path](w, r)
	return w.Code, strings.TrimSpace(w.Body.String()), w.Header()
}

// want is ask that requires a status; it returns the body.
func (d *desk) want(want int, method, path, body string, headers ...string) string {
	d.t.Helper()
	status, text, _ := d.ask(method, path, body, headers...)
	require.Equal(d.t, want, status, text)
	return text
}

// get decodes a reply of 200.
func (d *desk) get(path string, to any) {
	d.t.Helper()
	require.NoError(d.t, json.Unmarshal([]byte(d.want(http.StatusOK, "GET", path, "")), to))
}

func (d *desk) text() string {
	d.t.Helper()
	b, err := os.ReadFile(d.path)
	require.NoError(d.t, err)
	return string(b)
}

func (d *desk) seatView(id string) *seatView {
	d.t.Helper()
	for _, s := range d.snapshot().Seats {
		if s.SeatID == id {
			return &s
		}
	}
	return nil
}

// looks decides and commits as package look does, with made-up detections.
func (d *desk) looks(stream string, at time.Time, n int, found ...seat.Detection) time.Time {
	d.t.Helper()
	require.NoError(d.t, d.ledger.Open())
	for range n {
		require.NoError(d.t, observe(d.Analytics, d.plan.Load().camera(stream), at, found))
		at = at.Add(time.Second)
	}
	return at
}

// observe is one look of a camera with these detections.
func observe(a *Analytics, c *look.Camera, at time.Time, found []seat.Detection) error {
	c.Hold()
	defer c.Release()
	return c.Seats().Observe(at, at, found, a.ledger.Commit)
}

func states(t testing.TB, c *look.Camera) (list []seat.State) {
	t.Helper()
	memories, err := c.Memories()
	require.NoError(t, err)
	for _, m := range memories {
		var s seat.State
		require.NoError(t, json.Unmarshal(m.State, &s))
		list = append(list, s)
	}
	return list
}

// mediaTime is the time of the camera's last look in the database.
func mediaTime(c *look.Camera) (at time.Time, err error) {
	at = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	memories, err := c.Memories()
	for _, m := range memories {
		var s seat.State
		if err = json.Unmarshal(m.State, &s); err == nil && s.LookedAt.After(at) {
			at = s.LookedAt
		}
	}
	return at, err
}

var (
	left   = seat.ROI{{X: 0, Y: .5}, {X: .5, Y: .5}, {X: .5, Y: 1}, {X: 0, Y: 1}}
	right  = seat.ROI{{X: .5, Y: .5}, {X: 1, Y: .5}, {X: 1, Y: 1}, {X: .5, Y: 1}}
	person = seat.Detection{Class: seat.Person, Confidence: .8651, Box: seat.Box{X0: .2, Y0: .2, X1: .3, Y1: .9}}
	book   = seat.Detection{Class: "book", Confidence: .5, Box: seat.Box{X0: .6, Y0: .6, X1: .7, Y1: .7}}
)

func testConfig() config.Config {
	c := config.Default()
	c.StoreID, c.Interval, c.AbandonedAfter = "test", time.Second, 10*time.Second
	c.Seats = []config.Seat{{ID: "A", Stream: "cam1", ROI: left}, {ID: "B", Stream: "cam1", ROI: right}}
	return c
}

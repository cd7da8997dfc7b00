package analytics

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// desk is a module on a configuration file, with streams that nobody sends, and without a model.
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
	was := app.ConfigPath
	app.ConfigPath = d.path
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
	d.Analytics = newAnalytics(c)
	require.NoError(t, d.begin(map[string]any{"cam1": nil}))
	d.start()
	t.Cleanup(func() {
		d.close()
		app.ConfigPath = was
	})
	return d
}

// ask sends a request with headers, and gives the answer.
func (d *desk) ask(method, path, body string, headers ...string) (status int, text string, header http.Header) {
	d.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	switch r.URL.Path {
	case "/api/seats":
		d.apiSeats(w, r)
	case "/api/seats/history":
		d.apiHistory(w, r)
	case "/api/seats/cameras":
		d.apiCameras(w, r)
	case "/api/seats/boxes":
		d.apiBoxes(w, r)
	case "/api/seats/proposals":
		d.apiProposals(w, r)
	}
	return w.Code, strings.TrimSpace(w.Body.String()), w.Header()
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

// looks decides and commits as look does, with what was found made up.
func (d *desk) looks(stream string, at time.Time, n int, found ...seat.Detection) time.Time {
	d.t.Helper()
	for range n {
		c := d.layout.Load().camera(stream)
		require.NoError(d.t, d.remember())
		c.looking.Lock()
		decision, err := c.watch.decide(at, at, found)
		if err == nil {
			err = d.commit(&decision.change)
		}
		if err == nil {
			c.watch.become(decision)
		}
		c.looking.Unlock()
		require.NoError(d.t, err)
		at = at.Add(time.Second)
	}
	return at
}

package analytics

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/sink/sinktest"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

func TestFullOutboxIsSaid(t *testing.T) {
	var said bytes.Buffer
	defer func(before zerolog.Logger) { log = before }(log)
	log = zerolog.New(&said)
	db, err := store.Open(filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	boxes, err := db.OpenOutboxes(t.Context(), 100, store.Outlet{Name: "supabase"})
	require.NoError(t, err)
	l := newLevel("supabase", boxes[0])
	now := time.Now()
	lines := func(text string) int { return strings.Count(said.String(), text) }
	add := func(n int) {
		require.NoError(t, db.Commit(t.Context(), &store.Change{Events: sinktest.Events(n)}))
		l.look(now)
	}

	add(89)
	require.Empty(t, said.String())
	for range 5 {
		add(1)
	}
	require.Equal(t, 1, lines("nearly full"))
	add(10)
	add(10)
	require.Equal(t, 1, lines("outbox full"), "once a minute")
	now = now.Add(time.Minute)
	add(10)
	require.Equal(t, 2, lines("outbox full"))
	_, _, dropped := boxes[0].Level()
	require.Equal(t, 24, dropped)

	b, err := boxes[0].Pending(t.Context(), store.DetectionEvents, 60)
	require.NoError(t, err)
	require.NoError(t, boxes[0].Ack(t.Context(), b))
	l.look(now)
	require.Equal(t, 1, lines("over"))
}

// TestOutboxAPI: what was pending when the program ended is shown, and what nobody can answer is said.
func TestOutboxAPI(t *testing.T) {
	defer func(before string) { app.ConfigPath = before }(app.ConfigPath)
	app.ConfigPath = filepath.Join(t.TempDir(), "go2rtc.yaml")
	ask := func(a *Analytics, method, query string) (int, string) {
		w := httptest.NewRecorder()
		a.apiOutbox(w, httptest.NewRequestWithContext(t.Context(), method, "/api/seats/outbox"+query, http.NoBody))
		return w.Code, w.Body.String()
	}
	a := newAnalytics(testConfig())
	code, text := ask(a, http.MethodGet, "")
	require.Equal(t, http.StatusOK, code)
	require.JSONEq(t, `{"sinks": []}`, text)

	c := testConfig()
	c.Webhook = config.Webhook{URL: "http://127.0.0.1:1/x", Secret: "a-secret-of-tests"} // nobody is there
	a = newAnalytics(c)
	require.NoError(t, a.remember())
	defer a.close()
	require.NoError(t, a.commit(&store.Change{Events: sinktest.Events(3)}))
	_, text = ask(a, http.MethodGet, "")
	var reply struct {
		Sinks []struct {
			Sink    string
			Pending map[string]int
			Bound   int
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text), &reply), text)
	require.Len(t, reply.Sinks, 1, text)
	require.Equal(t, "webhook", reply.Sinks[0].Sink)
	require.Equal(t, 3, reply.Sinks[0].Pending["detection_events"])
	require.Equal(t, 1_000_000, reply.Sinks[0].Bound)

	code, text = ask(a, http.MethodPost, "?retry=webhook")
	require.Equal(t, http.StatusOK, code)
	require.JSONEq(t, `{"retried": 0}`, text)
	code, text = ask(a, http.MethodPost, "?retry=supabase")
	require.Equal(t, http.StatusBadRequest, code)
	require.Contains(t, text, `no sink "supabase" is configured`)
	code, _ = ask(a, http.MethodDelete, "")
	require.Equal(t, http.StatusMethodNotAllowed, code)
}

package analytics

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/sink/sinktest"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

// TestOutboxAPI: what was pending when the program ended is shown, and what nobody can answer is said.
func TestOutboxAPI(t *testing.T) {
	path := filepath.Join(t.TempDir(), "go2rtc.yaml")
	ask := func(a *Analytics, method, query string) (int, string) {
		w := httptest.NewRecorder()
		a.apiOutbox(w, httptest.NewRequestWithContext(t.Context(), method, "/api/seats/outbox"+query, http.NoBody))
		return w.Code, w.Body.String()
	}
	a := newAnalytics(testConfig(), path, nil)
	code, text := ask(a, http.MethodGet, "")
	require.Equal(t, http.StatusOK, code)
	require.JSONEq(t, `{"sinks": []}`, text)

	c := testConfig()
	c.Webhook = config.Webhook{URL: "http://127.0.0.1:1/x", Secret: "a-secret-of-tests"} // nobody is there
	a = newAnalytics(c, path, nil)
	require.NoError(t, a.ledger.Open())
	defer a.close()
	require.NoError(t, a.ledger.Commit(&store.Change{Events: sinktest.Events(3)}))
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

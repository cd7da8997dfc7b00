package analytics

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/sink/sinktest"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

// TestOutboxAPI: what was pending when the program ended is shown, and a request that cannot be answered gets an error.
func TestOutboxAPI(t *testing.T) {
	path := filepath.Join(t.TempDir(), "go2rtc.yaml")
	d := desk{Analytics: newAnalytics(testConfig(), path, nil), t: t}
	require.JSONEq(t, `{"sinks": []}`, d.want(http.StatusOK, "GET", "/api/seats/outbox", ""))

	c := testConfig()
	c.Webhook = config.Webhook{URL: "http://127.0.0.1:1/x", Secret: "a-secret-of-tests"} // no listener
	d.Analytics = newAnalytics(c, path, nil)
	require.NoError(t, d.ledger.Open())
	defer d.close()
	require.NoError(t, d.ledger.Commit(&store.Change{Events: sinktest.Events(3)}))
	var reply struct {
		Sinks []struct {
			Sink    string
			Pending map[string]int
			Bound   int
		}
	}
	d.get("/api/seats/outbox", &reply)
	require.Len(t, reply.Sinks, 1)
	require.Equal(t, "webhook", reply.Sinks[0].Sink)
	require.Equal(t, 3, reply.Sinks[0].Pending["detection_events"])
	require.Equal(t, 1_000_000, reply.Sinks[0].Bound)

	require.JSONEq(t, `{"retried": 0}`, d.want(http.StatusOK, "POST", "/api/seats/outbox?retry=webhook", ""))
	text := d.want(http.StatusBadRequest, "POST", "/api/seats/outbox?retry=supabase", "")
	require.Contains(t, text, `no sink "supabase" is configured`)
	d.want(http.StatusMethodNotAllowed, "DELETE", "/api/seats/outbox", "")
}

package sink_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/sink"
	"github.com/AlexxIT/go2rtc/seats/analytics/sink/sinktest"
	"github.com/AlexxIT/go2rtc/seats/e2e/supabase"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	code := m.Run()
	supabase.Close()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

const secretKey = "sb_secret_0123456789abcdef"

// postgrest reads rows as PostgREST does, and holds the request to what it needs.
func postgrest(r *http.Request, body []byte) (ids []string, err error) {
	if r.Header.Get("Apikey") != secretKey || r.Header.Get("Authorization") != "" {
		return nil, fmt.Errorf("keys: %v", r.Header)
	}
	if r.Method == http.MethodGet && len(body) == 0 {
		return nil, nil
	}
	if r.Method == http.MethodDelete {
		query := r.URL.Query()
		id, ok := strings.CutPrefix(query.Get("seat_id"), "eq.")
		if !ok || r.URL.Path != "/rest/v1/seat_status" || query.Get("store_id") != "eq.s" || len(query) != 2 || len(body) > 0 || r.Header.Get("Prefer") != "return=minimal" {
			return nil, fmt.Errorf("%s %s %s %s", r.Method, r.URL, r.Header.Get("Prefer"), body)
		}
		return []string{id}, nil
	}
	if r.Method != http.MethodPost || r.URL.Path != "/rest/v1/detection_events" || r.URL.Query().Get("on_conflict") != "id" ||
		r.Header.Get("Prefer") != "return=minimal,resolution=ignore-duplicates" {
		return nil, fmt.Errorf("%s %s %s", r.Method, r.URL, r.Header.Get("Prefer"))
	}
	var rows []struct{ ID string }
	err = json.Unmarshal(body, &rows)
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids, err
}

func newSupabase(t testing.TB, url, key string) *sink.Supabase {
	t.Helper()
	s, err := sink.NewSupabase(url, key)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func TestSupabase(t *testing.T) {
	sinktest.Run(t, sinktest.Suite{
		New: func(t testing.TB, url string) sink.Sink {
			t.Helper()
			s := newSupabase(t, url+"/", secretKey)
			s.Timeout = sinktest.Timeout
			return s
		},
		Keep: postgrest, Secret: secretKey, Statuses: true,
		Poison: `{"code": "22P05", "message": "unsupported Unicode escape sequence", "details": null, "hint": null}`,
	})
}

const hookSecret = "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ="

// receiver verifies as the receivers' library does.
func receiver(r *http.Request, body []byte) (ids []string, err error) {
	if r.Method == http.MethodHead {
		return nil, nil
	}
	verifier, err := standardwebhooks.NewWebhook(hookSecret)
	if err == nil {
		err = verifier.Verify(body, r.Header)
	}
	var n struct {
		Data struct{ Events []struct{ ID string } }
	}
	if err == nil {
		err = json.Unmarshal(body, &n)
	}
	for _, e := range n.Data.Events {
		ids = append(ids, e.ID)
	}
	return ids, err
}

func TestWebhook(t *testing.T) {
	sinktest.Run(t, sinktest.Suite{
		New: func(t testing.TB, url string) sink.Sink {
			t.Helper()
			w, err := sink.NewWebhook(url+"/T0/hidden-path", hookSecret)
			require.NoError(t, err)
			w.Timeout = sinktest.Timeout
			t.Cleanup(w.Close)
			return w
		},
		Keep: receiver, Secret: "hidden-path", Poison: "event 3 is not for us",
	})
}

// TestRefusedAddresses: no sink is made of what cannot be used.
func TestRefusedAddresses(t *testing.T) {
	const good = "https://abc.supabase.co"
	_, err := sink.NewSupabase(good, "")
	require.EqualError(t, err, "key: is required")
	_, err = sink.NewWebhook(good, "whsec_!")
	require.EqualError(t, err, "secret: begins with whsec_, so base64 is expected to follow")
}

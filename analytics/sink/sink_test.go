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
	if r.Method == http.MethodGet {
		if len(body) > 0 {
			return nil, fmt.Errorf("GET with a body: %s", body)
		}
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

func TestSupabase(t *testing.T) {
	sinktest.Run(t, sinktest.Suite{
		New: func(t testing.TB, url string) sink.Sink {
			t.Helper()
			s, err := sink.NewSupabase(url+"/", secretKey)
			require.NoError(t, err)
			s.Timeout = sinktest.Timeout
			t.Cleanup(s.Close)
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

func TestAddresses(t *testing.T) {
	const good = "https://abc.supabase.co"
	anon := "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2ln"
	service := "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2ln"
	cases := []struct{ name, url, key, want string }{
		{"good", good, secretKey, ""},
		{"legacy", good, service, ""},
		{"slash at the end", good + "//", secretKey, ""},
		{"prefix", "https://store.example.com/supabase/", secretKey, ""},
		{"loopback", "http://127.0.0.1:54321", secretKey, ""},
		{"does not parse", "https://a b.co", secretKey, "url: does not parse: invalid character \" \" in host name"},
		{"bad escape", "https://abc.co/%zz", secretKey, "url: does not parse: invalid URL escape \"%zz\""},
		{"control character", "https://abc.co/\x7f", secretKey, "url: does not parse: net/url: invalid control character in URL"},
		{"no scheme", "abc.supabase.co", secretKey, "url: wants https:// at its beginning"},
		{"another scheme", "ftp://abc.supabase.co", secretKey, "url: wants https:// at its beginning"},
		{"no host", "https:///x", secretKey, "url: has no host"},
		{"http", "http://abc.supabase.co", secretKey, "url: is http: and leads off this machine, so everybody on the way could read the key: wants https:"},
		{"rest", good + "/rest/v1/", secretKey, "url: wants the project's URL, such as https://abc.supabase.co, without /rest/v1, has \"https://abc.supabase.co/rest/v1/\""},
		{"query", good + "?a=b", secretKey, "url: wants the project's URL, such as https://abc.supabase.co, without ? and #"},
		{"user", "https://u:p@abc.supabase.co", secretKey, "url: must not hold a user or password"},
		{"no url", "", secretKey, "url: is required"},
		{"no key", good, "", "key: is required"},
		{"line break", good, secretKey + "\n", "key: holds a line break, wants one line"},
		{"space", good, "sb_secret_ x", "key: holds a space or another character that no key has"},
		{"publishable", good, "sb_publishable_x", "key: is a publishable key, which must not write: wants the project's secret key, sb_secret_… or the service_role JWT"},
		{"anon", good, anon, "key: is a JWT of role \"anon\", which must not write: wants the project's secret key, sb_secret_… or the service_role JWT"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			address, err := sink.ParseSupabase(ca.url, ca.key)
			if ca.want == "" {
				require.NoError(t, err)
				require.False(t, strings.HasSuffix(address, "/"), address)
				s, errNew := sink.NewSupabase(ca.url, ca.key)
				require.NoError(t, errNew)
				s.Close()
				return
			}
			require.EqualError(t, err, ca.want)
			_, err = sink.NewSupabase(ca.url, ca.key)
			require.EqualError(t, err, ca.want)
		})
	}
	_, err := sink.NewWebhook(good, "whsec_!")
	require.EqualError(t, err, "secret: begins with whsec_, so base64 is expected to follow")
	_, err = sink.NewWebhook(good, "")
	require.EqualError(t, err, "secret: is required")
}

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/AlexxIT/go2rtc/seats/e2e/supabase"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
)

// hook is a receiver that verifies what it gets.
type hook struct {
	*httptest.Server
	mu      sync.Mutex
	notices []notice
	problem error
}

type notice struct {
	Type, Text string
	Data       struct{ Events []event }
}

func newHook(t testing.TB, secret string) *hook {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhookRaw([]byte(secret))
	require.NoError(t, err)
	h := &hook{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			return
		}
		body, _ := io.ReadAll(r.Body)
		var n notice
		err := verifier.Verify(body, r.Header)
		if err == nil {
			err = json.Unmarshal(body, &n)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		h.notices = append(h.notices, n)
		if err != nil {
			h.problem = err
		}
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *hook) got() ([]notice, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]notice(nil), h.notices...), h.problem
}

// TestOutage: an NVR drops out while the cloud is away. The operator's phone is notified once; the server is killed,
// the cloud comes back, and everything arrives. Keys are nowhere but in requests.
func TestOutage(t *testing.T) {
	const cameras, hookSecret = 16, "a-secret-of-the-hook"
	stack := supabase.Start(t, supabase.NewKeys())
	conn := stack.Connect(t)
	h := newHook(t, hookSecret)
	t.Setenv("SUPABASE_URL", stack.Proxy.URL+"/")
	t.Setenv("SUPABASE_SERVICE_ROLE_KEY", stack.Keys.Secret)
	t.Setenv("WEBHOOK_SECRET", hookSecret)
	nvr := freeport.Take(t) // no listener
	var config strings.Builder
	config.WriteString("log: {level: trace}\nstreams:\n")
	for i := range cameras {
		fmt.Fprintf(&config, "  cam%d: rtsp://127.0.0.1:%d/%d\n", i+1, nvr, i+1)
	}
	config.WriteString("analytics:\n  store_id: s\n  supabase: {url: \"${SUPABASE_URL}\", key: \"${SUPABASE_SERVICE_ROLE_KEY}\"}\n")
	fmt.Fprintf(&config, "  webhook: {url: %s/hidden, secret: \"${WEBHOOK_SECRET}\"}\n  seats:\n", h.URL)
	for i := range cameras {
		fmt.Fprintf(&config, "    A%d: {stream: cam%d, roi: [[0, 0], [1, 0], [1, 1]]}\n", i+1, i+1)
	}
	stack.Proxy.Set(supabase.Refused)
	s := newServer(t, config.String())
	s.start()
	s.wait(30*time.Second, "the hook is told", func() bool { notices, _ := h.got(); return len(notices) > 0 })
	require.Len(t, s.events(""), cameras)
	s.wait(5*time.Second, "the outbox says what is wrong", func() bool {
		return strings.Contains(s.outbox(), `"kind":"transient"`)
	})
	s.wait(5*time.Second, "the server knows that the hook was told", func() bool {
		return strings.Contains(s.outbox(), `"sent":{"detection_events":16}`)
	})
	require.Contains(t, s.outbox(), `"detection_events":16`)
	s.Kill()
	said := s.Output()

	s.start()
	stack.Proxy.Set(supabase.Portal)
	count := func(query string) (n int) {
		require.NoError(t, conn.QueryRow(t.Context(), query).Scan(&n))
		return n
	}
	s.wait(15*time.Second, "the login page is named", func() bool { return strings.Contains(s.Output(), "login page") })
	stack.Proxy.Set(supabase.None)
	s.wait(30*time.Second, "all arrived", func() bool {
		return count("select count(*) from detection_events where event_type = 'camera_offline'") == cameras &&
			count("select count(*) from camera_status where not online") == cameras
	})
	s.wait(5*time.Second, "all is well", func() bool {
		return strings.Count(s.outbox(), `"pending":{"camera_status":0,"detection_events":0,`) == 2 // Supabase's and the webhook's
	})
	notices, err := h.got()
	require.NoError(t, err)
	require.Len(t, notices, 1, "an NVR is one notice")
	require.Len(t, notices[0].Data.Events, cameras)
	require.Contains(t, notices[0].Text, "16 cameras offline")

	var metrics string
	s.wait(5*time.Second, "what was sent is counted", func() bool {
		_, metrics = request(t, http.MethodGet, s.api+"api/metrics", "")
		return strings.Contains(metrics, `go2rtc_analytics_outbox_sent_total{sink="supabase",table="detection_events"} 16`)
	})
	_, page := request(t, http.MethodGet, s.api+"api/config", "")
	_, streams := request(t, http.MethodGet, s.api+"api/streams", "")
	_, wrong := request(t, http.MethodPost, s.api+"api/seats/outbox?retry=x", "")
	places := map[string]string{
		"log": said + s.Output(), "outbox": s.outbox(), "metrics": metrics, "api/config": page, "api/streams": streams,
		"error": wrong,
	}
	files, err := filepath.Glob(filepath.Join(s.dir, "*"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 2)
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		places[file] = string(b)
	}
	for name, text := range places {
		require.NotEmpty(t, text, name)
		require.NotContains(t, text, stack.Keys.Secret, name)
		require.NotContains(t, text, hookSecret, name)
	}
	s.stop()
}

func (s *server) outbox() string {
	s.t.Helper()
	_, text := request(s.t, http.MethodGet, s.api+"api/seats/outbox", "")
	return text
}

// TestOutsideRefused: what cannot work is said at the start, in a sentence that repeats no key.
func TestOutsideRefused(t *testing.T) {
	cases := []struct{ name, section, want string }{
		{"http", "supabase: {url: \"http://abc.supabase.co\", key: sb_secret_xyz}", "analytics.supabase.url: is http: and leads off this machine, so everybody on the way could read the key: wants https:\n"},
		{"does not parse", "supabase: {url: \"https://a b\", key: sb_secret_xyz}", "analytics.supabase.url: does not parse: invalid character \" \" in host name\n"},
		{"no key", "supabase: {url: \"https://abc.supabase.co\"}", "analytics.supabase.key: is required\n"},
		{"line break", "supabase: {url: \"https://abc.supabase.co\", key: \"sb_secret_xyz\\n\"}", "analytics.supabase.key: holds a line break, wants one line\n"},
		{"not set", "supabase: {url: \"https://abc.supabase.co\", key: \"${NOT_SET}\"}", "analytics.supabase.key: nothing is set for ${NOT_SET}, neither in the environment nor as a secret\n"},
		{"webhook", "webhook: {url: \"https://example.com/hook\"}", "analytics.webhook.secret: is required\n"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			stdout, stderr := refusal(t, "api: {listen: \"\"}\nrtsp: {listen: \"\"}\nwebrtc: {listen: \"\"}\nanalytics:\n  "+ca.section+"\n")
			require.Equal(t, "go2rtc.yaml:5: "+ca.want, stderr)
			require.NotContains(t, stdout+stderr, "sb_secret_xyz")
		})
	}
}

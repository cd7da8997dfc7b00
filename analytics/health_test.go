package analytics

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/stretchr/testify/require"
)

func TestBlindCameras(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	ago := func(s int) time.Time { return now.Add(-time.Duration(s) * time.Second) }
	cases := []struct {
		name                     string
		joined, unit, look, want int // seconds ago; 0: never, or not blind
	}{
		{"looked at", 500, 1, 3, 0},
		{"just joined", 20, 1, 0, 0},
		{"never looked at", 40, 1, 0, 40},
		{"looks stopped", 500, 1, 31, 31},
		{"looks stopped, joined again", 10, 1, 300, 0},
		{"offline", 500, 11, 300, 0},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			c := &camera{joined: &consumer{}, joinedAt: ago(ca.joined), unitAt: ago(ca.unit)}
			if ca.look > 0 {
				c.lookedAt = ago(ca.look)
			}
			lasts, blind := c.blind(now, 30*time.Second)
			require.Equal(t, ca.want > 0, blind)
			if blind {
				require.Equal(t, time.Duration(ca.want)*time.Second, lasts)
			}
		})
	}
	_, blind := (&camera{}).blind(now, time.Second)
	require.False(t, blind, "a stream that was never joined is offline")
}

func TestHealthOfDatabase(t *testing.T) {
	c := config.Default()
	a := newAnalytics(c)
	require.Equal(t, Health{Healthy: true, Problems: []string{}}, a.health(time.Now()), "nothing to do")

	c.Seats = []config.Seat{{ID: "A", Stream: "cam1"}}
	a = newAnalytics(c)
	now := time.Now()
	require.Equal(t, []string{"no model, so no looks are made", errNotOpen.Error()}, func() []string {
		a.retryAt = now.Add(time.Hour)
		return a.health(now).Problems
	}())
	db, err := store.Open(filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	a.db = db
	require.Len(t, a.health(now.Add(time.Second)).Problems, 2, "asking often writes seldom")
	now = now.Add(2 * probeEvery)
	require.Equal(t, []string{"no model, so no looks are made"}, a.health(now).Problems)
	require.NoError(t, db.Close())
	require.Len(t, a.health(now.Add(2*probeEvery)).Problems, 2)

	w := httptest.NewRecorder()
	a.apiHealth(w, httptest.NewRequest(http.MethodGet, "/api/seats/health", nil))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.JSONEq(t, `false`, strings.SplitN(strings.SplitN(w.Body.String(), ":", 2)[1], ",", 2)[0])
}

func TestEndpointAnswers(t *testing.T) {
	asked := make(chan string, 10)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		w.WriteHeader(http.StatusUnauthorized)
	})
	plain, secret := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	t.Cleanup(plain.Close)
	t.Cleanup(secret.Close)
	path := filepath.Join(t.TempDir(), "api.sock")
	l, err := net.Listen("unix", path)
	require.NoError(t, err)
	socket := &httptest.Server{Listener: l, Config: &http.Server{Handler: handler}}
	socket.Start()
	t.Cleanup(socket.Close)
	port := func(s *httptest.Server) string {
		_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
		return port
	}

	cases := []struct {
		name string
		at   endpoint
		path string // "": nothing is asked
		err  string
	}{
		{"every address", endpoint{Listen: ":" + port(plain)}, "/api", ""},
		{"one address, base path", endpoint{Listen: "127.0.0.1:" + port(plain), BasePath: "/cafe"}, "/cafe/api", ""},
		{"socket alone", endpoint{UnixListen: path}, "/api", ""},
		{"TLS alone", endpoint{TLSListen: ":" + port(secret), TLSCert: "c", TLSKey: "k"}, "/api", ""},
		{"switched off", endpoint{}, "", ""},
		{"nobody listens", endpoint{Listen: fmt.Sprintf("127.0.0.1:%d", freeport.Take(t))}, "", "connection refused"},
		{"no address", endpoint{Listen: "nonsense"}, "", "missing port"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			err := ca.at.answers(t.Context())
			if ca.err != "" {
				require.ErrorContains(t, err, ca.err)
				return
			}
			require.NoError(t, err)
			if ca.path != "" {
				require.Equal(t, ca.path, <-asked)
			}
		})
	}
}

package healthcheck

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/stretchr/testify/require"
)

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

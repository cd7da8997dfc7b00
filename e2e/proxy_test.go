package e2e

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// httpsProxy is a reverse proxy on this machine, as nginx or a tunnel's client: TLS outside, plain HTTP inside, a Host
// of its own, and X-Forwarded-For, -Host and -Proto. It gives the address of the pages under /cams/.
func httpsProxy(t testing.TB, s *server, strip bool) string {
	t.Helper()
	var handler http.Handler = s.passing(func(r *httputil.ProxyRequest) {
		r.SetXForwarded()
		r.Out.Host = "go2rtc.internal"
	})
	if strip {
		handler = http.StripPrefix("/cams", handler)
	}
	mux := http.NewServeMux()
	mux.Handle("/cams/", handler)
	proxy := httptest.NewTLSServer(mux)
	t.Cleanup(proxy.Close)
	return proxy.URL + "/cams/"
}

// TestBehindProxy: pages, WebSocket, HLS and the API under a path prefix and HTTPS, with the password asked.
func TestBehindProxy(t *testing.T) {
	t.Parallel()
	const user, password = "admin", "of-the-box"
	cases := []struct {
		name, api string
		strip     bool
	}{
		{"the proxy takes the prefix off", "", true},
		{"the proxy keeps the prefix, as base_path says", "base_path: /cams, ", false},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			t.Parallel()
			s := streaming(t, "")
			s.rewrite("api: {", fmt.Sprintf("api: {%susername: %s, password: %s, ", ca.api, user, password))
			proxied := httpsProxy(t, s, ca.strip)
			if !ca.strip {
				s.api += "cams/"
			}
			s.start()
			s.hold("cam1")

			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
			defer client.CloseIdleConnections()
			ask := func(path string, login bool) int {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, proxied+path, nil)
				require.NoError(t, err)
				if login {
					req.SetBasicAuth(user, password)
				}
				res, err := client.Do(req)
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())
				return res.StatusCode
			}
			// asked of each client of the proxy, though that is on loopback; not of this machine
			for _, path := range []string{"api/streams", "api/config", "stream.html?src=cam1", "api/stream.m3u8?src=cam1", "ice.html", "api/ice/check", "api/ws?src=cam1"} {
				require.Equal(t, http.StatusUnauthorized, ask(path, false), path)
			}
			require.Equal(t, http.StatusOK, s.get("api/streams", nil))
			for _, path := range []string{"api/streams", "api/config", "stream.html", "video-rtc.js", "ice.html", "ice.js", "ice-words.js", "api/frame.mp4?src=cam1"} {
				require.Equal(t, http.StatusOK, ask(path, true), path)
			}

			b := newTab(t, 800, 600, chromedp.Flag("ignore-certificate-errors", true))
			// a browser asks for the password and keeps it for the host; in the address of a page it would get into its
			// requests
			b.open(strings.Replace(proxied, "https://", "https://"+user+":"+password+"@", 1) + "api")
			for _, mode := range []string{"webrtc", "mse", "hls"} {
				b.open(proxied + "stream.html?src=cam1&mode=" + mode)
				b.until(15*time.Second, moving)
				require.Contains(t, []string{mode, ""}, run[string](b, `document.querySelector('video-stream').playing ?? ''`))
			}
			b.open(proxied + "index.html")
			b.until(5*time.Second, `document.querySelector('tr[data-id=cam1]') !== null`)
			b.open(proxied + "ice.html")
			b.until(15*time.Second, `document.getElementById('sum').innerText.startsWith('No server is configured')`)
			require.Empty(t, b.uncaught())
		})
	}
}

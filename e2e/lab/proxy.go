package lab

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// ProxyAddress is where Proxy answers, in nft's form for NAT.OnlyTCP.
const ProxyAddress = Server + " . 80"

// Proxy is the public end of the tunnel: http://203.0.113.1/ is the box's API. As Cloudflare's it keeps the Host, and
// adds the client's address to an X-Forwarded-For that the client may have sent.
type Proxy struct {
	// RefuseWebSocket answers an upgrade with 403, as company proxies do.
	RefuseWebSocket atomic.Bool
	// Upgrades counts the WebSockets that were asked for.
	Upgrades atomic.Int64
}

// StartProxy starts the proxy in front of Tunnel.
func (l *Lab) StartProxy() *Proxy {
	l.t.Helper()
	p, said := &Proxy{}, &process.Output{}
	passes := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", tunnelPort)})
			r.Out.Host = r.In.Host
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
		},
		Transport:     &http.Transport{DialContext: l.Internet.Dial},
		FlushInterval: -1,
		ErrorLog:      log.New(said, "", log.Ltime|log.Lmicroseconds),
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			p.Upgrades.Add(1)
			if p.RefuseWebSocket.Load() {
				http.Error(w, "no WebSocket here", http.StatusForbidden)
				return
			}
		}
		passes.ServeHTTP(w, r)
	})}
	ln := l.Internet.Listen(Server + ":80")
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ln) }()
	l.t.Cleanup(func() {
		_ = server.Close()
		require.True(l.t, errors.Is(<-ended, http.ErrServerClosed))
		if l.t.Failed() {
			l.t.Logf("the proxy said:\n%s", said)
		}
	})
	return p
}

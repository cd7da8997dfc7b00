package supabase

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"time"
)

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault, changed := p.choose()
	switch fault {
	case None:
		p.good.ServeHTTP(w, r)
	case Refused:
		p.outage()
	case Reset:
		answer := p.forward(r)
		conn := hijack(w)
		_, _ = conn.Write(answer[:bytes.Index(answer, []byte("\r\n"))+len("\r\n")])
		reset(conn)
	case Swallowed:
		p.forward(r)
		_ = hijack(w).Close()
	case Hang:
		p.hang(r, changed)
	case Dripping:
		answer := p.forward(r)
		drip(hijack(w), answer, p.options.DripEvery, p.closing)
	case TooMany:
		w.Header().Set("Retry-After", strconv.Itoa(int(p.options.RetryAfter.Round(time.Second)/time.Second)))
		reply(w, http.StatusTooManyRequests, "application/json", `{"message":"too many requests"}`)
	case HTML502:
		reply(w, http.StatusBadGateway, "text/html", "<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>")
	case Empty503:
		w.WriteHeader(http.StatusServiceUnavailable)
	case Portal:
		reply(w, http.StatusOK, "text/html", "<!doctype html><title>Welcome to the cafe's Wi-Fi</title><form>Room number <input></form>")
	case MovedHTTPS:
		w.Header().Set("Location", p.HTTPS+r.URL.RequestURI())
		w.WriteHeader(http.StatusMovedPermanently)
	case Redirected:
		w.Header().Set("Location", p.other.URL+r.URL.RequestURI())
		w.WriteHeader(http.StatusTemporaryRedirect)
	case HugeError:
		p.gigabyte(w)
	}
}

func reply(w http.ResponseWriter, status int, kind, body string) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// outage is Refused by chance: it takes the port away for a while, and this request's connection with it.
func (p *Proxy) outage() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault == None {
		epoch := p.setLocked(Refused)
		time.AfterFunc(p.options.Outage, func() { p.recover(epoch) })
	}
	panic(http.ErrAbortHandler)
}

// forward has the request done and gives the whole reply, as it goes over the wire.
func (p *Proxy) forward(r *http.Request) []byte {
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.RequestURI = p.target.Scheme, p.target.Host, ""
	res, err := p.base.RoundTrip(out)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = res.Body.Close() }()
	res.Close = true
	b, err := httputil.DumpResponse(res, true)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return b
}

// hijack takes the connection from the server.
func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return conn
}

func (p *Proxy) hang(r *http.Request, changed <-chan struct{}) {
	_, _ = io.Copy(io.Discard, r.Body) // the server notices that a client goes only when all is read
	var over <-chan time.Time
	if p.options.Patience > 0 {
		over = time.After(p.options.Patience)
	}
	select {
	case <-r.Context().Done():
	case <-changed:
	case <-over:
	case <-p.closing:
	}
	panic(http.ErrAbortHandler)
}

func drip(conn net.Conn, b []byte, every time.Duration, closing <-chan struct{}) {
	defer func() { _ = conn.Close() }()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := range b {
		if _, err := conn.Write(b[i : i+1]); err != nil {
			return
		}
		select {
		case <-tick.C:
		case <-closing:
			return
		}
	}
}

// gigabyte is 500 with a body that is too large for memory.
func (p *Proxy) gigabyte(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusInternalServerError)
	block := make([]byte, 1<<20)
	for range 1 << 10 {
		n, err := w.Write(block)
		p.HugeBytes.Add(int64(n))
		if err != nil {
			return
		}
	}
}

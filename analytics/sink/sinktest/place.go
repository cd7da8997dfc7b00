// Package sinktest is the suite that every sink passes, and the failing server that it passes it against. It promises
// that with every fault of the server the sink says what is to be done about it, ends in time, leaks its key nowhere,
// and that the same rows sent again once the server is well are all there, each once.
package sinktest

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// Keep reads a request as the real place would: the ids of its rows, oldest first.
type Keep func(r *http.Request, body []byte) (ids []string, err error)

// Place is a server that a sink sends to, and that fails in one way until it is healed.
type Place struct {
	URL string

	keep Keep

	mu      sync.Mutex
	fault   func(p *Place, w http.ResponseWriter, r *http.Request, ids []string)
	ids     []string
	seen    map[string]bool
	written int64
	problem error
}

func newPlace(t testing.TB, keep Keep) (*Place, *httptest.Server) {
	t.Helper()
	p := &Place{keep: keep, seen: map[string]bool{}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.URL = server.URL
	return p, server
}

// ServeHTTP implements http.Handler.
func (p *Place) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	ids, err := p.keep(r, body)
	p.mu.Lock()
	if err != nil {
		p.problem = err
	}
	fault := p.fault
	p.mu.Unlock()
	if fault != nil {
		fault(p, w, r, ids)
		return
	}
	p.accept(ids)
	w.WriteHeader(http.StatusCreated)
}

func (p *Place) accept(ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids {
		if !p.seen[id] {
			p.seen[id] = true
			p.ids = append(p.ids, id)
		}
	}
}

func (p *Place) set(fault func(*Place, http.ResponseWriter, *http.Request, []string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = fault
}

// has is what it kept, oldest first, how much of an answer it wrote, and what was wrong with a request.
func (p *Place) has() (ids []string, written int64, problem error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.ids), p.written, p.problem
}

// connection takes the request's connection over.
func connection(w http.ResponseWriter) (net.Conn, *bufio.ReadWriter) {
	conn, rw, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err) // an HTTP/1 server always can
	}
	return conn, rw
}

func says(status int, header http.Header, body string) func(*Place, http.ResponseWriter, *http.Request, []string) {
	return func(_ *Place, w http.ResponseWriter, r *http.Request, _ []string) {
		maps.Copy(w.Header(), header)
		w.WriteHeader(status)
		// what gateways do: repeat the request, secrets included
		_, _ = fmt.Fprintf(w, body, fmt.Sprint(r.URL, " ", r.Header))
	}
}

func reset(p *Place, w http.ResponseWriter, _ *http.Request, ids []string) {
	p.accept(ids)
	conn, rw := connection(w)
	_, _ = rw.WriteString("HTTP/1.1 201 Created\r\nContent-Le")
	_ = rw.Flush()
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func swallow(p *Place, w http.ResponseWriter, _ *http.Request, ids []string) {
	p.accept(ids)
	conn, _ := connection(w)
	_ = conn.Close()
}

func hang(_ *Place, _ http.ResponseWriter, r *http.Request, _ []string) { <-r.Context().Done() }

func drip(p *Place, w http.ResponseWriter, r *http.Request, ids []string) {
	p.accept(ids)
	w.WriteHeader(http.StatusOK)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for r.Context().Err() == nil {
		_, _ = io.WriteString(w, " ")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
		}
	}
}

func gigabyte(p *Place, w http.ResponseWriter, _ *http.Request, _ []string) {
	w.WriteHeader(http.StatusInternalServerError)
	block := make([]byte, 1<<20)
	for range 1024 {
		n, err := w.Write(block)
		p.mu.Lock()
		p.written += int64(n)
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

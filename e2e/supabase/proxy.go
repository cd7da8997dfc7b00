package supabase

import (
	"cmp"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ProxyOptions are the measures of a proxy's faults; each has a default.
type ProxyOptions struct {
	RetryAfter time.Duration // what a 429 asks for, in whole seconds; 1 s
	Patience   time.Duration // how long a hang lasts; for ever
	Outage     time.Duration // how long a refusal that Random chose lasts; 200 ms
	DripEvery  time.Duration // between two bytes; 50 ms
}

// Proxy stands between a client and a server and fails on demand. It starts with none.
type Proxy struct {
	URL   string // where the server seems to be
	HTTPS string // the same with a self-signed certificate for another name
	// HugeBytes is how much of HugeError's body clients let themselves be sent.
	HugeBytes atomic.Int64

	options ProxyOptions
	target  *url.URL
	good    *httputil.ReverseProxy
	base    *http.Transport
	port    *port
	plain   *http.Server // notifies port of its connections
	tls     *httptest.Server
	other   *httptest.Server // the other host of Redirected
	closing chan struct{}

	mu     sync.Mutex // guards the rest
	fault  Fault
	epoch  int // counts the changes of fault
	next   []Fault
	share  float64
	rng    *rand.Rand
	among  []Fault
	change chan struct{} // closed when fault changes: a hang ends
	counts [faults]int
	strays []*http.Request
}

// NewProxy stands before a server, http://host:port.
func NewProxy(t testing.TB, target string, options ProxyOptions) *Proxy {
	t.Helper()
	u, err := url.Parse(target)
	require.NoError(t, err)
	options.RetryAfter = cmp.Or(options.RetryAfter, time.Second)
	options.Outage = cmp.Or(options.Outage, 200*time.Millisecond)
	options.DripEvery = cmp.Or(options.DripEvery, 50*time.Millisecond)
	p := &Proxy{options: options, target: u, base: &http.Transport{DisableCompression: true}, closing: make(chan struct{}), change: make(chan struct{})}
	quiet := log.New(io.Discard, "", 0)
	p.good = &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(u) },
		Transport: p.base,
		ErrorLog:  quiet,
		// a server that is away is a connection that breaks, not a gateway's reply
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}

	p.port, err = reserve()
	require.NoError(t, err)
	p.URL = "http://" + p.port.addr
	p.plain = &http.Server{Handler: p, ErrorLog: quiet, ReadHeaderTimeout: time.Minute, ConnState: p.port.track}
	p.tls = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.stray(r)
		p.good.ServeHTTP(w, r)
	}))
	p.tls.Config.ErrorLog = quiet // handshakes that fail, as they should
	p.tls.StartTLS()
	p.HTTPS = p.tls.URL
	p.other = elsewhere(t, p.stray)
	require.NoError(t, p.listen())
	t.Cleanup(p.close)
	return p
}

// elsewhere is a server on another address of loopback, so that clients take it for another host.
func elsewhere(t testing.TB, got func(*http.Request)) *httptest.Server {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.2:0")
	require.NoError(t, err)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got(r)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("[]"))
	}))
	_ = s.Listener.Close()
	s.Listener = l
	s.Start()
	return s
}

func (p *Proxy) listen() error {
	l, err := p.port.listen()
	if err != nil {
		return err
	}
	go func() { _ = p.plain.Serve(l) }() // ends with its listener
	return nil
}

// Set makes all that follows fail in one way, or in none.
func (p *Proxy) Set(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.share = 0
	p.next = nil
	p.setLocked(f)
}

// recover ends an outage, unless something else was set since.
func (p *Proxy) recover(epoch int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.epoch == epoch {
		p.setLocked(None)
	}
}

func (p *Proxy) setLocked(f Fault) (epoch int) {
	p.epoch++
	before := p.fault
	p.fault = f
	close(p.change)
	p.change = make(chan struct{})
	if f == Refused && before != Refused {
		p.counts[Refused]++
		p.port.refuse()
	}
	if before == Refused && f != Refused {
		if err := p.listen(); err != nil {
			panic(err) // the port is ours
		}
	}
	return p.epoch
}

// Next makes the next requests fail, one each in this order, and those after them as Set says. Not for Refused.
func (p *Proxy) Next(faults ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = append(p.next, faults...)
}

// Random makes a share (0..1) of the requests fail, each in one of these ways by chance. The same seed and the same
// order of requests give the same faults.
func (p *Proxy) Random(seed uint64, share float64, among ...Fault) {
	p.Set(None)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rng = rand.New(rand.NewPCG(seed, seed))
	p.share, p.among = share, among
}

// choose is what happens to a request, and when the answer no longer holds.
func (p *Proxy) choose() (Fault, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.fault
	switch {
	case len(p.next) > 0:
		f, p.next = p.next[0], p.next[1:]
	case p.share > 0 && p.rng.Float64() < p.share:
		f = p.among[p.rng.IntN(len(p.among))]
	}
	if f != Refused { // counted where it begins
		p.counts[f]++
	}
	return f, p.change
}

// Count is how often something happened: requests, or outages for Refused.
func (p *Proxy) Count(f Fault) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[f]
}

// Strays are the requests that reached the other host of Redirected, or HTTPS. What a key is doing there is the
// question; their bodies are gone.
func (p *Proxy) Strays() []*http.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.strays)
}

func (p *Proxy) stray(r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.strays = append(p.strays, r.Clone(r.Context()))
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.epoch++ // no outage ends any more
	p.mu.Unlock()
	close(p.closing)
	_ = p.plain.Close()
	p.port.close()
	p.tls.Close()
	p.other.Close()
	p.base.CloseIdleConnections()
}

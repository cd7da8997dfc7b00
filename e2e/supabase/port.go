package supabase

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
)

// port is a TCP port of loopback that stays ours while it has no listener, and connections to it are refused.
type port struct {
	addr    string
	release func()

	mu    sync.Mutex
	l     net.Listener
	conns map[net.Conn]struct{}
}

func reserve() (*port, error) {
	number, release, err := freeport.Reserve()
	if err != nil {
		return nil, err
	}
	return &port{addr: fmt.Sprintf("127.0.0.1:%d", number), release: release, conns: map[net.Conn]struct{}{}}, nil
}

// listen requires the server to call track.
func (p *port) listen() (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", p.addr)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.l = l
	return l, nil
}

// track remembers the connections that there are; one that was hijacked, longer.
func (p *port) track(conn net.Conn, state http.ConnState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch state {
	case http.StateNew:
		p.conns[conn] = struct{}{}
	case http.StateClosed:
		delete(p.conns, conn)
	}
}

// refuse stops listening and resets the connections there are.
func (p *port) refuse() {
	p.mu.Lock()
	_ = p.l.Close()
	conns := p.conns
	p.conns = map[net.Conn]struct{}{}
	p.mu.Unlock()
	for conn := range conns {
		reset(conn)
	}
}

func (p *port) close() {
	p.refuse()
	p.release()
}

// reset closes a connection so that the other side gets an error, not an end.
func reset(conn net.Conn) {
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

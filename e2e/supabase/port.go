package supabase

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
)

// port is a TCP port of loopback that stays ours while nobody listens on it, and connections to it are refused.
type port struct {
	addr    string
	release func()

	mu    sync.Mutex
	l     net.Listener
	conns map[*trackedConn]struct{}
}

func reserve() (*port, error) {
	number, release, err := freeport.Reserve()
	if err != nil {
		return nil, err
	}
	return &port{addr: fmt.Sprintf("127.0.0.1:%d", number), release: release, conns: map[*trackedConn]struct{}{}}, nil
}

// listen listens, and remembers what it accepts.
func (p *port) listen() (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", p.addr)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.l = l
	return &tracked{Listener: l, port: p}, nil
}

// refuse stops listening and resets the connections there are.
func (p *port) refuse() {
	p.mu.Lock()
	_ = p.l.Close()
	conns := slices.Collect(maps.Keys(p.conns))
	p.mu.Unlock()
	for _, conn := range conns {
		reset(conn)
	}
}

func (p *port) close() {
	p.refuse()
	p.release()
}

// reset closes a connection so that the other side is told of an error, not of an end.
func reset(conn net.Conn) {
	_ = conn.(*trackedConn).Conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

type tracked struct {
	net.Listener
	port *port
}

func (t *tracked) Accept() (net.Conn, error) {
	conn, err := t.Listener.Accept()
	if err != nil {
		return nil, err
	}
	t.port.mu.Lock()
	defer t.port.mu.Unlock()
	c := &trackedConn{Conn: conn, port: t.port}
	t.port.conns[c] = struct{}{}
	return c, nil
}

type trackedConn struct {
	net.Conn
	port *port
}

func (c *trackedConn) Close() error {
	c.port.mu.Lock()
	delete(c.port.conns, c)
	c.port.mu.Unlock()
	return c.Conn.Close()
}

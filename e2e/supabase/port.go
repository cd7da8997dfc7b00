package supabase

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"syscall"
)

// port is a TCP port of loopback that stays ours while nobody listens on it: a socket that is bound and never listens
// keeps the kernel from giving it to others, and connections to it are refused.
type port struct {
	addr string
	hold int // the socket's descriptor

	mu    sync.Mutex
	l     net.Listener
	conns map[*trackedConn]struct{}
}

func reserve() (*port, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	// with this on both, another socket of ours may listen on the port; net sets it on what it listens with
	err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	if err == nil {
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err != nil {
		_ = syscall.Close(fd)
		return nil, err
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		_ = syscall.Close(fd)
		return nil, err
	}
	return &port{addr: fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port), hold: fd, conns: map[*trackedConn]struct{}{}}, nil
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
	_ = syscall.Close(p.hold)
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

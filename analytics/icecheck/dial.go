package icecheck

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"

	"github.com/pion/turn/v4"
)

// transport is how a server is reached.
type transport string

const (
	overUDP transport = "udp"
	overTCP transport = "tcp"
	overTLS transport = "tls"
)

// target is where a URL leads.
type target struct {
	addr      netip.AddrPort
	host      string // for the certificate
	transport transport
}

// lookup prefers IPv4, the family of which pion's client and relayed addresses are.
func lookup(ctx context.Context, host string, port int) (netip.AddrPort, error) {
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	best := ips[0]
	for _, ip := range ips {
		if ip.Unmap().Is4() {
			best = ip
			break
		}
	}
	return netip.AddrPortFrom(best.Unmap(), uint16(port)), nil
}

// dial connects. The wire closes itself when ctx ends; its owner closes it anyway.
func dial(ctx context.Context, to target, roots *x509.CertPool, end context.CancelFunc) (*wire, error) {
	var d interface {
		DialContext(ctx context.Context, network, address string) (net.Conn, error)
	} = &net.Dialer{}
	network := "tcp"
	switch to.transport {
	case overUDP:
		network = "udp" // connected, so that a closed port is noticed at once
	case overTLS:
		d = &tls.Dialer{Config: &tls.Config{ServerName: to.host, RootCAs: roots, MinVersion: tls.VersionTLS12}}
	}
	conn, err := d.DialContext(ctx, network, to.addr.String())
	if err != nil {
		return nil, err
	}
	w := &wire{end: end}
	if to.transport == overUDP {
		w.PacketConn = &connected{conn}
	} else {
		w.PacketConn = turn.NewSTUNConn(&counted{conn, &w.bytes})
	}
	return w, nil
}

type counted struct {
	net.Conn
	bytes *atomic.Int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.bytes.Add(int64(n))
	return n, err
}

// connected is a connected UDP socket in the form that pion's client requires.
type connected struct{ net.Conn }

func (c *connected) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := c.Read(b)
	return n, c.RemoteAddr(), err
}

func (c *connected) WriteTo(b []byte, _ net.Addr) (int, error) { return c.Write(b) }

func hostPort(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

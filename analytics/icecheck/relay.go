package icecheck

import (
	"bytes"
	"context"
	"crypto/rand"
	"net"
	"net/netip"
	"time"

	"github.com/pion/stun/v3"
	"github.com/pion/turn/v4"
)

const (
	peerWait = 1200 * time.Millisecond // for a packet of ours to come through the relay
	selfWait = 600 * time.Millisecond  // for one that the server sends to itself
	again    = 150 * time.Millisecond  // packets get lost
)

// relays sends through the relay both ways, from a socket of the box that plays the peer: a server that allocates but
// whose relay ports no client can reach is the usual mistake. Where no UDP gets from the box to the server, the server
// is made to send to itself, which tells less, but still whether it relays.
func (q *question) relays(ctx context.Context, to target, w *wire, client *turn.Client, relayed net.PacketConn, v *Verdict) {
	w.forget()
	seen := w.said().mapped.IP
	if seen.To4() != nil && throughPeer(ctx, client, relayed, seen) {
		v.OK = true
		return
	}
	denied := w.said()
	w.forget()
	blind := seen.To4() == nil || to.transport != overUDP && !q.udpPasses(ctx, to)
	if blind && throughItself(ctx, relayed) {
		v.OK, v.Hint = true, "relays; whether its relay ports are open cannot be seen from the box, from where no UDP gets there"
		return
	}
	if ctx.Err() != nil {
		v.fail(Unreachable, "allocates, but too slow to see whether it relays")
		return
	}
	v.noRelay(relayed.LocalAddr(), seen, denied)
}

func (v *Verdict) noRelay(relayed net.Addr, seen net.IP, denied said) {
	v.Code = int(denied.code.Code)
	at, _ := netip.ParseAddrPort(relayed.String())
	ip := at.Addr().Unmap()
	switch {
	case v.Code == 403 && seen.IsLoopback():
		v.fail(NoRelay, "allocates but refuses to relay to loopback (403), as coturn does unless told allow-loopback-peers: name the server by its address in the network")
	case v.Code != 0:
		v.fail(NoRelay, "allocates but refuses to relay to %s (%d %s): look at its denied-peer-ip", seen, v.Code, clean(denied.code.Reason))
	case ip.IsPrivate() && !seen.IsPrivate(), ip.IsUnspecified():
		v.fail(NoRelay, "allocates at %s, which is not reached from here: set its external-ip to the public address", ip)
	default:
		v.fail(NoRelay, "allocates but nothing comes through: open its relay ports (min-port to max-port, by default UDP 49152-65535) in the firewall")
	}
}

// throughPeer sends from a socket of the box to the relayed address, and back. Permissions are by address, so a NAT
// that changes ports does not matter.
func throughPeer(ctx context.Context, client *turn.Client, relayed net.PacketConn, box net.IP) bool {
	ctx, cancel := context.WithTimeout(ctx, peerWait)
	defer cancel()
	if client.CreatePermission(&net.UDPAddr{IP: box, Port: 9}) != nil {
		return false
	}
	var config net.ListenConfig
	peer, err := config.ListenPacket(ctx, "udp4", ":0")
	if err != nil {
		return false
	}
	defer func() { _ = peer.Close() }()
	from, ok := travel(ctx, peer, relayed.LocalAddr(), relayed)
	if !ok {
		return false
	}
	_, ok = travel(ctx, relayed, from, peer)
	return ok
}

func throughItself(ctx context.Context, relayed net.PacketConn) bool {
	ctx, cancel := context.WithTimeout(ctx, selfWait)
	defer cancel()
	_, ok := travel(ctx, relayed, relayed.LocalAddr(), relayed)
	return ok
}

func (q *question) udpPasses(ctx context.Context, to target) bool {
	ctx, cancel := context.WithTimeout(ctx, selfWait)
	defer cancel()
	to.transport = overUDP
	var v Verdict
	binding := *q
	binding.turn = false
	binding.ask(ctx, ctx, to, &v)
	return v.OK
}

// travel sends a packet until the other end has it or ctx ends, and tells from where it came.
func travel(ctx context.Context, from net.PacketConn, to net.Addr, at net.PacketConn) (net.Addr, bool) {
	token := make([]byte, stun.TransactionIDSize)
	_, _ = rand.Read(token) // never fails
	buf := make([]byte, 1500)
	for ctx.Err() == nil {
		if _, err := from.WriteTo(token, to); err != nil {
			return nil, false
		}
		for _ = at.SetReadDeadline(time.Now().Add(again)); ; {
			n, sender, err := at.ReadFrom(buf)
			if err != nil {
				break
			}
			if bytes.Equal(buf[:n], token) {
				return sender, true
			}
		}
	}
	return nil, false
}

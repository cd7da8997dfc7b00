package icecheck

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/pion/logging"
	"github.com/pion/stun/v3"
	"github.com/pion/turn/v4"
)

// question is what a server is asked.
type question struct {
	server             *server
	username, password string
	turn               bool // allocate and relay; else a binding
	host               string
	port               int
	roots              *x509.CertPool // to trust; nil: the system's
}

// ask asks over one transport and waits for an answer while ctx lasts, for a relayed packet while whole does.
func (q *question) ask(ctx, whole context.Context, to target, v *Verdict) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := dial(ctx, to, q.roots, cancel)
	if err != nil {
		v.failed(err, to, said{})
		return
	}
	defer func() { _ = w.Close() }()
	client, err := newClient(w, to, q)
	if err != nil {
		v.fail(Error, "the box cannot ask: %v", err)
		return
	}
	defer client.Close()
	if err = client.Listen(); err != nil {
		v.fail(Error, "the box cannot ask: %v", err)
		return
	}
	// closing is what ends a request under way; the wire first, so that nothing begins anew
	hangUp := func() {
		_ = w.Close()
		client.Close()
	}
	stop := context.AfterFunc(ctx, hangUp)

	if !q.turn {
		var seen net.Addr
		seen, err = client.SendBindingRequestTo(net.UDPAddrFromAddrPort(to.addr))
		stop()
		if v.heard(err, to, w, q) {
			v.OK, v.Address = true, seen.String()
		}
		return
	}
	relayed, err := client.Allocate()
	if !stop() && err == nil {
		err = ctx.Err() // the wire is closed already
	}
	if !v.heard(err, to, w, q) {
		return
	}
	defer func() { _ = relayed.Close() }()
	defer context.AfterFunc(whole, hangUp)()
	v.Address = relayed.LocalAddr().String()
	q.relays(whole, to, w, client, relayed, v)
}

// heard notes the answer's time, and words what is wrong with it.
func (v *Verdict) heard(err error, to target, w *wire, q *question) bool {
	var refusal *stun.TurnError
	was := w.said()
	if was.rtt > 0 {
		ms := float64(was.rtt.Microseconds()) / 1000
		v.RTT = &ms
	}
	switch {
	case err == nil:
		return true
	case was.success == stun.MethodAllocate:
		v.fail(NoAuth, "the server allocates without asking for a credential, which the box's WebRTC cannot use: set lt-cred-mech or use-auth-secret there")
	case errors.As(err, &refusal):
		v.answered(refusal.ErrorCodeAttr, q.server, q.username, time.Now())
	case was.code.Code == 401:
		v.failed(was.err, to, said{}) // it asked for the credential, and never answered to it
	case was.code.Code != 0:
		v.answered(was.code, q.server, q.username, time.Now())
	case was.rtt > 0:
		v.fail(Garbage, "the answer of %s is not that of a TURN server: check the port", hostPort(q.host, q.port))
	default:
		v.failed(was.err, to, was)
	}
	return false
}

func newClient(w *wire, to target, q *question) (*turn.Client, error) {
	rto := 300 * time.Millisecond
	if to.transport != overUDP {
		rto = limit // TCP repeats by itself
	}
	return turn.NewClient(&turn.ClientConfig{
		Conn: w,
		// the wire knows where it leads; a name or an IPv6 address would be looked up again, as IPv4
		TURNServerAddr: fmt.Sprintf("0.0.0.0:%d", to.addr.Port()),
		Username:       q.username, Password: q.password,
		RTO:           rto,
		LoggerFactory: silent,
	})
}

// silent keeps pion from writing past go2rtc's log.
var silent = &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}

package icecheck

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/pion/stun/v3"
)

// patience is how long the URL's own transport is waited for; what is left of the check is for TCP.
const patience = 2500 * time.Millisecond

// ask finds out about one server: the URL, its name, an answer over the URL's transport (or else over TCP), the
// credential, and whether it relays.
func (c *checker) ask(ctx context.Context, s *server) (v Verdict) {
	v = Verdict{URL: shown(s.url), Source: s.source}
	uri, err := parse(s.url)
	if err != nil {
		v.fail(BadURL, "%v", err)
		return v
	}
	isTURN := uri.Scheme == stun.SchemeTypeTURN || uri.Scheme == stun.SchemeTypeTURNS
	username, password := s.credential(time.Now())
	if isTURN && (username == "" || password == "") {
		v.fail(NoCredential, "a TURN server wants username and credential, or secret; without them no session begins, in the box or in a browser")
		return v
	}
	addr, err := lookup(ctx, uri.Host, uri.Port)
	if err != nil {
		v.lookupFailed(uri.Host, err)
		return v
	}
	q := &question{roots: c.tls, server: s, username: username, password: password, turn: isTURN, host: uri.Host, port: uri.Port}
	to := target{addr: addr, host: uri.Host, transport: transportOf(uri)}

	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	q.ask(limited, ctx, to, &v)
	if to.transport == overUDP && (v.Problem == Unreachable || v.Problem == Refused) {
		tcp := Verdict{}
		to.transport = overTCP
		q.ask(ctx, ctx, to, &tcp)
		if tcp.RTT != nil {
			v.tcpOnly(q, &tcp)
		}
	}
	return v
}

// parse takes a URL of RFC 7064 or 7065, as pion and browsers do.
func parse(url string) (*stun.URI, error) {
	if strings.Contains(url, "@") || strings.Contains(url, "://") {
		return nil, errors.New("write turn:host:port, without // and without a password: username and credential have keys of their own")
	}
	uri, err := stun.ParseURI(url)
	switch {
	case errors.Is(err, stun.ErrSTUNQuery):
		return nil, errors.New("a stun: URL takes no ?transport= (RFC 7064), and no session begins with it, in the box or in a browser: drop it")
	case err != nil:
		return nil, errors.New("not a URL of a STUN or TURN server: write stun:host:port, turn:host:port or turns:host:port, the last two with ?transport=udp or ?transport=tcp if need be")
	case uri.Port < 1 || uri.Port > 65535:
		return nil, fmt.Errorf("port %d is outside 1..65535", uri.Port)
	case uri.Scheme == stun.SchemeTypeTURNS && uri.Proto == stun.ProtoTypeUDP:
		return nil, errors.New("turns: over UDP is DTLS, which browsers do not speak: write ?transport=tcp")
	}
	return uri, nil
}

func transportOf(uri *stun.URI) transport {
	switch {
	case uri.IsSecure():
		return overTLS
	case uri.Proto == stun.ProtoTypeTCP:
		return overTCP
	}
	return overUDP
}

func (v *Verdict) tcpOnly(q *question, tcp *Verdict) {
	v.RTT = tcp.RTT
	if !q.turn {
		v.fail(TCPOnly, "answers over TCP only, and stun: is asked over UDP: let UDP port %d through", q.port)
		return
	}
	v.fail(TCPOnly, "answers over TCP only: let UDP port %d through, or write turn:%s?transport=tcp", q.port, hostPort(q.host, q.port))
	if tcp.Problem == WrongCredential {
		v.Hint += "; and then " + tcp.Hint
	}
}

func (v *Verdict) lookupFailed(host string, err error) {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		v.fail(NoSuchHost, "there is no host %s: look for a typing mistake", clean(host))
		return
	}
	v.fail(NoSuchHost, "the name %s could not be looked up: the box's name server does not answer", clean(host))
}

// failed words why no answer came, from the error of connecting or reading and from what came instead of an answer.
func (v *Verdict) failed(err error, to target, was said) {
	at := fmt.Sprintf("%s %s", strings.ToUpper(string(to.transport)), hostPort(to.host, int(to.addr.Port())))
	switch {
	case was.garbage:
		v.fail(Garbage, "what answers at %s is no STUN or TURN server: check the port", at)
	case is[x509.HostnameError](err):
		v.fail(Certificate, "the certificate is not for %s, which browsers refuse: get one for this name", clean(to.host))
	case is[x509.UnknownAuthorityError](err):
		v.fail(Certificate, "nobody whom browsers trust has signed the certificate: a self-signed one does not do, and the chain must be complete")
	case is[x509.CertificateInvalidError](err), is[*tls.CertificateVerificationError](err):
		v.fail(Certificate, "the certificate does not hold, it may have expired: renew it")
	case is[tls.RecordHeaderError](err):
		v.fail(NotTLS, "%s answers, but not with TLS: check the port, or write turn: or stun: without the s", at)
	case errors.Is(err, syscall.ECONNREFUSED):
		v.fail(Refused, "nobody listens at %s: is the server running, is this its port?", at)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		v.fail(Garbage, "%s hangs up without an answer: check the port, it may want turns: or be another service", at)
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		v.fail(Unreachable, "there is no way to %s: look at the box's network", at)
	default:
		v.fail(Unreachable, "no answer from %s: a firewall drops it, or the server is down", at)
	}
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

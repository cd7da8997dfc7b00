package lab

import (
	"net"
	"net/netip"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

// SetNames makes names known behind both routers, whose resolvers answer as those of home routers do. A name has one
// IPv4 address and no IPv6; every other name does not exist. Call it once.
func (l *Lab) SetNames(names map[string]string) {
	l.t.Helper()
	known := map[string]netip.Addr{}
	for name, address := range names {
		known[name+"."] = netip.MustParseAddr(address)
	}
	for router, address := range map[*Namespace]string{l.BoxNAT: boxGateway, l.WebNAT: webGateway} {
		var conn net.PacketConn
		var err error
		require.NoError(l.t, router.do(func() { conn, err = (&net.ListenConfig{}).ListenPacket(l.t.Context(), "udp4", address+":53") }))
		require.NoError(l.t, err)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			b := make([]byte, 512)
			for {
				n, from, err := conn.ReadFrom(b)
				if err != nil {
					return
				}
				if reply, err := resolve(b[:n], known); err == nil {
					_, _ = conn.WriteTo(reply, from) // who does not get it asks again
				}
			}
		}()
		l.t.Cleanup(func() {
			_ = conn.Close()
			<-ended
		})
	}
}

// resolve answers a query (RFC 1035).
func resolve(query []byte, known map[string]netip.Addr) ([]byte, error) {
	var p dnsmessage.Parser
	header, err := p.Start(query)
	if err != nil {
		return nil, err
	}
	question, err := p.Question()
	if err != nil {
		return nil, err
	}
	reply := dnsmessage.Message{
		Header: dnsmessage.Header{
			ID: header.ID, Response: true, RecursionDesired: header.RecursionDesired, RecursionAvailable: true,
			RCode: dnsmessage.RCodeNameError,
		},
		Questions: []dnsmessage.Question{question},
	}
	if address, ok := known[question.Name.String()]; ok {
		reply.RCode = dnsmessage.RCodeSuccess
		if question.Type == dnsmessage.TypeA {
			reply.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: question.Name, Class: dnsmessage.ClassINET, TTL: 60},
				Body:   &dnsmessage.AResource{A: address.As4()},
			}}
		}
	}
	return reply.Pack()
}

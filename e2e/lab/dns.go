package lab

import (
	"net"
	"net/netip"

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
		router.answer(address+":53", func(query []byte, _ net.Addr) []byte {
			reply, _ := resolve(query, known) // what is no query gets no reply
			return reply
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

package lab

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/stretchr/testify/require"
)

// NAT is what a router does with what leaves its network. It forwards no port, and drops what is no reply.
type NAT struct {
	// Symmetric gives each destination another port of the router's, so that what a STUN server saw is of no use to
	// others. Ports are kept otherwise.
	Symmetric bool
	// BlockUDP drops all UDP, in both directions.
	BlockUDP bool
	// OnlyTCP, an address and a port such as "203.0.113.1 . 80", is all that can be reached. Empty means no such limit.
	OnlyTCP string
}

// SetNAT changes the rules of a router, for what is under way, too: TCP connections keep their ports, UDP is forgotten.
func (l *Lab) SetNAT(router *Namespace, nat NAT) {
	l.t.Helper()
	masquerade := "masquerade"
	if nat.Symmetric {
		masquerade = "masquerade fully-random"
	}
	var block []string
	if nat.BlockUDP {
		block = append(block, "meta l4proto udp drop")
	}
	if nat.OnlyTCP != "" {
		block = append(block, `iifname "lan" ip daddr . tcp dport != { `+nat.OnlyTCP+` } drop`, `iifname "lan" meta l4proto != tcp drop`)
	}
	router.nft(
		"flush ruleset",
		"table ip lab {",
		"chain input {",
		"type filter hook input priority filter",
		// A packet to the router itself that arrives before its own first one out would, if it were not dropped, take
		// the mapping's place in conntrack, and another port would be given: no hole could be punched.
		`iifname "wan" ct state != { established, related } drop`,
		"}",
		"chain forward {",
		"type filter hook forward priority filter",
		strings.Join(block, "\n"),
		`iifname "wan" ct state != { established, related } drop`,
		"}",
		"chain postrouting {",
		"type nat hook postrouting priority srcnat",
		`oifname "wan" `+masquerade,
		"}",
		"}",
	)

	// a flow keeps the mapping it began with when the rules change
	out, err := router.Command("conntrack", "-D", "-p", "udp").CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && strings.Contains(string(out), " 0 flow entries") {
		err = nil // it says so when there was none
	}
	require.NoError(l.t, err, "%s", out)
}

// Asked returns whether a router, by its outer address, has sent UDP to a server's address and port.
func (l *Lab) Asked(from, server string, port int) bool {
	l.t.Helper()
	out, err := l.Internet.Command("nft", "list", "set", "ip", "lab", "asked").CombinedOutput()
	require.NoError(l.t, err, "%s", out)
	return strings.Contains(string(out), fmt.Sprintf("%s . %s . %d", from, server, port))
}

// nft runs a script; it requires each closing brace on a line of its own.
func (ns *Namespace) nft(lines ...string) {
	ns.lab.t.Helper()
	cmd := ns.Command("nft", "-f", "-")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	require.NoError(ns.lab.t, err, "%s: %s", ns.Name, out)
}

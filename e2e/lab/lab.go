// Package lab is a small internet of network namespaces in which tests play video as shops and viewers have it: a box
// and a browser, each behind a router that translates addresses, and servers between them. Begin with New.
//
//	  Home ──┐                   Internet                   ┌── Web
//	   Box ──┴── BoxNAT ── 203.0.113.0/24, servers ── WebNAT┘
//	Camera ──┘
//
// It promises: nothing in it reaches the machine's own network, nor the other way round; everything in it is a real
// part (the kernel's NAT, coturn, OpenSSH, Chromium); labs of one process and of several do not meet; at the end of the
// test its processes and namespaces are gone, and what a killed test left is removed by the next lab. It needs root and
// the programs that `make setup` installs: without them the test is skipped, or fails where CI is set.
package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Addresses of the lab (RFC 5737 for the public ones).
const (
	Server    = "203.0.113.1"  // in the Internet: TURN, sshd and the proxy
	BoxPublic = "203.0.113.10" // BoxNAT's outer address
	WebPublic = "203.0.113.20" // WebNAT's outer address
	BoxHost   = "192.168.10.2" // the box in its own network
	CamHost   = "192.168.10.3" // the camera, in the box's network

	boxGateway, webGateway = "192.168.10.1", "192.168.20.1"
)

// Lab is one internet. Its routers keep ports and let everything out until SetNAT says otherwise.
type Lab struct {
	Internet, BoxNAT, WebNAT *Namespace
	Box, Camera              *Namespace // in the shop's network, behind BoxNAT
	Home                     *Namespace // a browser's, in the shop's network, too
	Web                      *Namespace // a browser's, behind WebNAT

	t      testing.TB
	prefix string
	dir    string
}

var labs atomic.Int64

// New makes a lab that lasts until the test ends.
func New(t testing.TB) *Lab {
	t.Helper()
	need(t)
	require.NoError(t, removeStale())
	l := &Lab{t: t, prefix: fmt.Sprintf("%s%d-%d-", family, os.Getpid(), labs.Add(1)), dir: t.TempDir()}
	for name, ns := range map[string]**Namespace{
		"net": &l.Internet, "boxnat": &l.BoxNAT, "webnat": &l.WebNAT, "box": &l.Box, "camera": &l.Camera, "home": &l.Home, "web": &l.Web,
	} {
		*ns = l.namespace(name)
	}

	l.bridge(l.Internet, Server)
	for i := 2; i <= 4; i++ { // more servers, whether they answer or not
		l.Internet.run("ip", "addr", "add", fmt.Sprintf("203.0.113.%d/24", i), "dev", "lan")
	}
	// What is meant for a private address is lost on the way, as at a provider's. It is not refused: coturn ends a
	// client's session when the kernel has no route to a peer that it names.
	l.Internet.run("ip", "link", "add", "nowhere", "type", "bridge") // a dummy device is not in every kernel
	l.Internet.run("ip", "link", "set", "nowhere", "arp", "off", "up")
	l.Internet.run("ip", "route", "add", "default", "dev", "nowhere")
	l.Internet.nft("table ip lab {", "set asked {", "type ipv4_addr . ipv4_addr . inet_service", "flags dynamic", "size 65535", "}",
		"chain input {", "type filter hook input priority filter", "add @asked { ip saddr . ip daddr . udp dport }", "}", "}")
	l.router(l.BoxNAT, BoxPublic, boxGateway)
	l.router(l.WebNAT, WebPublic, webGateway)
	l.join(l.Box, l.BoxNAT, BoxHost, boxGateway)
	l.join(l.Camera, l.BoxNAT, CamHost, boxGateway)
	l.join(l.Home, l.BoxNAT, "192.168.10.4", boxGateway)
	l.join(l.Web, l.WebNAT, "192.168.20.2", webGateway)
	l.SetNAT(l.BoxNAT, NAT{})
	l.SetNAT(l.WebNAT, NAT{})
	return l
}

// need skips the test, and says why, where a lab cannot be.
func need(t testing.TB) {
	t.Helper()
	var missing error
	if err := allowed(); err != nil {
		missing = fmt.Errorf("network namespaces, which root makes (%w)", err)
	}
	for _, program := range []string{"ip", "nft", "conntrack", "turnserver", "/usr/sbin/sshd", "ssh", "ssh-keygen", "chromium", "ffmpeg"} {
		if _, err := exec.LookPath(program); err != nil {
			missing = errors.Join(missing, err)
		}
	}
	switch {
	case missing == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("the network lab needs %s", missing)
	default:
		t.Skipf("the network lab needs %s", strings.ReplaceAll(missing.Error(), "\n", ", "))
	}
}

// allowed is whether this process may make a network namespace; root in a container may not.
func allowed() error {
	// in a child: a thread of ours that ends for it would take along the browsers that were forked on it
	cmd := exec.CommandContext(context.Background(), "true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	return cmd.Run()
}

// bridge gives ns a bridge with an address, into which others are plugged.
func (l *Lab) bridge(ns *Namespace, address string) {
	ns.run("ip", "link", "add", "lan", "type", "bridge")
	ns.run("ip", "addr", "add", address+"/24", "dev", "lan")
	ns.run("ip", "link", "set", "lan", "up")
}

// join plugs ns into the bridge of another, and sends what it has for elsewhere to a gateway.
func (l *Lab) join(ns, bridge *Namespace, address, gateway string) {
	device := "eth0"
	if gateway == Server {
		device = "wan"
	}
	port := "to-" + strings.TrimPrefix(ns.Name, l.prefix)
	bridge.run("ip", "link", "add", port, "type", "veth", "peer", "name", device, "netns", ns.Name)
	bridge.run("ip", "link", "set", port, "master", "lan", "up")
	ns.run("ip", "addr", "add", address+"/24", "dev", device)
	ns.run("ip", "link", "set", device, "up")
	ns.run("ip", "route", "add", "default", "via", gateway)
	if gateway != Server {
		ns.file("resolv.conf", "nameserver "+gateway+"\n") // see SetNames
	}
}

// router joins ns to the Internet and gives it a network of its own.
func (l *Lab) router(ns *Namespace, public, private string) {
	l.bridge(ns, private)
	l.join(ns, l.Internet, public, Server) // which passes nothing on
	ns.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
}

// Unplug cuts a machine's link: its packets are lost and nothing is refused.
func (l *Lab) Unplug(ns *Namespace) { ns.run("ip", "link", "set", "eth0", "down") }

// Plug restores the link.
func (l *Lab) Plug(ns *Namespace) {
	ns.run("ip", "link", "set", "eth0", "up")
	ns.run("ip", "route", "replace", "default", "via", boxGateway)
}

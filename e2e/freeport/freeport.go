// Package freeport reserves ports of loopback for the servers that tests start.
package freeport

import (
	"fmt"
	"net"
	"syscall"
	"testing"
)

// Take is a TCP port of 127.0.0.1 that stays reserved until the test ends: see Reserve. It is free for UDP too when it
// is taken.
func Take(t testing.TB) int {
	t.Helper()
	for range 20 {
		port, release, err := Reserve()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(release)
		udp, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = udp.Close()
			return port
		}
	}
	t.Fatal("no port is free for TCP and UDP")
	return 0
}

// Reserve is a TCP port of 127.0.0.1 that the kernel gives to no other caller that asks for any port, until release: it
// is bound without a listener, so connections are refused. A server with SO_REUSEADDR, as most have, may listen on it.
func Reserve() (port int, release func(), err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, err
	}
	err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	if err == nil {
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	var name syscall.Sockaddr
	if err == nil {
		name, err = syscall.Getsockname(fd)
	}
	if err != nil {
		_ = syscall.Close(fd)
		return 0, nil, err
	}
	return name.(*syscall.SockaddrInet4).Port, func() { _ = syscall.Close(fd) }, nil
}

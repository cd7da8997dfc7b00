package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

const (
	family   = "seatslab-" // begins the name of each namespace; then come the process and the lab
	netnsDir = "/run/netns"
	filesDir = "/etc/netns" // what `ip netns exec` puts in the place of files of /etc
)

// Namespace is one machine of a lab, as far as the network goes: files and processes are the test's.
type Namespace struct {
	Name string

	lab *Lab
}

func (l *Lab) namespace(name string) *Namespace {
	ns := &Namespace{l.prefix + name, l}
	files := filepath.Join(filesDir, ns.Name)
	require.NoError(l.t, os.MkdirAll(files, 0o755))
	l.t.Cleanup(func() {
		if err := remove(ns.Name); err != nil {
			l.t.Errorf("network namespace %s stays: %s", ns.Name, err)
		}
	})
	// the machine's own resolver is out of reach; join writes another where there is one
	ns.file("resolv.conf", "")
	ns.file("hosts", "127.0.0.1 localhost\n")
	_, err := netns("add", ns.Name)
	require.NoError(l.t, err)
	ns.run("ip", "link", "set", "lo", "up")
	// or its addresses change a second after it began, and browsers break off what they ask for
	ns.run("sh", "-c", "cd /proc/sys/net/ipv6/conf && echo 0 > all/accept_dad && echo 0 > default/accept_dad || [ ! -e /proc/sys/net/ipv6 ]")
	return ns
}

// file stands in the place of a file of /etc for programs that are started from now on.
func (ns *Namespace) file(name, text string) {
	require.NoError(ns.lab.t, os.WriteFile(filepath.Join(filesDir, ns.Name, name), []byte(text), 0o644))
}

// Command is a program that is not yet started and will see the network of ns only.
func (ns *Namespace) Command(name string, args ...string) *exec.Cmd {
	// ended by process, or with its namespace
	cmd := exec.CommandContext(context.Background(), "ip", append([]string{"netns", "exec", ns.Name, name}, args...)...)
	cmd.Dir = ns.lab.dir
	return cmd
}

// run runs a program to its end, and fails the test if it fails.
func (ns *Namespace) run(name string, args ...string) {
	ns.lab.t.Helper()
	out, err := ns.Command(name, args...).CombinedOutput()
	require.NoError(ns.lab.t, err, "%s: %s %q: %s", ns.Name, name, args, out)
}

// Dial connects from within ns; it is for http.Transport and the like. The address is no name.
func (ns *Namespace) Dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	err = ns.do(func() error {
		conn, err = (&net.Dialer{}).DialContext(ctx, network, address)
		return err
	})
	return conn, err
}

// Listen listens within ns.
func (ns *Namespace) Listen(address string) net.Listener {
	ns.lab.t.Helper()
	var ln net.Listener
	require.NoError(ns.lab.t, ns.do(func() (err error) {
		ln, err = (&net.ListenConfig{}).Listen(ns.lab.t.Context(), "tcp4", address)
		return err
	}))
	return ln
}

// listenPacket is a UDP socket of ns, until it is closed or the test ends.
func (ns *Namespace) listenPacket(address string) net.PacketConn {
	ns.lab.t.Helper()
	var conn net.PacketConn
	require.NoError(ns.lab.t, ns.do(func() (err error) {
		conn, err = (&net.ListenConfig{}).ListenPacket(ns.lab.t.Context(), "udp4", address)
		return err
	}))
	ns.lab.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// answer gives each packet to an address its reply, or none where that is empty, until the test ends.
func (ns *Namespace) answer(address string, reply func(packet []byte, from net.Addr) []byte) {
	ns.lab.t.Helper()
	ended := make(chan struct{})
	ns.lab.t.Cleanup(func() { <-ended })
	conn := ns.listenPacket(address)
	go func() {
		defer close(ended)
		b := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			if text := reply(b[:n], from); len(text) > 0 {
				_, _ = conn.WriteTo(text, from) // a client that does not get it asks again
			}
		}
	}()
}

// Client asks HTTP servers from within ns. It follows no redirects and keeps no connections.
func (ns *Namespace) Client() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{DialContext: ns.Dial, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       10 * time.Second,
	}
}

// do calls f on a thread that is in ns. A socket stays where it was made, so f may hand one out.
func (ns *Namespace) do(f func() error) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		home, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			result <- err
			return // still locked: the thread ends with the goroutine
		}
		defer func() { _ = home.Close() }()
		there, err := os.Open(filepath.Join(netnsDir, ns.Name))
		if err != nil {
			result <- err
			return
		}
		defer func() { _ = there.Close() }()
		if err = unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err == nil {
			err = f()
			if errHome := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); errHome == nil {
				runtime.UnlockOSThread()
			}
		}
		result <- err
	}()
	return <-result
}

// remove ends what runs in a namespace, and takes it away.
func remove(name string) error {
	deadline := time.Now().Add(5 * time.Second)
	for {
		out, err := netns("pids", name)
		if err != nil || strings.TrimSpace(out) == "" {
			break // it was not made, or no process is in it
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("processes %q do not end", strings.Fields(out))
		}
		for field := range strings.FieldsSeq(out) {
			if pid, err := strconv.Atoi(field); err == nil {
				_ = syscall.Kill(pid, syscall.SIGKILL) // fails where it has just ended
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := os.RemoveAll(filepath.Join(filesDir, name)); err != nil {
		return err
	}
	_ = os.Remove(filesDir) // fails while others are in it
	_, err := netns("delete", name)
	if _, gone := os.Stat(filepath.Join(netnsDir, name)); errors.Is(gone, os.ErrNotExist) {
		return nil // or was never made, or another process was quicker with a stale one
	}
	return err
}

// netns calls `ip netns`, also when the test's context has ended.
func netns(args ...string) (string, error) {
	out, err := exec.CommandContext(context.Background(), "ip", append([]string{"netns"}, args...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("ip netns %q: %w: %s", args, err, out)
	}
	return string(out), nil
}

// removeStale removes what tests left that ran no cleanups, because they were killed or ran out of time.
func removeStale() error {
	for _, dir := range []string{netnsDir, filesDir} {
		names, err := filepath.Glob(filepath.Join(dir, family+"*"))
		if err != nil {
			return err
		}
		for _, name := range names {
			name = filepath.Base(name)
			owner, _, _ := strings.Cut(strings.TrimPrefix(name, family), "-")
			pid, err := strconv.Atoi(owner)
			if err != nil || syscall.Kill(pid, 0) == nil {
				continue
			}
			if err = remove(name); err != nil {
				return fmt.Errorf("stale network namespace %s: %w", name, err)
			}
		}
	}
	return nil
}

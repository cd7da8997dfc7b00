// Package coturntest runs Debian's coturn for tests, on loopback and free ports. The server ends with the test, and all
// it writes lies in the test's folder.
package coturntest

import (
	"bufio"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
)

// What servers are told unless the test tells them something else.
const (
	User     = "viewer"
	Password = "s3cret-of-viewer"
	Realm    = "e2e"
)

// Start runs coturn with the arguments besides those of the place, and returns the port that it listens on, UDP and TCP.
// Peers on loopback are allowed, so that it relays within the machine.
func Start(t testing.TB, args ...string) int {
	t.Helper()
	path, err := exec.LookPath("turnserver")
	if err != nil {
		t.Fatal("needs Debian's coturn: apt-get install coturn")
	}
	port := freeport.Take(t)
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), path, append([]string{
		"-n", "--no-cli", "--simple-log", "-l", "stdout", "--pidfile", filepath.Join(dir, "pid"),
		"--db", filepath.Join(dir, "db"), "--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1",
		"--listening-port", fmt.Sprint(port), "--realm", Realm, "--allow-loopback-peers", "--no-dtls",
	}, args...)...)
	cmd.Dir = dir
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err = cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan struct{}), make(chan struct{})
	var text strings.Builder
	go func() {
		defer close(ended)
		isReady := false
		for lines := bufio.NewScanner(out); lines.Scan(); {
			text.WriteString(lines.Text() + "\n")
			// the last that it begins, after its listeners
			if !isReady && strings.Contains(lines.Text(), "IO method (admin thread)") {
				isReady = true
				close(ready)
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = cmd.Wait()
	})
	select {
	case <-ready:
	case <-ended:
		t.Fatalf("coturn ended:\n%s", text.String())
	case <-time.After(10 * time.Second):
		t.Fatal("coturn did not begin within 10 s")
	}
	return port
}

// LongTerm are the arguments for a server with User and Password.
func LongTerm() []string {
	return []string{"--lt-cred-mech", "--user", User + ":" + Password, "--no-tls"}
}

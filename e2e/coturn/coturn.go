// Package coturn runs Debian's coturn for tests. It promises: the server ends with the test, all that it writes lies in
// the test's folder, Debian's configuration stays out of it, and it listens when Start or Run returns.
package coturn

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// Defaults of servers.
const (
	User     = "viewer"
	Password = "s3cret-of-viewer"
	Realm    = "e2e"
)

// Start runs coturn on loopback, and returns the port that it listens on, UDP and TCP. Peers on loopback are allowed,
// so that it relays within the machine.
func Start(t testing.TB, args ...string) int {
	t.Helper()
	_, err := exec.LookPath("turnserver")
	require.NoError(t, err, "needs Debian's coturn: apt-get install coturn")
	port := freeport.Take(t)
	Run(t, exec.Command, "127.0.0.1", port, append([]string{"--allow-loopback-peers"}, args...)...)
	return port
}

// Run runs coturn at an address of the network that command's programs see.
func Run(t testing.TB, command func(name string, args ...string) *exec.Cmd, address string, port int, args ...string) *process.Process {
	t.Helper()
	dir := t.TempDir()
	cmd := command("turnserver", append([]string{
		"-n", "--no-cli", "--no-dtls", "--simple-log", "--log-file", "stdout",
		"--pidfile", filepath.Join(dir, "pid"), "--userdb", filepath.Join(dir, "db"),
		"--listening-ip", address, "--relay-ip", address, "--listening-port", fmt.Sprint(port), "--realm", Realm,
	}, args...)...)
	cmd.Dir = dir
	p := process.Start(t, cmd)
	// the last that it begins, after its listeners
	p.Until(t, 10*time.Second, "coturn listens", func() bool { return strings.Contains(p.Output(), "IO method (admin thread)") })
	return p
}

// LongTerm are the arguments for a server with User and Password.
func LongTerm() []string {
	return []string{"--lt-cred-mech", "--user", User + ":" + Password, "--no-tls"}
}

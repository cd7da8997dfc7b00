package lab

import (
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/stretchr/testify/require"
)

// TURN says how coturn runs: at Address of the Internet it answers STUN and TURN by UDP and TCP, on one port.
type TURN struct {
	Address            string // 203.0.113.1 to 203.0.113.4; Server where empty
	Port               int    // 3478 where 0
	Username, Password string // of a user that is always known
	Secret             string // which signs users (use-auth-secret), instead of Username
}

// StartTURN starts coturn and waits until it answers. Kill it to have it vanish; start it again as often as wanted.
func (l *Lab) StartTURN(cfg TURN) *Process {
	l.t.Helper()
	if cfg.Address == "" {
		cfg.Address = Server
	}
	if cfg.Port == 0 {
		cfg.Port = 3478
	}
	args := []string{
		"-n", // no configuration file: Debian's stays out of it
		"--listening-ip", cfg.Address, "--relay-ip", cfg.Address, "--listening-port", fmt.Sprint(cfg.Port),
		"--realm", "lab", "--fingerprint", "--no-cli", "--no-tls", "--no-dtls", "--no-multicast-peers",
		"--log-file", "stdout", "--simple-log", "--verbose",
		"--userdb", filepath.Join(l.dir, "turndb"), "--pidfile", filepath.Join(l.dir, fmt.Sprintf("turn-%s-%d.pid", cfg.Address, cfg.Port)),
	}
	if cfg.Secret != "" {
		args = append(args, "--use-auth-secret", "--static-auth-secret", cfg.Secret)
	} else {
		args = append(args, "--lt-cred-mech", "--user", cfg.Username+":"+cfg.Password)
	}
	p := Start(l.t, l.Internet.Command("turnserver", args...))
	p.Wait(l.t, 10*time.Second, "coturn listens", func() bool { return l.listens(fmt.Sprintf("%s:%d", cfg.Address, cfg.Port)) })
	return p
}

// listens tells whether somebody in the Internet takes TCP connections at an address.
func (l *Lab) listens(address string) bool {
	conn, err := l.Internet.Dial(l.t.Context(), "tcp4", address)
	if err != nil {
		return false
	}
	require.NoError(l.t, conn.(*net.TCPConn).SetLinger(0)) // the port is free at once
	_ = conn.Close()
	return true
}

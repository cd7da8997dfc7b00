package lab

import (
	"cmp"
	"net"

	"github.com/AlexxIT/go2rtc/seats/e2e/coturn"
	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// TURN says how coturn runs: at Address of the Internet it answers STUN and TURN by UDP and TCP, on one port.
type TURN struct {
	Address            string // 203.0.113.1 to 203.0.113.4; Server where empty
	Port               int    // 3478 where 0
	Username, Password string // of a user that is always known
	Secret             string // which signs users (use-auth-secret), instead of Username
}

// StartTURN starts coturn and waits until it answers. Kill it to have it vanish; it may be started again.
func (l *Lab) StartTURN(cfg TURN) *process.Process {
	l.t.Helper()
	args := []string{"--fingerprint", "--no-tls", "--no-multicast-peers", "--verbose"}
	if cfg.Secret != "" {
		args = append(args, "--use-auth-secret", "--static-auth-secret", cfg.Secret)
	} else {
		args = append(args, "--lt-cred-mech", "--user", cfg.Username+":"+cfg.Password)
	}
	return coturn.Run(l.t, l.Internet.Command, cmp.Or(cfg.Address, Server), cmp.Or(cfg.Port, 3478), args...)
}

// listens is whether TCP connections to an address of the Internet are taken.
func (l *Lab) listens(address string) bool {
	conn, err := l.Internet.Dial(l.t.Context(), "tcp4", address)
	if err != nil {
		return false
	}
	require.NoError(l.t, conn.(*net.TCPConn).SetLinger(0)) // the port is free at once
	_ = conn.Close()
	return true
}

package freeport

import (
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTake(t *testing.T) {
	var port int
	t.Run("reserved", func(t *testing.T) {
		port = Take(t)
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		_, err := net.Dial("tcp", addr)
		require.ErrorContains(t, err, "refused")
		for range 2 { // a server may come back
			var l net.Listener
			l, err = net.Listen("tcp", addr)
			require.NoError(t, err)
			var conn net.Conn
			conn, err = net.Dial("tcp", addr)
			require.NoError(t, err)
			require.NoError(t, conn.Close())
			require.NoError(t, l.Close())
		}
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}}
		_, err = dialer.Dial("tcp", addr)
		require.ErrorContains(t, err, "in use", "connections of others do not begin here")
	})
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}}
	_, err := dialer.Dial("tcp", "127.0.0.1:1")
	require.ErrorContains(t, err, "refused", "released with the test")
}

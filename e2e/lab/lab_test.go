package lab

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNAT(t *testing.T) {
	l := New(t)
	servers := []string{Server + ":7", "203.0.113.2:7"}
	for _, server := range servers {
		l.Internet.answer(server, func(_ []byte, from net.Addr) []byte { return []byte(from.String()) })
	}
	web := Server + ":80"
	listener := l.Internet.Listen(web)
	t.Cleanup(func() { _ = listener.Close() })
	other := l.Internet.Listen(Server + ":81")
	t.Cleanup(func() { _ = other.Close() })
	dials := func(address string) bool {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		conn, err := l.Web.Dial(ctx, "tcp4", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}
	// seen are the addresses that two servers see of one socket; none where they do not hear it
	seen := func(port int) (list []string) {
		conn := l.Web.listenPacket(fmt.Sprintf("192.168.20.2:%d", port))
		defer func() { _ = conn.Close() }()
		b := make([]byte, 100)
		for _, server := range servers {
			to, err := net.ResolveUDPAddr("udp4", server)
			require.NoError(t, err)
			_, err = conn.WriteTo([]byte("?"), to)
			require.NoError(t, err)
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(300*time.Millisecond)))
			if n, _, err := conn.ReadFrom(b); err == nil {
				list = append(list, string(b[:n]))
			}
		}
		return list
	}

	kept := WebPublic + ":5000"
	require.Equal(t, []string{kept, kept}, seen(5000))
	require.True(t, l.Asked(WebPublic, "203.0.113.2", 7))
	require.False(t, l.Asked(BoxPublic, "203.0.113.2", 7))

	l.SetNAT(l.WebNAT, NAT{Symmetric: true})
	list := seen(5000)
	require.Len(t, list, 2)
	require.NotEqual(t, list[0], list[1])
	require.NotContains(t, list, kept)

	l.SetNAT(l.WebNAT, NAT{BlockUDP: true})
	require.Empty(t, seen(5000))
	require.True(t, dials(web))

	l.SetNAT(l.WebNAT, NAT{OnlyTCP: ProxyAddress})
	require.Empty(t, seen(5000))
	require.True(t, dials(web))
	require.False(t, dials(Server+":81"))

	l.SetNAT(l.WebNAT, NAT{})
	require.Equal(t, []string{kept, kept}, seen(5000))
	require.True(t, dials(Server+":81"))

	// nothing of another network is reached, and no error is sent
	require.False(t, dials(BoxHost+":1984"))
}

// TestNothingStays: a lab takes itself away, and what a process left that was killed.
func TestNothingStays(t *testing.T) {
	need(t)
	dead := exec.CommandContext(t.Context(), "true")
	require.NoError(t, dead.Run())
	stale := fmt.Sprintf("%s%d-1-box", family, dead.ProcessState.Pid())
	_, err := netns("add", stale)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(filesDir, stale), 0o755))
	left := exec.CommandContext(t.Context(), "ip", "netns", "exec", stale, "sleep", "1000")
	require.NoError(t, left.Start())
	require.Eventually(t, func() bool {
		inside, err := netns("pids", stale)
		return err == nil && strings.TrimSpace(inside) != ""
	}, 10*time.Second, 10*time.Millisecond, "it enters the namespace after its start")

	var mine string
	t.Run("lab", func(t *testing.T) {
		l := New(t)
		mine = l.Box.Name
		require.FileExists(t, filepath.Join(netnsDir, mine))
		process.Start(t, l.Box.Command("sleep", "1000"))
		require.NoFileExists(t, filepath.Join(netnsDir, stale))
		require.NoDirExists(t, filepath.Join(filesDir, stale))
	})
	require.Error(t, left.Wait(), "it was killed")
	require.NoFileExists(t, filepath.Join(netnsDir, mine))
	require.NoDirExists(t, filepath.Join(filesDir, mine))
}

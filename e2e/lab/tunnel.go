package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

const (
	sshPort    = 2222
	tunnelPort = 1984 // on loopback of the Internet's server, where the proxy finds it
)

// Tunnel makes port 1984 of the box's loopback reachable at a port of loopback on the Internet's server: OpenSSH's -R,
// which the box opens from behind its router, stands in for Cloudflare Tunnel. It holds as long as the lab.
func (l *Lab) Tunnel() {
	l.t.Helper()
	dir := l.t.TempDir()
	for _, key := range []string{"host", "box"} {
		l.Internet.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, key))
	}
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(l.t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	public, err := os.ReadFile(filepath.Join(dir, "box.pub"))
	require.NoError(l.t, err)
	keys := file("authorized_keys", string(public))
	hostKey, err := os.ReadFile(filepath.Join(dir, "host.pub"))
	require.NoError(l.t, err)
	known := file("known_hosts", fmt.Sprintf("[%s]:%d %s", Server, sshPort, hostKey))
	config := file("sshd_config", fmt.Sprintf(`ListenAddress %s:%d
HostKey %s
AuthorizedKeysFile %s
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding remote
`, Server, sshPort, filepath.Join(dir, "host"), keys))
	// Only sshd sees these: it requires a folder that Debian's service makes, and refuses an account that is locked, as
	// root is on many machines. `ip netns exec` gave it mounts of its own.
	shadow := file("shadow", "root:*:20000:0:99999:7:::\nsshd:!:20000::::::\n")
	sshd := process.Start(l.t, l.Internet.Command("sh", "-c", `mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && mount --bind "$1" /etc/shadow &&
exec /usr/sbin/sshd -D -e -f "$2"`, "sh", shadow, config))
	sshd.Until(l.t, 10*time.Second, "sshd listens", func() bool { return l.listens(fmt.Sprintf("%s:%d", Server, sshPort)) })

	ssh := process.Start(l.t, l.Box.Command("ssh", "-N", "-F", "none", "-i", filepath.Join(dir, "box"), "-p", fmt.Sprint(sshPort),
		"-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "UserKnownHostsFile="+known, "-o", "StrictHostKeyChecking=yes",
		"-o", "ExitOnForwardFailure=yes", "-R", fmt.Sprintf("127.0.0.1:%d:127.0.0.1:1984", tunnelPort), "root@"+Server))
	ssh.Until(l.t, 10*time.Second, "the tunnel is open", func() bool { return l.listens(fmt.Sprintf("127.0.0.1:%d", tunnelPort)) })
}

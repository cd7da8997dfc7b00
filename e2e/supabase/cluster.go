package supabase

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// Cluster is a running PostgreSQL with a folder of its own, on a free port of loopback. It trusts every client,
// and does not sync: it survives being killed, as tests do to it, but not a power cut.
type Cluster struct {
	Port int

	dir      string
	release  func() // of the port
	settings []string
	server   *process.Process
	template sync.Mutex // guards the making of the template
	made     bool
	names    atomic.Int64
}

var shared struct {
	sync.Mutex
	cluster *Cluster
}

// Shared is the cluster that all tests of a process share: each takes databases of its own, and none stops it.
func Shared(t testing.TB) *Cluster {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster == nil {
		c, err := newCluster(nil)
		require.NoError(t, err)
		shared.cluster = c
	}
	return shared.cluster
}

// Close ends the shared cluster. Call it at the end of TestMain.
func Close() {
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster != nil {
		shared.cluster.remove()
		shared.cluster = nil
	}
}

// NewCluster is a cluster of the test's own. Settings are lines of postgresql.conf, such as "max_wal_senders=0".
func NewCluster(t testing.TB, settings ...string) *Cluster {
	t.Helper()
	c, err := newCluster(settings)
	require.NoError(t, err)
	t.Cleanup(c.remove)
	return c
}

func newCluster(settings []string) (*Cluster, error) {
	// not under t.TempDir, into which no other user may look
	dir, err := os.MkdirTemp("", "seats-postgres-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, settings: settings}
	if err = c.init(); err == nil {
		err = c.begin()
	}
	if err != nil {
		c.remove()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) init() error {
	cmd, err := c.command("initdb", "-D", filepath.Join(c.dir, "data"), "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	if err != nil {
		return err
	}
	if owner := cmd.SysProcAttr.Credential; owner != nil {
		if err = os.Chown(c.dir, int(owner.Uid), int(owner.Gid)); err != nil {
			return err
		}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// command is a program of PostgreSQL's, run as the user postgres if we are root, which it refuses.
func (c *Cluster) command(name string, args ...string) (*exec.Cmd, error) {
	// Debian keeps these beside its wrappers, so that several versions can be installed; not in PATH
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil {
		return nil, err
	}
	path, err := exec.LookPath(name)
	if len(found) > 0 {
		path, err = slices.MaxFunc(found, func(a, b string) int { return majorOf(a) - majorOf(b) }), nil
	}
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL is missing, `make setup` installs it: %w", err)
	}
	cmd := exec.CommandContext(context.Background(), path, args...) // ended by End
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC")
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			return nil, err
		}
		owner := &syscall.Credential{}
		if _, err = fmt.Sscan(u.Uid+" "+u.Gid, &owner.Uid, &owner.Gid); err != nil {
			return nil, err
		}
		cmd.SysProcAttr.Credential = owner
	}
	return cmd, nil
}

func majorOf(program string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(program)))) // "9.6" is 0, and long gone
	return n
}

// startLimit is how long PostgreSQL may take to answer; recovery after a kill is part of it.
const startLimit = 30 * time.Second

// begin starts the server on the port it had, or on a free one.
func (c *Cluster) begin() error {
	if c.Port == 0 {
		var err error
		if c.Port, c.release, err = freeport.Reserve(); err != nil {
			return err
		}
	}
	args := []string{"-D", filepath.Join(c.dir, "data"), "-p", strconv.Itoa(c.Port), "-k", c.dir}
	settings := append([]string{
		"listen_addresses=127.0.0.1", "wal_level=logical", "fsync=off", "full_page_writes=off", "max_connections=200",
	}, c.settings...)
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	cmd, err := c.command("postgres", args...)
	if err != nil {
		return err
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGQUIT // "stop at once" to PostgreSQL, which then tells its children
	if c.server, err = process.Spawn(cmd); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		if c.server.Ended() || ctx.Err() != nil {
			return fmt.Errorf("start PostgreSQL: %w\n%s", err, c.server.Output())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Stop ends the server: cleanly, or at once, as a crash would.
func (c *Cluster) Stop(t testing.TB, atOnce bool) {
	t.Helper()
	sig := syscall.SIGINT // "fast": sessions are cut off, the rest is saved
	if atOnce {
		sig = syscall.SIGQUIT
	}
	require.NoError(t, c.server.End(sig, startLimit))
}

// Start starts it again on the same port.
func (c *Cluster) Start(t testing.TB) {
	t.Helper()
	require.NoError(t, c.begin())
}

func (c *Cluster) remove() {
	var err error
	if c.server != nil {
		err = c.server.End(syscall.SIGQUIT, startLimit)
	}
	if c.release != nil {
		c.release()
	}
	if err = errors.Join(err, os.RemoveAll(c.dir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

func (c *Cluster) url(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", c.Port, database)
}

package supabase

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// Lite is @supabase/lite before a database: a project's rest/v1 and auth/v1.
type Lite struct {
	URL string // as a project's: http://127.0.0.1:port

	db     *Database
	keys   Keys
	port   int
	server *process.Process
}

// StartLite starts one on a port of its own. The database has its tables by now: lite never sees one that is made later.
func StartLite(t testing.TB, db *Database, keys Keys) *Lite {
	t.Helper()
	l := &Lite{db: db, keys: keys, port: freeport.Take(t)}
	l.Start(t)
	return l
}

var portLine = regexp.MustCompile(`(?m)^\{"port":\d+\}$`)

// Start starts it, and returns when it answers.
func (l *Lite) Start(t testing.TB) {
	t.Helper()
	_, err := os.Stat(filepath.Join(Dir(), "node_modules"))
	require.NoError(t, err, "`make setup` fetches lite")
	cmd := exec.CommandContext(context.Background(), "node", "rest.mjs") // ended by process
	cmd.Dir = Dir()
	cmd.Env = append(os.Environ(), "DATABASE_URL="+l.db.URL, fmt.Sprintf("PORT=%d", l.port), "JWT_SECRET="+l.keys.JWTSecret, "LITE_TELEMETRY=0")
	if !l.keys.legacy {
		cmd.Env = append(cmd.Env, "SECRET_KEY="+l.keys.Secret, "PUBLISHABLE_KEY="+l.keys.Publishable)
	}
	l.server = process.Start(t, cmd)
	// among the warnings of the libraries
	l.server.Until(t, startLimit, "lite answers", func() bool { return portLine.MatchString(l.server.Output()) })
	l.URL = fmt.Sprintf("http://127.0.0.1:%d", l.port)
	l.warm(t)
}

// warm makes the first request, which looks at the schema and hands out grants: none of a test's own shall be that one.
func (l *Lite) warm(t testing.TB) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL+"/rest/v1/seat_status?limit=0", http.NoBody)
	require.NoError(t, err)
	req.Header.Set("apikey", l.keys.Secret)
	if l.keys.legacy {
		req.Header.Set("Authorization", "Bearer "+l.keys.Secret)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: startLimit}
	res, err := client.Do(req)
	require.NoError(t, err)
	_ = res.Body.Close()
}

// Kill ends it as a crash does.
func (l *Lite) Kill(testing.TB) { l.server.Kill() }

// Stop ends it as a deployment does.
func (l *Lite) Stop(t testing.TB) {
	t.Helper()
	require.NoError(t, l.server.End(syscall.SIGTERM, startLimit))
}

package analytics

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/healthcheck"
	"github.com/stretchr/testify/require"
)

func TestHealth(t *testing.T) {
	c := config.Default()
	path := filepath.Join(t.TempDir(), "go2rtc.yaml")
	require.Empty(t, newAnalytics(c, path, nil).problems(time.Now()), "nothing to do")

	c.Seats = []config.Seat{{ID: "A", Stream: "cam1"}}
	a := newAnalytics(c, path, nil)
	require.Equal(t, []string{"no model, so no looks are made"}, a.problems(time.Now()))
	require.FileExists(t, a.databasePath())
	a.close()

	// a folder stands where the database should
	require.NoError(t, os.Mkdir(filepath.Join(filepath.Dir(path), "folder"), 0o700))
	c.Database = "folder"
	d := desk{Analytics: newAnalytics(c, path, nil), t: t}
	defer d.close()
	require.Len(t, d.problems(time.Now()), 2)
	var h healthcheck.Health
	require.NoError(t, json.Unmarshal([]byte(d.want(http.StatusServiceUnavailable, "GET", "/api/seats/health", "")), &h))
	require.False(t, h.Healthy)
	require.Len(t, h.Problems, 2)
}

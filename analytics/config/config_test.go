package config

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

// load reads a section as go2rtc.yaml, beside one stream.
func load(t testing.TB, text string) (Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "go2rtc.yaml")
	require.NoError(t, os.WriteFile(path, []byte(strings.TrimRight(text, "\n")+"\nstreams: {cam1: rtsp://127.0.0.1/1}\n"), 0o600))
	return Load(path, creds.ReplaceVars)
}

// unmarshal reads one document over what is there.
func unmarshal(c *Config, document string) error {
	cfg := struct {
		Mod *Config `yaml:"analytics"`
	}{c}
	return yaml.Unmarshal([]byte(document), &cfg)
}

func TestConfigMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			text, want, ok := strings.Cut(string(b), "----------\n")
			require.True(t, ok)
			_, err = load(t, text)
			require.EqualError(t, err, strings.TrimSpace(want))
		})
	}
}

func TestConfigDefaults(t *testing.T) {
	c, err := load(t, "analytics: {store_id: s}")
	require.NoError(t, err)
	want := Default()
	want.StoreID = "s"
	c.lines = nil
	require.Equal(t, want, c)

	// no section at all is nothing to look at
	c, err = load(t, "api: {listen: :1984}")
	require.NoError(t, err)
	require.Equal(t, Default(), c)
}

// TestConfigShipped loads the file that operators begin with: it must say what the defaults are.
func TestConfigShipped(t *testing.T) {
	c, err := Load("../../go2rtc.yaml", creds.ReplaceVars)
	require.NoError(t, err)
	require.Equal(t, "oryudong", c.StoreID)
	require.Len(t, c.Seats, 1)
	c.StoreID, c.Seats, c.lines = "", nil, nil
	require.Equal(t, Default(), c)
}

func TestConfigSeatsKeepTheirOrder(t *testing.T) {
	c, err := load(t, `
analytics:
  store_id: s
  interval: 1s
  seats:
    Z: {stream: cam1, roi: [[0, 0], [1, 0], [1, 1]], anchor: overlap}
    A: {stream: cam1, roi: &r [[0, 0], [1, 0], [1, 1]], name: Window}
    M: {stream: cam1, roi: *r, items_roi: [[0, 0], [0.5, 0], [0.5, 0.5]]}
`)
	require.NoError(t, err)
	require.Equal(t, time.Second, c.Interval)
	require.Equal(t, []string{"Z", "A", "M"}, []string{c.Seats[0].ID, c.Seats[1].ID, c.Seats[2].ID})
	require.Equal(t, seat.AnchorOverlap, c.Seats[0].Anchor)
	require.Equal(t, seat.AnchorFit, c.Seats[1].Anchor)
	require.Equal(t, c.Seats[1].ROI, c.Seats[2].ROI)
	require.Equal(t, []string{"cam1"}, c.StreamNames())
}

// TestConfigLaterDocumentsOverride: go2rtc takes several -config, each over the ones before.
func TestConfigLaterDocumentsOverride(t *testing.T) {
	c := Default()
	for _, doc := range []string{
		"analytics: {store_id: one, seats: {A: {stream: cam1, roi: [[0, 0], [1, 0], [1, 1]]}}}",
		"analytics: {store_id: two, seats: {A: {name: Window}, B: {stream: cam1, roi: [[0, 0], [1, 0], [1, 1]]}}}",
	} {
		require.NoError(t, unmarshal(&c, doc))
	}
	require.NoError(t, c.Validate(anyStream))
	require.Equal(t, "two", c.StoreID)
	require.Equal(t, "Window", c.Seats[0].Name)
	require.Len(t, c.Seats[0].ROI, 3)
	require.Equal(t, "B", c.Seats[1].ID)
}

func FuzzConfig(f *testing.F) {
	files, _ := filepath.Glob("testdata/mistakes/*.txt")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(b)
		}
	}
	f.Add([]byte("analytics: &a {seats: {A: *a}}"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		c := Default()
		if unmarshal(&c, string(b)) == nil {
			_ = c.Validate(anyStream)
		}
	})
}

// TestImports: a configuration that knew HTTP could be used by nothing but a server.
func TestImports(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	imports := strings.Fields(string(out))
	require.Contains(t, imports, "github.com/AlexxIT/go2rtc/seats/analytics/edit")
	require.NotContains(t, imports, "net/http")
}

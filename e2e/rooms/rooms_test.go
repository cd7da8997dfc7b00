package rooms

import (
	"crypto/sha256"
	"encoding/json"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/stretchr/testify/require"
)

var kinds = []string{"desks", "sitters", "passers", "rooms", "light", "camera", "furniture", "begun"}

// material is what the set is made from, or the test is skipped.
func material(t testing.TB) Material {
	t.Helper()
	assets := filepath.Join("..", "..", "..", "shared", "assets")
	m := Material{filepath.Join(assets, "images", "coco-val2017"), filepath.Join(assets, "video"), VtestPath}
	if err := m.check(); err != nil {
		t.Skipf("the set is made by make rooms, not by make test: %v", err)
	}
	return m
}

// tuning is the first half, cut out once.
var tuning = sync.OnceValues(func() (*crew, error) {
	assets := filepath.Join("..", "..", "..", "shared", "assets")
	return cast(Material{filepath.Join(assets, "images", "coco-val2017"), filepath.Join(assets, "video"), VtestPath}, Tune)
})

func TestSet(t *testing.T) {
	material(t)
	c, err := tuning()
	require.NoError(t, err)
	first, err := c.clips()
	require.NoError(t, err)
	again, err := c.clips()
	require.NoError(t, err)
	require.Len(t, again, len(first))

	t.Run("truth", func(t *testing.T) {
		seen := map[string]bool{}
		for _, clip := range first {
			valid(t, clip)
			seen[clip.Kind] = true
		}
		for _, k := range kinds {
			require.True(t, seen[k], k)
		}
		dir := t.TempDir()
		require.NoError(t, WriteTruth(dir, first))
		b, err := os.ReadFile(filepath.Join(dir, "truth.json"))
		require.NoError(t, err)
		var all map[string]struct {
			Half  string
			Seats []struct {
				States [][2]any
			}
		}
		require.NoError(t, json.Unmarshal(b, &all))
		require.Len(t, all, len(first))
		for name, clip := range all {
			require.Equal(t, "tune", clip.Half, name)
			require.Equal(t, 0.0, clip.Seats[0].States[0][0], name)
		}
	})

	t.Run("same seed, same frames", func(t *testing.T) {
		done := map[string]bool{}
		for i, clip := range first {
			if done[clip.Kind] || clip.w > 1920 || clip.Kind == "begun" {
				continue
			}
			done[clip.Kind] = true
			require.Equal(t, hash(t, clip, 3), hash(t, again[i], 3), clip.Name())
		}
	})

	t.Run("a clip encodes and decodes", func(t *testing.T) {
		clip := first[0]
		clip.Duration = 4
		dir := t.TempDir()
		require.NoError(t, clip.Write(t.Context(), dir))
		out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-count_frames", "-select_streams", "v",
			"-show_entries", "stream=codec_name,pix_fmt,nb_read_frames", "-of", "csv=p=0", filepath.Join(dir, clip.Name())).CombinedOutput()
		require.NoError(t, err, string(out))
		require.Equal(t, "h264,yuv420p,20", strings.TrimSpace(string(out)))
	})
}

// valid holds a clip to what truth.json promises.
func valid(t *testing.T, c *Clip) {
	t.Helper()
	require.NotEmpty(t, c.About, c.Name())
	require.Contains(t, kinds, c.Kind)
	require.NotEmpty(t, c.Tries, c.Name())
	for _, idea := range c.Tries {
		require.Contains(t, []string{"cutouts", "assign", "stays", "empty", "motion", "filter"}, idea)
	}
	ids := map[string]bool{}
	for _, s := range c.Seats {
		require.False(t, ids[s.SeatID], "%s: two seats %s", c.Name(), s.SeatID)
		ids[s.SeatID] = true
		for _, points := range [][][2]float64{s.ROI, s.ItemsROI} {
			var roi seat.ROI
			for _, p := range points {
				roi = append(roi, seat.Point{X: float32(p[0]), Y: float32(p[1])})
			}
			require.NoError(t, roi.Validate(), "%s: seat %s", c.Name(), s.SeatID)
		}
		if require.Zero(t, s.States[0].At, "%s: seat %s", c.Name(), s.SeatID); c.Kind != "begun" {
			require.Equal(t, State{0, Empty}, s.States[0], "%s: seat %s", c.Name(), s.SeatID)
		}
		for i, st := range s.States[1:] {
			require.Greater(t, st.At, max(s.States[i].At, min(c.EmptyAt, 1)*(c.EmptyAt+2.9)), "%s: seat %s: %v", c.Name(), s.SeatID, s.States)
			require.Less(t, st.At, c.Duration)
			require.NotEqual(t, s.States[i].Status, st.Status)
		}
	}
}

// hash is of the first frames of a clip.
func hash(t *testing.T, c *Clip, n int) string {
	t.Helper()
	h := sha256.New()
	img := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
	for i := range n {
		require.NoError(t, c.frame(img, i))
		h.Write(img.Pix)
	}
	return string(h.Sum(nil))
}

func TestHalvesShareNothing(t *testing.T) {
	type one struct{ id, label int }
	seen := map[one]Half{}
	say := func(h Half, o one) {
		if was, ok := seen[o]; ok {
			require.Equal(t, was, h, o)
		}
		seen[o] = h
	}
	for _, p := range pieces {
		say(p.half, one{p.id, p.label})
	}
	for _, b := range busts {
		say(b.half, one{b.id, b.label})
	}
	for h, ids := range covers {
		for _, id := range ids {
			say(h, one{id, -1})
		}
	}
	for h, ids := range backdrops {
		for _, id := range ids {
			say(h, one{id, -1})
		}
	}
	require.LessOrEqual(t, vtestSpan(Tune).To, vtestSpan(Final).From)
}

func TestMissingMaterialNamesItsPackage(t *testing.T) {
	_, err := Set(Material{Vtest: filepath.Join(t.TempDir(), "vtest.avi")}, Tune)
	require.ErrorContains(t, err, "opencv-doc")
}

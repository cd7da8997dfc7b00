package seat

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValidate(t *testing.T) {
	nan := float32(math.NaN())
	cases := []struct {
		name string
		roi  ROI
		err  string
	}{
		{"square", ROI{{0, 0}, {1, 0}, {1, 1}, {0, 1}}, ""},
		{"concave", ROI{{0, 0}, {1, 0}, {.5, .4}, {1, 1}, {0, 1}}, ""},
		{"two points", ROI{{0, 0}, {1, 1}}, "has 2 points, wants 3 to 64"},
		{"too many points", make(ROI, 65), "has 65 points, wants 3 to 64"},
		{"outside", ROI{{0, 0}, {1.1, 0}, {1, 1}}, "point 2 is outside 0..1"},
		{"not a number", ROI{{0, 0}, {1, nan}, {1, 1}}, "point 2 is outside 0..1"},
		{"bow tie", ROI{{0, 0}, {1, 1}, {1, 0}, {0, 1}}, "edges 1 and 3 cross"},
		{"spike", ROI{{0, 0}, {1, 0}, {.5, 0}, {.5, 1}}, "edges 1 and 3 cross"},
		{"twice the same", ROI{{0, 0}, {0, 0}, {1, 1}}, "points 1 and 2 are the same"},
		{"a line", ROI{{0, 0}, {.5, .5}, {1, 1}}, "covers next to nothing of the picture"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			err := ca.roi.Validate()
			if ca.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, ca.err)
			}
		})
	}
}

func TestContains(t *testing.T) {
	arrow := ROI{{.2, .2}, {.8, .2}, {.5, .5}, {.8, .8}, {.2, .8}}
	for p, want := range map[Point]bool{
		{.3, .5}: true, {.7, .5}: false, {.2, .5}: true, {.5, .5}: true, {.2, .2}: true, {.8, .8}: true,
		{.1, .2}: false, {.5, .2}: true, {.9, .2}: false, {.65, .35}: true,
	} {
		require.Equal(t, want, arrow.Contains(p), p)
	}
}

func TestShare(t *testing.T) {
	left := ROI{{0, 0}, {.5, 0}, {.5, 1}, {0, 1}}
	require.InDelta(t, .5, left.Share(Box{0, 0, 1, 1}), 1e-6)
	require.InDelta(t, 1, left.Share(Box{.1, .1, .2, .2}), 1e-6)
	require.Zero(t, left.Share(Box{.6, .1, .7, .2}))
	require.Zero(t, left.Share(Box{.3, .3, .3, .3}))
	require.InDelta(t, .5, ROI{{0, 0}, {1, 0}, {0, 1}}.Share(Box{0, 0, 1, 1}), 1e-6)
}

func TestIoU(t *testing.T) {
	b := Box{.25, .25, .75, .75}
	for other, want := range map[Box]float64{b: 1, {.5, .25, 1, .75}: 1. / 3, {.8, .3, .9, .4}: 0, {0, 0, 1, 1}: .25, {}: 0} {
		require.InDelta(t, want, b.IoU(other), 1e-6, other)
	}
}

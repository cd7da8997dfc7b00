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

func TestObserve(t *testing.T) {
	seats := []Seat{
		{ID: "A", ROI: ROI{{0, .5}, {.5, .5}, {.5, 1}, {0, 1}}, ItemsROI: ROI{{0, 0}, {.5, 0}, {.5, .5}, {0, .5}}},
		{ID: "B", ROI: ROI{{.5, .5}, {1, .5}, {1, 1}, {.5, 1}}},
		{ID: "C", ROI: ROI{{0, 0}, {1, 0}, {1, .4}, {0, .4}}, Anchor: AnchorOverlap},
		{ID: "D", ROI: ROI{{.9, .4}, {1, .4}, {1, .5}, {.9, .5}}, Anchor: AnchorCenter},
	}
	isItem := func(class string) bool { return class == "book" }
	obs := Observe(nil, epoch, seats, []Detection{
		{Person, .9, Box{.4, .1, .6, .8}},    // foot on the edge of A and B: the first listed has it
		{Person, .5, Box{.1, .1, .2, .9}},    // A too, less sure
		{"book", .6, Box{.1, .1, .2, .2}},    // on A's desk
		{"book", .7, Box{.7, .6, .8, .7}},    // in B, which has no polygon for belongings
		{"dog", .9, Box{.7, .6, .8, .7}},     // in no ROI
		{Person, .8, Box{.7, .3, .8, .45}},   // two thirds in C
		{Person, .7, Box{.9, .41, 1, .49}},   // its centre in D
		{Person, .6, Box{.95, .95, 1.0, 1.}}, // foot on B's corner
	}, isItem)
	require.Equal(t, []Observation{
		{At: epoch, Person: .9, Item: .6},
		{At: epoch, Person: .6, Item: .7},
		{At: epoch, Person: .8},
		{At: epoch, Person: .7},
	}, obs)
}

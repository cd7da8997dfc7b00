package look

import (
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/scene"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/stretchr/testify/require"
)

// painted is a view of a plain desk, with a thing on it or without, as a camera's grain makes it.
func painted(maker *scene.Maker, seed int, thing bool) (m memory) {
	grain := uint32(seed)*2654435761 + 1
	for i := range maker.Luma {
		grain = grain*1664525 + 1013904223
		maker.Luma[i] = 200 + byte(grain>>30)
		if x, y := i%scene.Width, i/scene.Width; thing && x > 40 && x < 64 && y > 30 && y < 46 {
			maker.Luma[i] = 90 + 40*byte((x/3+y/3)%2)
		}
	}
	maker.Make(&m.view)
	return m
}

// TestWhatWasTakenAway: where nobody is sure that the place was empty, less to see than before is the empty place; more is
// a thing. Where an admin said so, both are changes.
func TestWhatWasTakenAway(t *testing.T) {
	maker := scene.NewMaker()
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	seed := 0
	// looks for so long at a desk as it is, and learns it as witness does
	shown := func(p *place, thing bool, seconds int) {
		for range seconds {
			p.last, p.now, seed, at = p.now, painted(maker, seed, thing), seed+1, at.Add(time.Second)
			p.now.at = at
			p.weigh()
			p.learn()
		}
	}
	for _, was := range []bool{true, false} {
		p := place{mask: everywhere}
		shown(&p, was, 10)
		require.False(t, p.empty.at.IsZero())
		shown(&p, !was, 3)
		require.Equal(t, was, p.cleared(), "a thing was there: %v", was)
		require.Equal(t, !was, p.scene(false).Is(seat.Changed), "changed")
		shown(&p, !was, 10)
		require.Equal(t, was, p.bare(), "the empty place is taken anew where a thing was taken away")

		p = place{mask: everywhere}
		shown(&p, was, 10)
		p.sure = true
		shown(&p, !was, 3)
		require.False(t, p.cleared())
		require.True(t, p.scene(false).Is(seat.Changed), "changed")
	}
}

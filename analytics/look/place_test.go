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

// TestMoving: what moves between two looks is said, and grain is not.
func TestMoving(t *testing.T) {
	maker := scene.NewMaker()
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	p := place{mask: everywhere}
	for i, thing := range []bool{false, false, false, true, false, false} {
		p.last, p.now, at = p.now, painted(maker, i, thing), at.Add(time.Second)
		p.now.at = at
		p.weigh()
		require.Equal(t, i == 3 || i == 4, p.scene(false).Is(seat.Moving), "look %d", i)
	}
}

// TestGuesses: the best guess at a person and at a thing of a seat, whatever the thing is taken for; no furniture, nothing
// that fills the desk, nothing elsewhere.
func TestGuesses(t *testing.T) {
	s := newTestSeats()
	roi := s.shapes[0].ROI.Bounds()
	inside := func(share float32) seat.Box {
		w, h := (roi.X1-roi.X0)*share/2, (roi.Y1-roi.Y0)*share/2
		m := roi.Center()
		return seat.Box{X0: m.X - w, Y0: m.Y - h, X1: m.X + w, Y1: m.Y + h}
	}
	found := []seat.Detection{
		{Class: seat.Person, Confidence: .07, Box: inside(.9)},
		{Class: seat.Person, Confidence: .06, Box: inside(.8)},
		{Class: seat.Person, Confidence: .15, Box: seat.Box{X0: 0, Y0: 0, X1: .01, Y1: .01}},
		{Class: "remote", Confidence: .08, Box: inside(.2)},
		{Class: "chair", Confidence: .6, Box: inside(.3)},
		{Class: "kite", Confidence: .5, Box: inside(1)},
	}
	s.guesses(found, true)
	s.sight.at = time.Unix(1, 0)
	s.note(s.sight.at, nil)
	s.sight.testify(s.sight.at, s.obs)
	require.InDelta(t, .07, s.obs[0].Hint, 1e-6)
	require.Equal(t, found[0].Box, s.obs[0].HintBox)
	require.InDelta(t, .08, s.obs[0].Thing, 1e-6)

	s.guesses(nil, false)
	require.InDelta(t, .08, s.sight.places[0].thing.confidence, 1e-6, "a cut-out adds to what the whole picture said")
	s.guesses(nil, true)
	require.Zero(t, s.sight.places[0].thing)
}

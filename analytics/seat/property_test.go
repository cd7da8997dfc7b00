package seat

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// table is the table of transitions of the package comment.
var table = map[EventType]map[Status]Status{
	PersonEnter:       {Empty: Occupied, Abandoned: Occupied},
	PersonLeave:       {Occupied: Empty},
	AbandonedDetected: {Empty: Abandoned, Occupied: Abandoned},
	ItemRemoved:       {Abandoned: Empty},
}

func confidence(t *rapid.T, label string) float32 {
	return rapid.SampledFrom([]float32{0, 0, .1, .25, .4, .9}).Draw(t, label)
}

func TestNoSequenceLeavesTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s State
		at := epoch
		for range rapid.IntRange(1, 200).Draw(t, "looks") {
			at = at.Add(time.Duration(rapid.IntRange(-200, 9000).Draw(t, "gap ms")) * time.Millisecond)
			o := Observation{At: at, Person: confidence(t, "person"), Item: confidence(t, "item")}
			next, e := s.Next(o, rules)
			if e == nil {
				if s.Status != "" {
					require.Equal(t, s.Status, next.Status, "a status changed without an event")
				}
			} else {
				to, ok := table[e.Type][e.Previous]
				require.True(t, ok, "%s from %s", e.Type, e.Previous)
				require.Equal(t, to, e.Status)
				require.Equal(t, e.Status, next.Status)
				require.False(t, e.At.After(o.At))
				require.False(t, e.At.Before(s.Since), "an event before the one that came before it")
			}
			if next.Status == Occupied {
				require.True(t, next.Person.On || next.Item.On || !next.Settled())
			}
			require.GreaterOrEqual(t, next.Alone, time.Duration(0))
			s = next
		}
	})
}

func TestNoOddLookChangesASeat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// any settled state, reached by any looks
		var s State
		at := epoch
		look := func(person, item float32) *Event {
			var e *Event
			s, e = s.Next(Observation{At: at, Person: person, Item: item}, rules)
			return e
		}
		person, item := confidence(t, "person"), confidence(t, "item")
		for range 40 {
			at = at.Add(time.Second)
			look(person, item)
		}
		before := s
		// one look that says anything at all, then the old truth again
		at = at.Add(time.Second)
		odd := look(confidence(t, "odd person"), confidence(t, "odd item"))
		require.Nil(t, odd)
		for range 10 {
			at = at.Add(500 * time.Millisecond)
			require.Nil(t, look(person, item))
		}
		require.Equal(t, before.Status, s.Status)
		require.Equal(t, before.Person.On, s.Person.On)
		require.Equal(t, before.Item.On, s.Item.On)
	})
}

func TestTimerNeverOutrunsTimeSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s State
		at, seen := epoch, time.Duration(0)
		for range rapid.IntRange(1, 100).Draw(t, "looks") {
			gap := time.Duration(rapid.IntRange(1, 20000).Draw(t, "gap ms")) * time.Millisecond
			at = at.Add(gap)
			if gap <= rules.MaxGap {
				seen += gap
			}
			s, _ = s.Next(Observation{At: at, Person: confidence(t, "person"), Item: confidence(t, "item")}, rules)
			require.LessOrEqual(t, s.Alone, seen)
		}
	})
}

func TestContainsAgreesWithShare(t *testing.T) {
	point := rapid.Custom(func(t *rapid.T) Point {
		return Point{float32(rapid.IntRange(0, 100).Draw(t, "x")) / 100, float32(rapid.IntRange(0, 100).Draw(t, "y")) / 100}
	})
	rapid.Check(t, func(t *rapid.T) {
		r := ROI(rapid.SliceOfN(point, 3, 6).Draw(t, "roi"))
		if r.Validate() != nil {
			t.Skip("no polygon: rapid draws another one")
		}
		p := point.Draw(t, "point")
		tiny := Box{p.X - .001, p.Y - .001, p.X + .001, p.Y + .001}
		switch share := r.Share(tiny); {
		case share > .999:
			require.True(t, r.Contains(p))
		case share == 0:
			require.False(t, r.Contains(p))
		}
		require.InDelta(t, 1, r.Share(Box{0, 0, 1, 1})/max(math.Abs(r.area()), 1e-9), 1e-3)
	})
}

package seat

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var here = Box{.4, .2, .6, .8}

// sat is a seat in which somebody has been found for a minute with this confidence, and when the next look is due.
func sat(t *testing.T, confidence float32) (State, time.Time) {
	t.Helper()
	s, events, at := simulated(State{}, epoch, epoch.Add(time.Minute), time.Second, dayRules, func(time.Time) Observation {
		return Observation{Person: confidence, Hint: confidence, Box: here, HintBox: here}
	})
	require.Equal(t, []EventType{PersonEnter}, kinds(events))
	return s, at
}

// freed is how long it takes until a seat is free whose looks say o from now on, at most a minute.
func freed(s State, from time.Time, o Observation) time.Duration {
	for at := from; at.Before(from.Add(time.Minute)); at = at.Add(s.NextLook(dayRules, time.Second)) {
		o.At = at
		var e *Event
		if s, e = s.Next(o, dayRules); e != nil && e.Type == PersonLeave {
			return at.Sub(from)
		}
	}
	return time.Minute
}

// TestWhoIsPlainToSeeIsNotMissed: the seat of one who was found surely, and of whom nothing is left, is free at once also
// where nobody knows what the empty seat looks like; not so where he was hard to see, or where a guess is left of him.
func TestWhoIsPlainToSeeIsNotMissed(t *testing.T) {
	gone := Observation{Place: Altered}
	plain, at := sat(t, .9)
	require.LessOrEqual(t, freed(plain, at, gone), 3*time.Second)
	require.LessOrEqual(t, freed(plain, at, Observation{}), 10*time.Second, "nothing is known of the place")

	faint, at := sat(t, .5)
	require.Greater(t, freed(faint, at, gone), 4*time.Second)
	require.LessOrEqual(t, freed(faint, at, gone), 10*time.Second)

	gone.Hint, gone.HintBox = .07, here
	require.Greater(t, freed(plain, at, gone), 5*time.Second)
	gone.Hint = .15
	require.Equal(t, time.Minute, freed(plain, at, gone), "somebody who leans over")
	gone.HintBox = Box{.55, .5, .75, .8}
	require.Less(t, freed(plain, at, gone), 20*time.Second, "a guess at somebody elsewhere is not him")
}

// TestLessSureElsewhereIsNotHim: what keeps a seat with less than it takes to come is found where he sat.
func TestLessSureElsewhereIsNotHim(t *testing.T) {
	s, at := sat(t, .9)
	require.Equal(t, time.Minute, freed(s, at, Observation{Person: .25, Hint: .25, Box: here, HintBox: here}))
	coat := Box{.55, .5, .75, .8}
	require.Less(t, freed(s, at, Observation{Person: .25, Hint: .25, Box: coat, HintBox: coat}), 20*time.Second)
}

// TestShortAbsencesAreNoLapses: somebody else in the seat is no sign that the one before was missed.
func TestShortAbsencesAreNoLapses(t *testing.T) {
	s, at := sat(t, .9)
	for i := range 5 {
		box := []Box{{.3, .3, .5, .9}, here}[i%2]
		s, _, at = simulated(s, at, at.Add(1500*time.Millisecond), time.Second, dayRules, func(time.Time) Observation { return Observation{} })
		s, _, at = simulated(s, at, at.Add(30*time.Second), time.Second, dayRules, func(time.Time) Observation {
			return Observation{Person: .9, Hint: .9, Box: box, HintBox: box}
		})
	}
	require.LessOrEqual(t, freed(s, at, Observation{Place: Altered}), 3*time.Second)
}

// TestThingsThatNobodyHasANameFor: guesses of any class hold the seat of one who goes, and of nobody else.
func TestThingsThatNobodyHasANameFor(t *testing.T) {
	thing := Observation{Thing: .08, Closely: true, Place: Altered}
	s, at := sat(t, .9)
	require.Equal(t, time.Minute, freed(s, at, thing))
	thing.Desk = Bare
	require.LessOrEqual(t, freed(s, at, thing), 3*time.Second, "the desk looks as when it is empty")

	s, events, _ := simulated(State{}, epoch, epoch.Add(time.Hour), time.Second, dayRules, func(time.Time) Observation {
		return Observation{Thing: .08, Closely: true}
	})
	require.Empty(t, events, "where nobody was, a guess is clutter")
	require.Equal(t, Empty, s.Status)
}

// TestOneAfterAnother: people who walk past one behind the other are never one who stays, however long it goes on.
func TestOneAfterAnother(t *testing.T) {
	boxes := []Box{{.3, .2, .42, .8}, {.45, .2, .57, .8}, {.6, .2, .72, .8}}
	seen := 0
	_, events, _ := simulated(State{}, epoch, epoch.Add(time.Minute), time.Second, dayRules, func(time.Time) Observation {
		seen++
		return Observation{Person: .8, Hint: .8, Box: boxes[seen%3], HintBox: boxes[seen%3]}
	})
	require.Empty(t, events)
	_, events, _ = simulated(State{}, epoch, epoch.Add(time.Minute), time.Second, dayRules, func(time.Time) Observation {
		return Observation{Person: .8, Hint: .8, Box: boxes[0], HintBox: boxes[0]}
	})
	require.Equal(t, []EventType{PersonEnter}, kinds(events))
}

// TestNeverStillIsNobody: where something moves at every look, people walk past; who sits is still now and then.
func TestNeverStillIsNobody(t *testing.T) {
	for _, still := range []bool{false, true} {
		looks := 0
		_, events, _ := simulated(State{}, epoch, epoch.Add(time.Minute), time.Second, dayRules, func(time.Time) Observation {
			o := Observation{Person: .8, Hint: .8, Box: here, HintBox: here, Place: Moving}
			if looks++; still && looks%5 == 0 {
				o.Place = 0
			}
			return o
		})
		require.Equal(t, still, len(events) == 1, kinds(events))
	}
}

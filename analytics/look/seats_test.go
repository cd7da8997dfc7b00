package look

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/stretchr/testify/require"
)

var (
	left   = seat.ROI{{X: 0, Y: .5}, {X: .5, Y: .5}, {X: .5, Y: 1}, {X: 0, Y: 1}}
	right  = seat.ROI{{X: .5, Y: .5}, {X: 1, Y: .5}, {X: 1, Y: 1}, {X: .5, Y: 1}}
	person = seat.Detection{Class: seat.Person, Confidence: .8651, Box: seat.Box{X0: .2, Y0: .2, X1: .3, Y1: .9}}
	book   = seat.Detection{Class: "book", Confidence: .5, Box: seat.Box{X0: .6, Y0: .6, X1: .7, Y1: .7}}
)

func newTestSeats() *Seats {
	shapes := []seat.Seat{{ID: "A", ROI: left}, {ID: "B", ROI: right}}
	rules := seat.Rules{AbandonedAfter: 10 * time.Second, Threshold: .35, Keep: .35 * seat.KeepShare, Item: .25, KeepItem: .12, MaxGap: 4 * time.Second}
	return NewSeats("test", "cam1", shapes, rules, func(class string) bool { return class == "book" })
}

// during looks once a second; it returns the time after the last look and what the looks committed.
func during(t testing.TB, s *Seats, at time.Time, seconds int, found ...seat.Detection) (time.Time, store.Change) {
	t.Helper()
	var all store.Change
	for range seconds {
		require.NoError(t, s.Observe(at, at.Add(20*time.Millisecond), found, func(c *store.Change) error {
			all.Seats = append(all.Seats, c.Seats...)
			all.Events = append(all.Events, c.Events...)
			all.Memories = append(all.Memories, c.Memories...)
			return nil
		}))
		at = at.Add(time.Second)
	}
	return at, all
}

func TestSeatsRows(t *testing.T) {
	s := newTestSeats()
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

	at, change := during(t, s, start, 1)
	require.Len(t, change.Seats, 2, "the first look shows every seat")
	require.Empty(t, change.Events)
	require.Equal(t, "empty", change.Seats[0].Status)

	at, change = during(t, s, at, 10, person)
	require.Len(t, change.Events, 1)
	e := change.Events[0]
	require.Equal(t, "A", *e.SeatID)
	require.Equal(t, "person_enter", e.EventType)
	require.Equal(t, []string{"occupied", "empty"}, []string{*e.Status, *e.PreviousStatus})
	require.Equal(t, 0.865, e.DetectionConfidence)
	require.Equal(t, start.Add(500*time.Millisecond), time.Time(e.CapturedAt))
	require.Len(t, change.Seats, 1)
	require.Equal(t, store.SeatRow{
		StoreID: "test", SeatID: "A", Stream: "cam1", Status: "occupied", PersonDetected: true, DetectionConfidence: .865,
		Since: e.CapturedAt, UpdatedAt: change.Seats[0].UpdatedAt,
	}, change.Seats[0])

	_, change = during(t, s, at, 30, person, book)
	require.Len(t, change.Events, 1)
	require.Equal(t, "B", *change.Events[0].SeatID)
	require.Equal(t, "abandoned_detected", change.Events[0].EventType)
	require.LessOrEqual(t, len(change.Memories), timerSteps+3, "a timer is not written at each look")
}

func TestSeatsRestore(t *testing.T) {
	s := newTestSeats()
	start := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	at, change := during(t, s, start, 9, book)
	memories := map[string][]byte{}
	for _, m := range change.Memories {
		memories[m.SeatID] = m.State
	}

	// killed: what was saved is at most a step of the timer behind
	again := newTestSeats()
	require.NoError(t, again.Restore(memories))
	require.InDelta(t, s.states[1].Alone.Seconds(), again.states[1].Alone.Seconds(), 1)

	_, change = during(t, again, at.Add(time.Hour), 5, book)
	require.Len(t, change.Events, 1)
	require.Equal(t, "abandoned_detected", change.Events[0].EventType)

	require.ErrorContains(t, again.Restore(map[string][]byte{"A": []byte("{")}), "state of seat A")
}

func BenchmarkObserve(b *testing.B) {
	s := newTestSeats()
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	found := []seat.Detection{person, book}
	at, _ = during(b, s, at, 30, found...)
	b.ReportAllocs()
	for b.Loop() {
		at = at.Add(time.Second)
		if err := s.Observe(at, at, found, func(*store.Change) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}

// TestFailedCommit: after a commit that failed nothing is known, and the next look decides the same facts again.
func TestFailedCommit(t *testing.T) {
	s := newTestSeats()
	full := errors.New("disk full")
	at, _ := during(t, s, time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), 4, person)
	before := slices.Clone(s.states)
	for range 3 {
		require.ErrorIs(t, s.Observe(at, at, nil, func(*store.Change) error { return full }), full)
		require.Equal(t, before, s.states)
	}
}

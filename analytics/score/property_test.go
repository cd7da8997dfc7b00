package score

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func drawTimeline(t *rapid.T) (tl Timeline) {
	var at time.Duration
	status := seat.Empty
	for range rapid.IntRange(0, 6).Draw(t, "changes") {
		at += time.Duration(rapid.IntRange(1, 80).Draw(t, "tenths")) * 100 * time.Millisecond
		status = rapid.SampledFrom(slices.DeleteFunc(slices.Clone(Statuses), func(s seat.Status) bool { return s == status })).Draw(t, "status")
		tl = append(tl, Change{at, status})
	}
	return tl
}

func drawClip(t *rapid.T) *Clip {
	c := &Clip{Name: "clip"}
	for i := range rapid.IntRange(1, 5).Draw(t, "seats") {
		s := Seat{Seat: seat.Seat{ID: fmt.Sprint(i)}, Changes: drawTimeline(t)}
		if rapid.Bool().Draw(t, "ignores") {
			from := time.Duration(rapid.IntRange(0, 30).Draw(t, "from")) * time.Second
			s.Ignore = []Span{{from, from + 5*time.Second}}
		}
		c.Seats = append(c.Seats, s)
	}
	return c
}

// drawAnswer tells of other changes, or of the clip's own.
func drawAnswer(t *rapid.T, c *Clip, own bool) *Answer {
	a := &Answer{Media: 50 * time.Second}
	for i := range c.Seats {
		tl := c.Seats[i].Changes
		if !own {
			tl = drawTimeline(t)
		}
		for _, e := range tl.Events() {
			late := time.Duration(0)
			if !own {
				late = time.Duration(rapid.IntRange(0, 3000).Draw(t, "late")) * time.Millisecond
			}
			a.Events = append(a.Events, Told{c.Seats[i].ID, e.Type, e.At, e.At + late})
		}
	}
	return a
}

func scoreOf(t require.TestingT, c *Clip, a *Answer) (Score, string) {
	r := NewReport([]*Result{Judge(c, a, 1500*time.Millisecond)}, 1500*time.Millisecond)
	b, err := json.Marshal(r)
	require.NoError(t, err)
	return r.Total, string(b)
}

func TestOrderOfSeatsDecidesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClip(t)
		a := drawAnswer(t, c, false)
		_, want := scoreOf(t, c, a)
		other := *c
		other.Seats = rapid.Permutation(c.Seats).Draw(t, "seats")
		// a seat's own events stay in their order: two told by one look follow one another
		events := slices.Clone(a.Events)
		slices.SortStableFunc(events, func(x, y Told) int {
			place := func(id string) int { return slices.IndexFunc(other.Seats, func(s Seat) bool { return s.ID == id }) }
			return place(x.SeatID) - place(y.SeatID)
		})
		_, got := scoreOf(t, &other, &Answer{Media: a.Media, Events: events})
		require.JSONEq(t, want, got)
	})
}

func TestTruthAgainstItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClip(t)
		got, _ := scoreOf(t, c, drawAnswer(t, c, true))
		for _, share := range []float64{got.Events.Precision, got.Events.Recall, got.Events.F1, got.State.Right, got.StateDated.Right} {
			require.InDelta(t, 1, share, 0)
		}
		require.Zero(t, got.FalsePerHour)
		for _, d := range []*Delay{got.Events.Captured, got.Events.Told} {
			require.True(t, d == nil || *d == Delay{})
		}
	})
}

// TestEveryMomentIsCounted: what is compared is all the time that is judged, and each event gets one verdict.
func TestEveryMomentIsCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawClip(t)
		a := drawAnswer(t, c, false)
		r := Judge(c, a, 1500*time.Millisecond)
		var want time.Duration
		told, truth := 0, 0
		for i := range c.Seats {
			truth += len(c.Seats[i].Changes.Events())
			want += r.End - Settle
			for _, span := range c.Seats[i].Ignore {
				want -= max(0, min(span.To, r.End)-max(span.From, Settle))
			}
		}
		require.InDelta(t, want.Seconds(), r.Sum.Score().State.Seconds, 1e-9)
		require.InDelta(t, want.Seconds(), r.Sum.Score().StateDated.Seconds, 1e-9)
		for _, e := range r.Events {
			if e.IsTrue {
				truth--
			}
			if e.IsTold {
				told++
			}
		}
		require.Zero(t, truth)
		require.Len(t, a.Events, told)
	})
}

// TestMatchIsBest: no other way to pair, crossing or not, pairs more, or as many with less error.
func TestMatchIsBest(t *testing.T) {
	moments := rapid.SliceOfN(rapid.IntRange(0, 60), 0, 5)
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) (list []time.Duration) {
			for _, tenths := range moments.Draw(t, label) {
				list = append(list, time.Duration(tenths)*100*time.Millisecond)
			}
			slices.Sort(list)
			return list
		}
		truth, told := draw("truth"), draw("told")
		const tolerance = 1500 * time.Millisecond
		pairs := match(truth, told, tolerance)
		var cost time.Duration
		for i, p := range pairs {
			off := (truth[p.truth] - told[p.told]).Abs()
			require.LessOrEqual(t, off, tolerance)
			cost += off
			if i > 0 { // they come last first
				require.Less(t, p.truth, pairs[i-1].truth)
				require.Less(t, p.told, pairs[i-1].told)
			}
		}
		count, least := anyway(truth, told, tolerance)
		require.Len(t, pairs, count)
		require.Equal(t, least, cost)
	})
}

// anyway tries all ways to pair.
func anyway(truth, told []time.Duration, tolerance time.Duration) (count int, cost time.Duration) {
	if len(truth) == 0 {
		return 0, 0
	}
	count, cost = anyway(truth[1:], told, tolerance)
	for i := range told {
		off := (truth[0] - told[i]).Abs()
		if off > tolerance {
			continue
		}
		n, c := anyway(truth[1:], slices.Delete(slices.Clone(told), i, i+1), tolerance)
		if n+1 > count || n+1 == count && c+off < cost {
			count, cost = n+1, c+off
		}
	}
	return count, cost
}

package score

import (
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/stretchr/testify/require"
)

func s(f float64) time.Duration { return time.Duration(f * float64(time.Second)) }

const (
	enter     = seat.PersonEnter
	leave     = seat.PersonLeave
	abandoned = seat.AbandonedDetected
	removed   = seat.ItemRemoved
)

// told is an event of seat A that was told at once.
func told(kind seat.EventType, captured float64) Told {
	return Told{SeatID: "A", Type: kind, Captured: s(captured), At: s(captured)}
}

// visits is a clip of a minute with two visits to seat A of ten seconds each, and B, where nobody ever is.
func visits() *Clip {
	return &Clip{Name: "visits", Seats: []Seat{
		{Seat: seat.Seat{ID: "A"}, Changes: Timeline{{s(10), seat.Occupied}, {s(20), seat.Empty}, {s(30), seat.Occupied}, {s(40), seat.Empty}}},
		{Seat: seat.Seat{ID: "B"}},
	}}
}

// TestJudge: 57 s of each seat are compared, 3 to 60 s: of A 20 s taken and 37 s empty, of B 57 s empty.
func TestJudge(t *testing.T) {
	const all, empty, taken = 114.0, 94.0, 20.0
	type figures struct {
		right, missed, wrong    int
		precision, recall, f1   float64
		captured, told          *Delay
		state, empty, taken     float64
		dated                   float64
		perHour                 float64
		enterRight, leaveMissed int
	}
	exact := &Delay{0, 0}
	cases := []struct {
		name string
		told []Told
		want figures
	}{
		{"perfect", []Told{told(enter, 10), told(leave, 20), told(enter, 30), told(leave, 40)}, figures{
			4, 0, 0, 1, 1, 1, exact, exact, 1, 1, 1, 1, 0, 2, 0,
		}},
		{"told in another order", []Told{told(leave, 40), told(enter, 30), told(enter, 10), told(leave, 20)}, figures{
			4, 0, 0, 1, 1, 1, exact, exact, 1, 1, 1, 1, 0, 2, 0,
		}},
		{"late, within the tolerance", []Told{
			told(enter, 10), told(leave, 20), {SeatID: "A", Type: enter, Captured: s(31), At: s(33)}, told(leave, 40),
		}, figures{
			4, 0, 0, 1, 1, 1, &Delay{0, 1}, &Delay{0, 3}, (all - 3) / all, 1, 17 / taken, (all - 1) / all, 0, 2, 0,
		}},
		{"each dated early and told late", []Told{
			{"A", enter, s(9), s(12)}, {"A", leave, s(19.5), s(22)}, {"A", enter, s(29), s(32)}, {"A", leave, s(39), s(42)},
		}, figures{
			// dated, 3 times a second and once half a second is wrong
			4, 0, 0, 1, 1, 1, &Delay{-1, 1}, &Delay{2, 2}, (all - 8) / all, (empty - 4) / empty, 16 / taken, (all - 3.5) / all, 0, 2, 0,
		}},
		{"too late", []Told{told(enter, 10), told(leave, 20), told(enter, 31.6), told(leave, 40)}, figures{
			3, 1, 1, .75, .75, .75, exact, exact, (all - 1.6) / all, 1, (taken - 1.6) / taken, (all - 1.6) / all, 60, 1, 0,
		}},
		{"twice", []Told{told(enter, 10), told(enter, 10.5), told(leave, 20), told(enter, 30), told(leave, 40)}, figures{
			4, 0, 1, .8, 1, 8. / 9, exact, exact, 1, 1, 1, 1, 60, 2, 0,
		}},
		{"missed", []Told{told(enter, 10), told(leave, 40)}, figures{
			2, 2, 0, 1, .5, 2. / 3, exact, exact, (all - 10) / all, (empty - 10) / empty, 1, (all - 10) / all, 0, 1, 1,
		}},
		{"another seat", []Told{
			{"B", enter, s(10), s(10)}, {"B", leave, s(20), s(20)}, told(enter, 30), told(leave, 40),
		}, figures{
			2, 2, 2, .5, .5, .5, exact, exact, (all - 20) / all, (empty - 10) / empty, 10 / taken, (all - 20) / all, 120, 1, 1,
		}},
		{"a seat that there is not", []Told{
			told(enter, 10), told(leave, 20), told(enter, 30), told(leave, 40), {"C", enter, s(50), s(50)},
		}, figures{
			4, 0, 1, .8, 1, 8. / 9, exact, exact, 1, 1, 1, 1, 60, 2, 0,
		}},
		{"another type", []Told{told(enter, 10), told(abandoned, 20), told(enter, 30), told(leave, 40)}, figures{
			3, 1, 1, .75, .75, .75, exact, exact, (all - 10) / all, (empty - 10) / empty, 1, (all - 10) / all, 60, 2, 1,
		}},
		{"nothing", nil, figures{
			0, 4, 0, 1, 0, 0, nil, nil, empty / all, 1, 0, empty / all, 0, 0, 2,
		}},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			r := Judge(visits(), &Answer{Media: s(60), Events: ca.told}, s(1.5))
			got := r.Sum.Score()
			require.Equal(t, ca.want.right, got.Events.Right)
			require.Equal(t, ca.want.missed, got.Events.Missed)
			require.Equal(t, ca.want.wrong, got.Events.False)
			require.InDelta(t, ca.want.precision, got.Events.Precision, 1e-12)
			require.InDelta(t, ca.want.recall, got.Events.Recall, 1e-12)
			require.InDelta(t, ca.want.f1, got.Events.F1, 1e-12)
			require.Equal(t, ca.want.captured, got.Events.Captured)
			require.Equal(t, ca.want.told, got.Events.Told)
			require.InDelta(t, ca.want.state, got.State.Right, 1e-12)
			require.InDelta(t, ca.want.empty, got.State.By[seat.Empty].Right, 1e-12)
			require.InDelta(t, ca.want.taken, got.State.By[seat.Occupied].Right, 1e-12)
			require.InDelta(t, ca.want.dated, got.StateDated.Right, 1e-12)
			require.InDelta(t, ca.want.perHour, got.FalsePerHour, 1e-9)
			require.Equal(t, ca.want.enterRight, got.ByType[enter].Right)
			require.Equal(t, ca.want.leaveMissed, got.ByType[leave].Missed)
			require.InDelta(t, all, got.State.Seconds, 1e-9)
			require.InDelta(t, taken, got.State.By[seat.Occupied].Seconds, 1e-9)
			require.Equal(t, []int{1, 2}, []int{got.Clips, got.Seats})
			require.InDelta(t, 60, got.MediaSeconds, 1e-9)
		})
	}
}

// TestIgnored: what lies in an ignored span or behind the end counts neither for nor against.
func TestIgnored(t *testing.T) {
	clip := &Clip{Duration: s(50), Seats: []Seat{{
		Seat:    seat.Seat{ID: "A"},
		Changes: Timeline{{s(10), seat.Occupied}, {s(20), seat.Empty}, {s(30), seat.Occupied}, {s(40), seat.Empty}, {s(50), seat.Occupied}},
		Ignore:  []Span{{s(25), s(35)}},
	}}}
	r := Judge(clip, &Answer{Media: s(60), Events: []Told{
		told(enter, 10), told(leave, 20),
		told(abandoned, 26),                                 // in the span
		told(enter, 28.9),                                   // of the ignored one
		told(leave, 34), told(enter, 35.5), told(leave, 40), // the second is behind the span, and of nothing that is true
		told(enter, 50), told(leave, 55), // behind the end
	}}, s(1.5))
	got := r.Sum.Score()
	require.Equal(t, []int{3, 0, 1}, []int{got.Events.Right, got.Events.Missed, got.Events.False})
	require.InDelta(t, 37, got.State.Seconds, 1e-9)
	require.InDelta(t, (37-.5)/37, got.State.Right, 1e-12)
	verdicts := map[Verdict]int{}
	for _, e := range r.Events {
		verdicts[e.Verdict]++
	}
	require.Equal(t, map[Verdict]int{Right: 3, False: 1, Unjudged: 5}, verdicts)
}

func TestNothingTrueAndNothingTold(t *testing.T) {
	clip := &Clip{Seats: []Seat{{Seat: seat.Seat{ID: "A"}}}}
	got := NewReport([]*Result{Judge(clip, &Answer{Media: s(60)}, s(1.5))}, s(1.5)).Total
	require.Equal(t, Tally{Precision: 1, Recall: 1, F1: 1}, got.Events)
	require.InDelta(t, 1, got.State.Right, 0)
	require.Empty(t, got.ByType)

	got = NewReport([]*Result{Judge(clip, &Answer{Media: s(60), Events: []Told{told(enter, 5)}}, s(1.5))}, s(1.5)).Total
	require.Equal(t, Tally{False: 1, Recall: 1}, got.Events)
}

// TestReport: groups sum up their clips.
func TestReport(t *testing.T) {
	perfect := []Told{told(enter, 10), told(leave, 20), told(enter, 30), told(leave, 40)}
	var results []*Result
	for _, of := range []struct {
		kind, half string
		told       []Told
	}{{"desk", Tune, perfect}, {"desk", Final, nil}, {"crowd", Final, perfect[:2]}, {"", "", perfect}} {
		clip := visits()
		clip.Kind, clip.Half = of.kind, of.half
		results = append(results, Judge(clip, &Answer{Media: s(60), Events: of.told}, s(1.5)))
	}
	r := NewReport(results, s(1.5))
	require.Equal(t, []int{4, 8, 10, 6}, []int{r.Total.Clips, r.Total.Seats, r.Total.Events.Right, r.Total.Events.Missed})
	require.Len(t, r.Kinds, 2)
	require.Equal(t, []int{2, 4, 4}, []int{r.Kinds["desk"].Clips, r.Kinds["desk"].Events.Right, r.Kinds["desk"].Events.Missed})
	require.InDelta(t, .5, r.Kinds["crowd"].Events.Recall, 1e-12)
	require.Len(t, r.Halves, 2)
	require.InDelta(t, 2./8, r.Halves[Final].Events.Recall, 1e-12)
	require.Len(t, r.Clips, 4)
	require.Len(t, r.Clips[1].List, 4)
	require.InDelta(t, 1, r.Clips[1].BySeat["B"].Events.F1, 0)
}

func TestDelay(t *testing.T) {
	list := make([]time.Duration, 0, 40)
	require.Nil(t, delayOf(list))
	for i := range 39 {
		list = append(list, s(float64(i))/10)
	}
	require.Equal(t, &Delay{1.9, 3.7}, delayOf(list))                 // the 38th of 39
	require.Equal(t, &Delay{1.85, 3.7}, delayOf(append(list, s(-5)))) // of -5 and 0 to 3.8: the two in the middle are 1.8 and 1.9
}

func TestTolerance(t *testing.T) {
	require.Equal(t, s(1.5), Tolerance(200*time.Millisecond))
	require.Equal(t, s(1.5), Tolerance(time.Second))
	require.Equal(t, s(3.5), Tolerance(3*time.Second))
}

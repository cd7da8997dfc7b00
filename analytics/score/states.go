package score

import (
	"cmp"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// confusion is how long a seat was told to be what while it was what: by true status, then by told status, both in the
// order of Statuses.
type confusion [3][3]time.Duration

func (c *confusion) add(o *confusion) {
	for i := range c {
		for j := range c[i] {
			c[i][j] += o[i][j]
		}
	}
}

// compare shares out the judged time between from and end by both timelines, exactly.
func compare(truth, answer Timeline, ignore []Span, from, end time.Duration) (c confusion) {
	if end <= from {
		return c
	}
	cuts := []time.Duration{from, end}
	for _, tl := range []Timeline{truth, answer} {
		for _, change := range tl {
			cuts = append(cuts, change.At)
		}
	}
	for _, span := range ignore {
		cuts = append(cuts, span.From, span.To)
	}
	slices.Sort(cuts)
	var is, told walker
	is.changes, told.changes = truth, answer
	for i, cut := range cuts[:len(cuts)-1] {
		next := cuts[i+1]
		if cut < from || next > end || cut == next {
			continue
		}
		for len(ignore) > 0 && ignore[0].To <= cut {
			ignore = ignore[1:]
		}
		if len(ignore) > 0 && ignore[0].From <= cut {
			continue
		}
		c[is.at(cut)][told.at(cut)] += next - cut
	}
	return c
}

// walker reads a timeline at ascending moments. It gives a status by its place in Statuses.
type walker struct {
	changes Timeline
	status  int
}

func (w *walker) at(t time.Duration) int {
	for len(w.changes) > 0 && w.changes[0].At <= t {
		w.status = slices.Index(Statuses, w.changes[0].Status)
		w.changes = w.changes[1:]
	}
	return w.status
}

// timelineOf is what told events say that a seat is, each in force from when(event) on.
func timelineOf(events []Told, when func(*Told) time.Duration) (tl Timeline) {
	for i := range events {
		tl = append(tl, Change{when(&events[i]), after[events[i].Type]})
	}
	slices.SortStableFunc(tl, func(a, b Change) int { return cmp.Compare(a.At, b.At) })
	return tl
}

// Shown is what each moment's status was told to be: what somebody who watched has seen. seatID picks the seat.
func (a *Answer) Shown(seatID string) Timeline {
	return timelineOf(a.of(seatID), func(e *Told) time.Duration { return e.At })
}

// Dated is the same with each change dated back to its captured_at: what a report of the day says.
func (a *Answer) Dated(seatID string) Timeline {
	return timelineOf(a.of(seatID), func(e *Told) time.Duration { return e.Captured })
}

func (a *Answer) of(seatID string) (list []Told) {
	for _, e := range a.Events {
		if e.SeatID == seatID {
			list = append(list, e)
		}
	}
	return list
}

// States is how much of the judged time a seat was told to be what it was.
type States struct {
	Right   float64               `json:"right"`   // share, 0..1; 1 of no time at all
	Seconds float64               `json:"seconds"` // that were judged, of all seats
	By      map[seat.Status]State `json:"by"`      // by the true status; those that there were
}

// State is the same of the time with one true status.
type State struct {
	Right   float64                 `json:"right"`
	Seconds float64                 `json:"seconds"`
	Told    map[seat.Status]float64 `json:"told"` // seconds, by what it was told to be
}

func (c *confusion) states() States {
	s := States{By: map[seat.Status]State{}}
	var right, all time.Duration
	for i, is := range Statuses {
		var sum time.Duration
		told := map[seat.Status]float64{}
		for j, said := range Statuses {
			sum += c[i][j]
			told[said] = seconds(c[i][j])
		}
		if sum > 0 {
			s.By[is] = State{Right: share(c[i][i], sum), Seconds: seconds(sum), Told: told}
		}
		right += c[i][i]
		all += sum
	}
	s.Right, s.Seconds = share(right, all), seconds(all)
	return s
}

// share is 1 of nothing: nothing was wrong.
func share[N ~int | ~int64](part, all N) float64 {
	if all == 0 {
		return 1
	}
	return float64(part) / float64(all)
}

// seconds are rounded to a millisecond, as rows have it.
func seconds(d time.Duration) float64 {
	return float64(d.Round(time.Millisecond).Milliseconds()) / 1000
}

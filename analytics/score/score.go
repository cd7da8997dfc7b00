// Package score tells how right a run of the seat analytics was, against what somebody has seen in the clips.
//
// A Truth is read by Decode; Judge holds one clip's Answer to it; a Report sums up. Told events are matched with true
// ones of the same seat and type, one to one, by captured_at within a tolerance. What is not matched is missed or false.
// The status is compared at every moment, by intervals and not by samples, as it was shown and dated back.
//
// Everything here is a plain value: no file, no clock, no HTTP; standard library and package seat only. The same truth and
// answers give the same figures, in whatever order seats and clips stand. Begin with Judge.
package score

import (
	"cmp"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// Settle is how long after a clip's beginning no status is compared: nothing was known before it, and a change takes
// several looks.
const Settle = 3 * time.Second

// Tolerance is how far, by default, a told event may be from the true one: half a second beyond the interval between two
// looks, since a change is dated to the first look that shows it, and never less than a truth read by eye is sure of.
func Tolerance(interval time.Duration) time.Duration {
	return max(1500*time.Millisecond, interval+500*time.Millisecond)
}

// Told is one event as a run told it.
type Told struct {
	SeatID   string
	Type     seat.EventType
	Captured time.Duration // its captured_at: media time of the first picture that shows the change
	At       time.Duration // media time of the look that told it
}

// Answer is what a run told of one clip.
type Answer struct {
	Media  time.Duration // how much of the clip was read
	Events []Told        // of all seats, in any order
}

// Verdict is what became of one event.
type Verdict string

// The verdicts. Of two events that are matched there is one.
const (
	Right    Verdict = "right"
	Missed   Verdict = "missed" // true, and not told
	False    Verdict = "false"  // told, and not true
	Unjudged Verdict = "unjudged"
)

// Judged is one event, true or told or both.
type Judged struct {
	SeatID  string
	Type    seat.EventType
	Verdict Verdict
	True    time.Duration // where it is true
	Told    Told          // where it was told

	IsTrue, IsTold bool
}

// Result is what one clip's answer is worth.
type Result struct {
	Clip   *Clip
	Answer *Answer
	End    time.Duration // of what is judged: the clip's Duration, else the answer's Media
	Sum    Sum
	Seats  []Sum    // in the order of the clip's
	Events []Judged // in the order of time
}

// Judge holds the answer to what is true. What is true at the end or behind it, or in an ignored span, is not judged; nor is
// what was told of it, nor what was told there for nothing.
func Judge(c *Clip, a *Answer, tolerance time.Duration) *Result {
	r := &Result{Clip: c, Answer: a, End: cmp.Or(c.Duration, a.Media)}
	for i := range c.Seats {
		s := &c.Seats[i]
		sum := Sum{Seats: 1, Media: r.End}
		for _, kind := range Types {
			r.judge(&sum, s, kind, tolerance)
		}
		sum.shown = compare(s.Changes, a.Shown(s.ID), s.Ignore, Settle, r.End)
		sum.dated = compare(s.Changes, a.Dated(s.ID), s.Ignore, Settle, r.End)
		r.Seats = append(r.Seats, sum)
		r.Sum.Add(&sum)
	}
	for _, e := range a.Events {
		if c.seat(e.SeatID) == nil {
			r.note(&r.Sum, Judged{SeatID: e.SeatID, Type: e.Type, Verdict: False, Told: e, IsTold: true})
		}
	}
	r.Sum.Clips, r.Sum.Media = 1, r.End
	slices.SortStableFunc(r.Events, func(a, b Judged) int {
		return cmp.Or(cmp.Compare(a.when(), b.when()), cmp.Compare(a.SeatID, b.SeatID), cmp.Compare(a.Type, b.Type))
	})
	return r
}

// judge matches the events of one type of one seat.
func (r *Result) judge(sum *Sum, s *Seat, kind seat.EventType, tolerance time.Duration) {
	var truth, ignored []time.Duration
	for _, e := range s.Changes.Events() {
		switch {
		case e.Type != kind:
		case e.At >= r.End || s.ignores(e.At):
			ignored = append(ignored, e.At)
		default:
			truth = append(truth, e.At)
		}
	}
	var told []Told
	for _, e := range r.Answer.of(s.ID) {
		if e.Type == kind {
			told = append(told, e)
		}
	}
	slices.SortStableFunc(told, func(a, b Told) int { return cmp.Compare(a.Captured, b.Captured) })

	told = r.settle(sum, s.ID, kind, truth, told, tolerance, Right, Missed)
	told = r.settle(sum, s.ID, kind, ignored, told, tolerance, Unjudged, Unjudged)
	for _, e := range told {
		verdict := False
		if e.Captured >= r.End || s.ignores(e.Captured) {
			verdict = Unjudged
		}
		r.note(sum, Judged{SeatID: s.ID, Type: kind, Verdict: verdict, Told: e, IsTold: true})
	}
}

// settle notes true events, each with the told one that is matched with it, and gives the told ones that are left.
func (r *Result) settle(sum *Sum, seatID string, kind seat.EventType, truth []time.Duration, told []Told, tolerance time.Duration, matched, alone Verdict) (left []Told) {
	captured := make([]time.Duration, len(told))
	for i := range told {
		captured[i] = told[i].Captured
	}
	partner := map[int]int{}
	used := map[int]bool{}
	for _, p := range match(truth, captured, tolerance) {
		partner[p.truth] = p.told
		used[p.told] = true
	}
	for i, at := range truth {
		j := Judged{SeatID: seatID, Type: kind, Verdict: alone, True: at, IsTrue: true}
		if k, ok := partner[i]; ok {
			j.Verdict, j.Told, j.IsTold = matched, told[k], true
		}
		r.note(sum, j)
	}
	for i := range told {
		if !used[i] {
			left = append(left, told[i])
		}
	}
	return left
}

// note counts a verdict.
func (r *Result) note(sum *Sum, j Judged) {
	r.Events = append(r.Events, j)
	sum.count(&j)
}

// when is where an event stands in a list.
func (j *Judged) when() time.Duration {
	if j.IsTrue {
		return j.True
	}
	return j.Told.Captured
}

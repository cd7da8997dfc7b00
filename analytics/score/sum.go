package score

import (
	"math"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// Sum is what has been judged so far, of a seat, a clip or many. Its zero value is nothing.
type Sum struct {
	Clips int
	Seats int
	Media time.Duration // of the clips, each once

	types map[seat.EventType]counts
	shown confusion
	dated confusion
}

// counts are the events of one type.
type counts struct {
	right, missed, wrong int
	captured, told       []time.Duration // of the right ones: captured_at, and the telling, after the truth
}

func (c counts) plus(o counts) counts {
	return counts{
		c.right + o.right, c.missed + o.missed, c.wrong + o.wrong,
		slices.Concat(c.captured, o.captured), slices.Concat(c.told, o.told),
	}
}

// Add sums up two.
func (s *Sum) Add(o *Sum) {
	s.Clips += o.Clips
	s.Seats += o.Seats
	s.Media += o.Media
	for kind, c := range o.types {
		s.put(kind, c)
	}
	s.shown.add(&o.shown)
	s.dated.add(&o.dated)
}

func (s *Sum) put(kind seat.EventType, c counts) {
	if s.types == nil {
		s.types = map[seat.EventType]counts{}
	}
	s.types[kind] = s.types[kind].plus(c)
}

func (s *Sum) count(j *Judged) {
	switch j.Verdict {
	case Right:
		s.put(j.Type, counts{right: 1, captured: []time.Duration{j.Told.Captured - j.True}, told: []time.Duration{j.Told.At - j.True}})
	case Missed:
		s.put(j.Type, counts{missed: 1})
	case False:
		s.put(j.Type, counts{wrong: 1})
	}
}

// Score is a Sum in figures.
type Score struct {
	Clips        int                      `json:"clips"`
	Seats        int                      `json:"seats"`
	MediaSeconds float64                  `json:"media_seconds"` // of the clips, each once
	Events       Tally                    `json:"events"`        // of all types
	ByType       map[seat.EventType]Tally `json:"by_type"`       // those that were true or told
	State        States                   `json:"state"`         // by the status as it was shown at each moment
	StateDated   States                   `json:"state_dated"`   // by the status as captured_at dates it
	FalsePerHour float64                  `json:"false_per_hour"`
}

// Tally is how right events were. Precision is 1 where nothing was told, recall where nothing was true.
type Tally struct {
	Right     int     `json:"right"`
	Missed    int     `json:"missed"`
	False     int     `json:"false"`
	Precision float64 `json:"precision"` // share of the told that is true, 0..1
	Recall    float64 `json:"recall"`    // share of the true that was told, 0..1
	F1        float64 `json:"f1"`        // harmonic mean of both, 0..1
	Captured  *Delay  `json:"captured_delay"`
	Told      *Delay  `json:"told_delay"` // null, as above, where nothing was right
}

// Delay is how long after the truth something was, in seconds.
type Delay struct {
	Median float64 `json:"median"` // less than 0: before it
	P95    float64 `json:"p95"`    // of the distance, whichever way: 19 of 20 are no further off
}

// Score is the sum in figures.
func (s *Sum) Score() Score {
	score := Score{
		Clips: s.Clips, Seats: s.Seats, MediaSeconds: seconds(s.Media),
		ByType: map[seat.EventType]Tally{}, State: s.shown.states(), StateDated: s.dated.states(),
	}
	var all counts
	for kind, c := range s.types {
		score.ByType[kind] = c.tally()
		all = all.plus(c)
	}
	score.Events = all.tally()
	if s.Media > 0 {
		score.FalsePerHour = float64(all.wrong) / s.Media.Hours()
	}
	return score
}

func (c counts) tally() Tally {
	return Tally{
		Right: c.right, Missed: c.missed, False: c.wrong,
		Precision: share(c.right, c.right+c.wrong),
		Recall:    share(c.right, c.right+c.missed),
		F1:        share(2*c.right, 2*c.right+c.wrong+c.missed),
		Captured:  delayOf(c.captured), Told: delayOf(c.told),
	}
}

// delayOf is nil of nothing. The median of an even number is the mean of the two in the middle; the 95th percentile is the
// nearest rank, so that it is one of them.
func delayOf(list []time.Duration) *Delay {
	n := len(list)
	if n == 0 {
		return nil
	}
	list = slices.Sorted(slices.Values(list))
	median := (list[(n-1)/2] + list[n/2]) / 2
	for i := range list {
		list[i] = list[i].Abs()
	}
	slices.Sort(list)
	return &Delay{Median: seconds(median), P95: seconds(list[int(math.Ceil(.95*float64(n)))-1])}
}

package score

import (
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// Report is the worth of a run over one clip or many, in figures, as JSON has it. Times are in seconds.
type Report struct {
	Tolerance float64          `json:"tolerance"`
	Total     Score            `json:"total"`
	Kinds     map[string]Score `json:"kinds,omitempty"`  // by the clips' kind, where they have one
	Halves    map[string]Score `json:"halves,omitempty"` // the same by half
	Clips     []ClipReport     `json:"clips"`
}

// ClipReport is one clip of a report.
type ClipReport struct {
	Clip string `json:"clip"`
	Kind string `json:"kind,omitempty"`
	Half string `json:"half,omitempty"`
	Score
	BySeat map[string]Score `json:"by_seat"`
	List   []EventReport    `json:"list"` // of all events, in the order of time
}

// EventReport is one event of a clip, true or told or both.
type EventReport struct {
	SeatID   string         `json:"seat_id"`
	Type     seat.EventType `json:"event_type"`
	Verdict  Verdict        `json:"verdict"`
	True     *float64       `json:"true_at,omitempty"`     // left out of a false one
	Captured *float64       `json:"captured_at,omitempty"` // left out, as told_at, of a missed one
	Told     *float64       `json:"told_at,omitempty"`
}

// NewReport sums up.
func NewReport(results []*Result, tolerance time.Duration) *Report {
	var total Sum
	kinds, halves := map[string]*Sum{}, map[string]*Sum{}
	r := &Report{Tolerance: seconds(tolerance), Clips: []ClipReport{}}
	for _, result := range results {
		total.Add(&result.Sum)
		group(kinds, result.Clip.Kind, &result.Sum)
		group(halves, result.Clip.Half, &result.Sum)
		r.Clips = append(r.Clips, result.report())
	}
	r.Total, r.Kinds, r.Halves = total.Score(), scores(kinds), scores(halves)
	return r
}

func group(groups map[string]*Sum, name string, sum *Sum) {
	if name == "" {
		return
	}
	if groups[name] == nil {
		groups[name] = &Sum{}
	}
	groups[name].Add(sum)
}

func scores(groups map[string]*Sum) map[string]Score {
	out := map[string]Score{}
	for name, sum := range groups {
		out[name] = sum.Score()
	}
	return out
}

func (r *Result) report() ClipReport {
	c := ClipReport{
		Clip: r.Clip.Name, Kind: r.Clip.Kind, Half: r.Clip.Half, Score: r.Sum.Score(),
		BySeat: map[string]Score{}, List: []EventReport{},
	}
	for i := range r.Seats {
		c.BySeat[r.Clip.Seats[i].ID] = r.Seats[i].Score()
	}
	for i := range r.Events {
		c.List = append(c.List, r.Events[i].report())
	}
	return c
}

func (j *Judged) report() EventReport {
	e := EventReport{SeatID: j.SeatID, Type: j.Type, Verdict: j.Verdict}
	if j.IsTrue {
		e.True = new(seconds(j.True))
	}
	if j.IsTold {
		e.Captured, e.Told = new(seconds(j.Told.Captured)), new(seconds(j.Told.At))
	}
	return e
}

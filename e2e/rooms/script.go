package rooms

import (
	"encoding/json"
	"math"
	"slices"
)

// Span is a time of the clip, in seconds from its first frame; it ends before To.
type Span struct{ From, To float64 }

func (s Span) holds(t float64) bool { return t >= s.From && t < s.To }

// State is what a seat is from a second of the clip on: empty, occupied or abandoned.
type State struct {
	At     float64
	Status string
}

// MarshalJSON writes a state as truth.json has it: [12.5, "occupied"].
func (s State) MarshalJSON() ([]byte, error) { return json.Marshal([]any{s.At, s.Status}) }

// MarshalJSON writes a span as [from, to].
func (s Span) MarshalJSON() ([]byte, error) { return json.Marshal([2]float64{s.From, s.To}) }

// The statuses of a seat.
const (
	Empty     = "empty"
	Occupied  = "occupied"
	Abandoned = "abandoned"
)

// States plays the contract's table over a script: when somebody sat in the seat, and when each thing lay at it. A seat
// whose person goes and whose things stay remains occupied until they have been alone for abandonedAfter seconds; things
// that nobody ever sat by become abandoned just so. The first state is at 0, and no two that follow are the same.
func States(duration, abandonedAfter float64, persons, things []Span) []State {
	at := func(spans []Span, t float64) bool {
		return slices.ContainsFunc(spans, func(s Span) bool { return s.holds(t) })
	}
	moments := []float64{0}
	for _, s := range slices.Concat(persons, things) {
		moments = append(moments, s.From, s.To)
	}
	slices.Sort(moments)

	var out []State
	status := Empty
	say := func(t float64, s string) {
		if status = s; len(out) == 0 || out[len(out)-1].Status != s {
			out = append(out, State{math.Round(t*1000) / 1000, s})
		}
	}
	alone := math.Inf(1) // since when things have been there and nobody
	for _, t := range slices.Compact(moments) {
		if t < 0 || t >= duration {
			continue
		}
		if ripe := alone + abandonedAfter; status != Abandoned && ripe < t {
			say(ripe, Abandoned)
		}
		switch person, item := at(persons, t), at(things, t); {
		case person:
			alone = math.Inf(1)
			say(t, Occupied)
		case item:
			alone = min(alone, t)
			say(t, status) // whatever it was
		default:
			alone = math.Inf(1)
			say(t, Empty)
		}
	}
	if ripe := alone + abandonedAfter; status != Abandoned && ripe < duration {
		say(ripe, Abandoned)
	}
	return out
}

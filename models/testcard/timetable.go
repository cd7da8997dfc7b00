package testcard

import (
	"math"
	"sort"
	"time"
)

// DefaultPeriod is how long the room takes to show everything once.
const DefaultPeriod = 60 * time.Second

// The timetable, in seconds of DefaultPeriod. Between them the two seats go
// through every transition of the seat state machine: A is abandoned and taken
// again, B is abandoned and cleared, and a passer-by changes neither.
var (
	personsA = []stay{{4, 16}, {34, 44}}
	personsB = []stay{{10, 22}}
	thingA   = stay{8, 40}
	thingB   = stay{14, 42}
	passerBy = 52.0
)

type stay struct{ from, to float64 }

// Interval is a time within the period, from Start up to but without End.
type Interval struct{ Start, End time.Duration }

// Times is what is true of one seat during one period. A person who walks past
// is not in it.
type Times struct {
	SeatID     string
	Occupied   []Interval // a person stands in the seat
	Belongings []Interval // a thing lies on the desk
	Alone      []Interval // a thing lies on the desk and nobody stands in the seat
}

// Event is a change that the seat state machine ought to report, at the first
// frame that shows its reason.
type Event struct {
	At     time.Duration
	SeatID string
	Type   string // person_enter, person_leave, abandoned_detected, item_removed
}

// Timetable returns the truth about seats A and B on the frames of this room:
// every time is a whole number of frames. Times are counted from the start of a
// period, whatever Start is.
func (r Room) Timetable() []Times {
	return []Times{r.times("A", personsA, thingA), r.times("B", personsB, thingB)}
}

func (r Room) times(id string, persons []stay, thing stay) Times {
	t := Times{SeatID: id, Belongings: []Interval{r.interval(thing)}}
	alone := t.Belongings[0]
	for _, p := range persons {
		in := r.interval(p)
		t.Occupied = append(t.Occupied, in)
		if in.Start > alone.Start && in.Start < alone.End {
			t.Alone = append(t.Alone, Interval{alone.Start, in.Start})
		}
		alone.Start = max(alone.Start, in.End)
	}
	if alone.Start < alone.End {
		t.Alone = append(t.Alone, alone)
	}
	return t
}

// Events returns what one period ought to report, in the order of time, when
// belongings count as abandoned after the given time. The period begins and
// ends with both seats empty.
func (r Room) Events(abandonedAfter time.Duration) []Event {
	var events []Event
	for _, t := range r.Timetable() {
		add := func(at time.Duration, what string) { events = append(events, Event{at, t.SeatID, what}) }
		held := false // the seat counts as occupied
		for _, in := range t.Occupied {
			if !held {
				add(in.Start, "person_enter")
			}
			held = true
			alone, left := aloneAt(t, in.End)
			switch {
			case !left:
				add(in.End, "person_leave")
				held = false
			case alone.End-alone.Start < abandonedAfter:
				if alone.End == t.Belongings[0].End {
					add(alone.End, "person_leave")
					held = false
				}
			default:
				add(alone.Start+abandonedAfter, "abandoned_detected")
				if alone.End == t.Belongings[0].End {
					add(alone.End, "item_removed")
				}
				held = false
			}
		}
	}
	sort.SliceStable(events, func(i, j int) bool { return events[i].At < events[j].At })
	return events
}

func aloneAt(t Times, at time.Duration) (Interval, bool) {
	for _, in := range t.Alone {
		if in.Start == at {
			return in, true
		}
	}
	return Interval{}, false
}

func (r Room) interval(s stay) Interval {
	return Interval{r.duration(r.frame(s.from)), r.duration(r.frame(s.to))}
}

// frame returns the frame of the period at which a second of the timetable falls.
func (r Room) frame(second float64) int {
	return int(math.Round(second / DefaultPeriod.Seconds() * float64(r.PeriodFrames())))
}

func (r Room) duration(frames int) time.Duration {
	return time.Duration(frames) * time.Second / time.Duration(r.Rate)
}

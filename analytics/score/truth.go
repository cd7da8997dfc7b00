package score

import (
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// Truth is what somebody has seen in clips, in the order of the file.
type Truth struct {
	Clips []Clip
}

// Clip is what is true of one clip. Times count from its first picture.
type Clip struct {
	Name           string        // of its file
	Kind           string        // of scene, for tables; may be empty
	Half           string        // Tune, Final or empty: which clips settings may be tuned on
	EmptyAt        time.Duration // all seats are empty then, and an admin says so; 0: nobody says it
	Duration       time.Duration // what is judged ends here; 0: with the run
	AbandonedAfter time.Duration // the truth holds for this setting; 0: for any
	Seats          []Seat
}

// The halves of a collection of clips.
const (
	Tune  = "tune"  // settings are chosen by these
	Final = "final" // and measured by these, which no choice has seen
)

// Seat is what is true of one seat of a clip.
type Seat struct {
	seat.Seat
	Changes Timeline
	Ignore  []Span // not judged, in the order of time, none overlapping
}

// Span is the time from From up to To.
type Span struct{ From, To time.Duration }

// Change is a status and since when it holds.
type Change struct {
	At     time.Duration
	Status seat.Status
}

// Timeline are the changes of a seat's status in the order of time. Before the first, a seat is empty, as one is of which
// nothing is known.
type Timeline []Change

// Event is one change that has a name.
type Event struct {
	At   time.Duration
	Type seat.EventType
}

// Types are the events of a seat, in the order of tables.
var Types = []seat.EventType{seat.PersonEnter, seat.PersonLeave, seat.AbandonedDetected, seat.ItemRemoved}

// Statuses are the statuses of a seat, in the order of tables.
var Statuses = []seat.Status{seat.Empty, seat.Occupied, seat.Abandoned}

// between is the table of transitions in package seat's comment; a status never follows itself.
var between = map[[2]seat.Status]seat.EventType{
	{seat.Empty, seat.Occupied}:     seat.PersonEnter,
	{seat.Abandoned, seat.Occupied}: seat.PersonEnter,
	{seat.Occupied, seat.Empty}:     seat.PersonLeave,
	{seat.Empty, seat.Abandoned}:    seat.AbandonedDetected,
	{seat.Occupied, seat.Abandoned}: seat.AbandonedDetected,
	{seat.Abandoned, seat.Empty}:    seat.ItemRemoved,
}

// after is the status that an event leads to.
var after = map[seat.EventType]seat.Status{
	seat.PersonEnter: seat.Occupied, seat.PersonLeave: seat.Empty, seat.AbandonedDetected: seat.Abandoned, seat.ItemRemoved: seat.Empty,
}

// Events are the events of the timeline.
func (tl Timeline) Events() (list []Event) {
	status := seat.Empty
	for _, c := range tl {
		if c.Status != status {
			list = append(list, Event{c.At, between[[2]seat.Status{status, c.Status}]})
		}
		status = c.Status
	}
	return list
}

// At is the status at a moment.
func (tl Timeline) At(t time.Duration) seat.Status {
	status := seat.Empty
	for _, c := range tl {
		if c.At > t {
			break
		}
		status = c.Status
	}
	return status
}

// Last is the last moment that the truth of a clip speaks of.
func (c *Clip) Last() (last time.Duration) {
	for i := range c.Seats {
		if tl := c.Seats[i].Changes; len(tl) > 0 {
			last = max(last, tl[len(tl)-1].At)
		}
	}
	return last
}

// Shapes are the seats as package seat has them.
func (c *Clip) Shapes() (shapes []seat.Seat) {
	for i := range c.Seats {
		shapes = append(shapes, c.Seats[i].Seat)
	}
	return shapes
}

// Clip is the one with this name, or nil.
func (t *Truth) Clip(name string) *Clip {
	if i := slices.IndexFunc(t.Clips, func(c Clip) bool { return c.Name == name }); i >= 0 {
		return &t.Clips[i]
	}
	return nil
}

func (s *Seat) ignores(t time.Duration) bool {
	return slices.ContainsFunc(s.Ignore, func(span Span) bool { return span.From <= t && t < span.To })
}

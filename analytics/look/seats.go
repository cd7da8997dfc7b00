package look

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/google/uuid"
)

// Seats are the seats of one stream, and what is known of each. One goroutine uses them at a time. A new value is made
// for each edit, and adopts what the old one knows.
type Seats struct {
	storeID string
	stream  string
	rules   seat.Rules
	isItem  func(class string) bool

	shapes []seat.Seat
	states []seat.State
	saved  []seat.State // as they stand in the database

	found seat.Found         // of the last look
	obs   []seat.Observation // reused
	sight *sight
}

// NewSeats are seats of which nothing is known: they begin empty.
func NewSeats(storeID, stream string, shapes []seat.Seat, rules seat.Rules, isItem func(class string) bool) *Seats {
	return &Seats{
		storeID: storeID, stream: stream, rules: rules, isItem: isItem, shapes: shapes,
		states: make([]seat.State, len(shapes)), saved: make([]seat.State, len(shapes)),
		sight: newSight(shapes),
	}
}

// Adopt takes over what another value knows of seats that are in both: an edit has moved or reshaped them, and a person
// who sits there sits there still.
func (s *Seats) Adopt(old *Seats) {
	for i := range s.shapes {
		for j := range old.shapes {
			if s.shapes[i].ID == old.shapes[j].ID {
				s.states[i], s.saved[i] = old.states[j], old.saved[j]
				s.sight.adopt(i, old.sight, j)
			}
		}
	}
}

// SameShapes tells whether both are the same seats at the same places.
func (s *Seats) SameShapes(other *Seats) bool {
	return slices.EqualFunc(s.shapes, other.shapes, func(a, b seat.Seat) bool {
		return a.ID == b.ID && a.Anchor == b.Anchor && slices.Equal(a.ROI, b.ROI) && slices.Equal(a.ItemsROI, b.ItemsROI)
	})
}

// Restore takes up the memories of the database, by seat.
func (s *Seats) Restore(memories map[string][]byte) error {
	for i := range s.shapes {
		b, ok := memories[s.shapes[i].ID]
		if !ok {
			continue
		}
		var state seat.State
		if err := json.Unmarshal(b, &state); err != nil {
			return fmt.Errorf("state of seat %s: %w", s.shapes[i].ID, err)
		}
		s.states[i], s.saved[i] = state, state
	}
	return nil
}

// Memories are the states as they are, timers to the look, for an orderly end.
func (s *Seats) Memories() (all []store.Memory, err error) {
	for i := range s.shapes {
		if s.states[i] == (seat.State{}) {
			continue
		}
		m, err := s.memory(i, s.states[i])
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// Observe decides what the detections of one look change, commits that, and becomes it. at is when the picture was
// received, now when this is decided. After an error of commit, which is returned as it is, nothing has changed.
func (s *Seats) Observe(at, now time.Time, found []seat.Detection, commit func(*store.Change) error) error {
	states, change, err := s.decide(at, now, found)
	if err != nil {
		return err
	}
	if err = commit(&change); err != nil {
		return err
	}
	for _, m := range change.Memories {
		i := slices.IndexFunc(s.shapes, func(shape seat.Seat) bool { return shape.ID == m.SeatID })
		s.saved[i] = states[i]
	}
	copy(s.states, states)
	return nil
}

// note gives what was found in one look to the seats.
func (s *Seats) note(at time.Time, found []seat.Detection) {
	s.found.Assign(s.shapes, found, s.isItem)
	s.obs = s.found.Observe(s.obs[:0], at, s.shapes, found)
}

// decide gives the states to become once the change is on disk, and changes nothing itself.
func (s *Seats) decide(at, now time.Time, found []seat.Detection) (states []seat.State, change store.Change, err error) {
	s.note(at, found)
	s.sight.testify(at, s.obs)
	states = make([]seat.State, len(s.states))
	for i := range s.states {
		next, event := s.states[i].Next(s.obs[i], s.rules)
		states[i] = next
		if event != nil {
			row, err := s.eventRow(i, event, now)
			if err != nil {
				return nil, change, err
			}
			change.Events = append(change.Events, row)
		}
		if differs(s.states[i], next) {
			change.Seats = append(change.Seats, s.seatRow(i, next, now))
		}
		if s.worthSaving(i, next) {
			m, err := s.memory(i, next)
			if err != nil {
				return nil, change, err
			}
			change.Memories = append(change.Memories, m)
		}
	}
	// one look may confirm what began at different times
	slices.SortStableFunc(change.Events, func(a, b store.EventRow) int {
		return time.Time(a.CapturedAt).Compare(time.Time(b.CapturedAt))
	})
	return states, change, nil
}

// NextLook is how long after the last look the next one is due, at most interval.
func (s *Seats) NextLook(interval time.Duration) time.Duration {
	next := interval
	for i := range s.states {
		next = min(next, s.states[i].NextLook(s.rules, interval), s.sight.places[i].nextLook(&s.states[i], interval))
	}
	return next
}

// differs tells whether people see a difference between two states of a seat, so that its row is another one.
func differs(a, b seat.State) bool {
	return a.Status != b.Status || a.Person.On != b.Person.On || a.Item.On != b.Item.On
}

// timerSteps is how many times the timer is saved on its way to AbandonedAfter: a crash forgets less than a tenth.
const timerSteps = 10

// worthSaving tells whether a restart would lose something: an answer or a status, or a step of the timer. Doubts that
// a look or two have raised are not worth a write to a flash disk; the next looks raise them again.
func (s *Seats) worthSaving(i int, next seat.State) bool {
	saved := s.saved[i]
	if differs(saved, next) {
		return true
	}
	step := min(s.rules.AbandonedAfter/timerSteps, time.Minute)
	return next.Status != seat.Abandoned && next.Alone-saved.Alone >= step || saved.Alone > 0 && next.Alone == 0
}

func (s *Seats) memory(i int, state seat.State) (store.Memory, error) {
	b, err := json.Marshal(state)
	if err != nil {
		return store.Memory{}, fmt.Errorf("state of seat %s: %w", s.shapes[i].ID, err)
	}
	return store.Memory{StoreID: s.storeID, SeatID: s.shapes[i].ID, State: b}, nil
}

func (s *Seats) seatRow(i int, state seat.State, now time.Time) store.SeatRow {
	return store.SeatRow{
		StoreID: s.storeID, SeatID: s.shapes[i].ID, Stream: s.stream,
		Status: string(state.Status), PersonDetected: state.Person.On, ItemsDetected: state.Item.On,
		DetectionConfidence: confidence(state.Confidence),
		Since:               store.At(state.Since), UpdatedAt: store.At(now),
	}
}

func (s *Seats) eventRow(i int, e *seat.Event, now time.Time) (store.EventRow, error) {
	seatID, status, previous := s.shapes[i].ID, string(e.Status), string(e.Previous)
	row, err := newEvent(s.storeID, s.stream, e.Type, e.At, now)
	row.SeatID, row.Status, row.PreviousStatus = &seatID, &status, &previous
	row.DetectionConfidence = confidence(e.Confidence)
	return row, err
}

// newEvent is an event of a stream, with an id of its own.
func newEvent(storeID, stream string, kind seat.EventType, captured, now time.Time) (store.EventRow, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return store.EventRow{}, fmt.Errorf("event id: %w", err)
	}
	return store.EventRow{
		ID: id.String(), StoreID: storeID, Stream: stream, EventType: string(kind),
		CapturedAt: store.At(captured), CreatedAt: store.At(now),
	}, nil
}

// confidence is rounded to a thousandth: more digits say nothing and read badly in a dashboard.
func confidence(c float32) float64 { return float64(int(c*1000+0.5)) / 1000 }

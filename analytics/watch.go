package analytics

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/google/uuid"
)

// watch is one stream's seats and what is remembered of each. One goroutine uses it at a time.
type watch struct {
	storeID string
	stream  string
	rules   seat.Rules
	isItem  func(class string) bool

	seats  []seat.Seat
	states []seat.State
	saved  []seat.State // as they stand in the database

	obs []seat.Observation // reused
}

func newWatch(c *config.Config, stream string) *watch {
	w := &watch{storeID: c.StoreID, stream: stream, rules: c.Rules(), isItem: c.IsItem}
	for i := range c.Seats {
		if c.Seats[i].Stream == stream {
			w.seats = append(w.seats, c.Seats[i].Domain())
		}
	}
	w.states = make([]seat.State, len(w.seats))
	w.saved = make([]seat.State, len(w.seats))
	return w
}

// adopt takes over what another watch knows of seats that are in both: an edit has moved or reshaped them, and whoever
// sits there sits there still.
func (w *watch) adopt(old *watch) {
	for i := range w.seats {
		for j := range old.seats {
			if w.seats[i].ID == old.seats[j].ID {
				w.states[i], w.saved[i] = old.states[j], old.saved[j]
			}
		}
	}
}

// restore takes up what the database remembers.
func (w *watch) restore(memories map[string][]byte) error {
	for i := range w.seats {
		b, ok := memories[w.seats[i].ID]
		if !ok {
			continue
		}
		var s seat.State
		if err := json.Unmarshal(b, &s); err != nil {
			return fmt.Errorf("state of seat %s: %w", w.seats[i].ID, err)
		}
		w.states[i], w.saved[i] = s, s
	}
	return nil
}

// decision is what one look leads to: states to become once the change is on disk.
type decision struct {
	next   []seat.State
	change store.Change
}

// decide tells what the detections of one look change. It changes nothing itself.
func (w *watch) decide(at, now time.Time, found []seat.Detection) (decision, error) {
	w.obs = seat.Observe(w.obs[:0], at, w.seats, found, w.isItem)
	d := decision{next: make([]seat.State, len(w.states))}
	for i := range w.states {
		next, event := w.states[i].Next(w.obs[i], w.rules)
		d.next[i] = next
		if event != nil {
			row, err := w.eventRow(i, event, now)
			if err != nil {
				return d, err
			}
			d.change.Events = append(d.change.Events, row)
		}
		if w.shows(i, next) {
			d.change.Seats = append(d.change.Seats, w.seatRow(i, next, now))
		}
		if w.worthSaving(i, next) {
			b, err := json.Marshal(next)
			if err != nil {
				return d, fmt.Errorf("state of seat %s: %w", w.seats[i].ID, err)
			}
			d.change.Memories = append(d.change.Memories, store.Memory{StoreID: w.storeID, SeatID: w.seats[i].ID, State: b})
		}
	}
	// one look may confirm what began at different times
	slices.SortStableFunc(d.change.Events, func(a, b store.EventRow) int {
		return time.Time(a.CapturedAt).Compare(time.Time(b.CapturedAt))
	})
	return d, nil
}

// become takes the decision over, once it is on disk.
func (w *watch) become(d decision) {
	for _, m := range d.change.Memories {
		for i := range w.seats {
			if w.seats[i].ID == m.SeatID {
				w.saved[i] = d.next[i]
			}
		}
	}
	copy(w.states, d.next)
}

// nextLook is how long after the last look the next one is wanted, at most interval.
func (w *watch) nextLook(interval time.Duration) time.Duration {
	next := interval
	for i := range w.states {
		next = min(next, w.states[i].NextLook(w.rules, interval))
	}
	return next
}

// shows tells whether the row of a seat differs from the one before, or there was none.
func (w *watch) shows(i int, next seat.State) bool {
	s := w.states[i]
	return s.Status != next.Status || s.Person.On != next.Person.On || s.Item.On != next.Item.On
}

// timerSteps is how many times the timer is saved on its way to AbandonedAfter: a crash forgets less than a tenth.
const timerSteps = 10

// worthSaving tells whether a restart would lose something: an answer or a status, or a step of the timer. Doubts that
// a look or two have raised are not worth a write to a flash disk; the next looks raise them again.
func (w *watch) worthSaving(i int, next seat.State) bool {
	s := w.saved[i]
	if s.Status != next.Status || s.Person.On != next.Person.On || s.Item.On != next.Item.On {
		return true
	}
	step := min(w.rules.AbandonedAfter/timerSteps, time.Minute)
	return next.Status != seat.Abandoned && next.Alone-s.Alone >= step || s.Alone > 0 && next.Alone == 0
}

func (w *watch) seatRow(i int, s seat.State, now time.Time) store.SeatRow {
	return store.SeatRow{
		StoreID: w.storeID, SeatID: w.seats[i].ID, Stream: w.stream,
		Status: string(s.Status), PersonDetected: s.Person.On, ItemsDetected: s.Item.On,
		DetectionConfidence: confidence(s.Confidence),
		Since:               store.At(s.Since), UpdatedAt: store.At(now),
	}
}

func (w *watch) eventRow(i int, e *seat.Event, now time.Time) (store.EventRow, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return store.EventRow{}, fmt.Errorf("event id: %w", err)
	}
	seatID, status, previous := w.seats[i].ID, string(e.Status), string(e.Previous)
	return store.EventRow{
		ID: id.String(), StoreID: w.storeID, SeatID: &seatID, Stream: w.stream,
		EventType: string(e.Type), Status: &status, PreviousStatus: &previous,
		DetectionConfidence: confidence(e.Confidence),
		CapturedAt:          store.At(e.At), CreatedAt: store.At(now),
	}, nil
}

// confidence is rounded to a thousandth: more digits say nothing and read badly in a dashboard.
func confidence(c float32) float64 { return float64(int(c*1000+0.5)) / 1000 }

package look

import (
	"fmt"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/google/uuid"
)

// Correct makes a seat what an admin says it is, commits that, and has the camera looked at soon. previous is what it
// was shown as. After an error nothing has changed. The caller must Hold the camera.
func (c *Camera) Correct(seatID string, to seat.Status, now time.Time) (previous seat.Status, err error) {
	s := c.seats
	i := s.index(seatID)
	if i < 0 {
		return "", fmt.Errorf("no seat %q at %s", seatID, c.stream)
	}
	if previous = s.states[i].Status; previous == "" {
		previous = seat.Empty
	}
	id, err := uuid.NewV7()
	if err != nil {
		return previous, fmt.Errorf("correction id: %w", err)
	}
	next := s.states[i].Corrected(to, now, s.rules)
	memory, err := s.memory(i, next)
	if err != nil {
		return previous, err
	}
	err = c.looker.Ledger.Commit(&store.Change{
		Seats:    []store.SeatRow{s.seatRow(i, next, now)},
		Memories: []store.Memory{memory},
		Corrections: []store.CorrectionRow{{
			ID: id.String(), StoreID: s.storeID, SeatID: seatID, Stream: c.stream,
			Status: string(to), PreviousStatus: string(previous), CreatedAt: store.At(now),
		}},
	})
	if err != nil {
		return previous, err
	}
	s.states[i], s.saved[i] = next, next
	s.sight.places[i].corrected(to)
	c.Soon(now)
	return previous, nil
}

// TakeEmpty takes a seat as the last look saw it for the empty one; it is false where there was no look yet. The caller
// must Hold the camera.
func (c *Camera) TakeEmpty(seatID string) bool {
	s := c.seats
	i := s.index(seatID)
	return i >= 0 && s.sight.places[i].takeEmpty()
}

// TakeEmpty takes all seats as the last look saw them for empty ones.
func (s *Seats) TakeEmpty() {
	for i := range s.sight.places {
		s.sight.places[i].takeEmpty()
	}
}

func (s *Seats) index(seatID string) int {
	return slices.IndexFunc(s.shapes, func(shape seat.Seat) bool { return shape.ID == seatID })
}

// corrected learns from a correction: what looked like belongings, or like somebody, and was neither, is how the empty
// seat looks.
func (pl *seatPlaces) corrected(to seat.Status) {
	if to == seat.Empty {
		pl.takeEmpty()
	}
	pl.walker, pl.left = seat.Box{}, time.Time{}
}

func (pl *seatPlaces) takeEmpty() bool {
	if pl.body.now.at.IsZero() {
		return false
	}
	for _, p := range []*place{&pl.body, &pl.desk} {
		p.empty, p.shows, p.idle, p.found.at = p.now, 1, 0, time.Time{}
		p.sure = true
	}
	return true
}

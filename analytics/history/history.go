// Package history shares out what the database knows among the hours: how much of each hour each seat was taken.
//
// Time that was not seen counts as nothing: the camera or the box was away, or the seat was not there yet. It reads and
// changes nothing. Begin reading at Read.
package history

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// History is how much of each hour each seat was taken.
type History struct {
	Hours []time.Time // when each begins, in the time zone that was asked for
	End   time.Time   // of what is known: now
	Seats []Seat
}

// Seat is one seat. Cells are those of each hour.
type Seat struct {
	ID, Name, Stream string
	Cells            []Cell
}

// Cell is one hour of one seat: how long it was seen, and what it was meanwhile.
type Cell struct{ Seen, Occupied, Abandoned time.Duration }

// New has the last n hours, which end with the one of now and are hours of now's time zone, and no seats.
func New(now time.Time, n int) *History {
	h := &History{End: now}
	into := time.Duration(now.Minute())*time.Minute + time.Duration(now.Second())*time.Second + time.Duration(now.Nanosecond())
	for i := n - 1; i >= 0; i-- {
		h.Hours = append(h.Hours, now.Add(-into-time.Duration(i)*time.Hour))
	}
	return h
}

// Read reads the last n hours of a store's seats, which have no cells yet, out of the database.
func Read(ctx context.Context, db *store.DB, storeID string, seats []Seat, now time.Time, n int) (*History, error) {
	h := New(now, n)
	from := h.Hours[0]

	turns := map[string][]store.Turn{}    // by seat
	presence := map[string][]store.Turn{} // by stream
	err := db.Turns(ctx, storeID, from, func(t *store.Turn) {
		if t.SeatID == "" {
			presence[t.Stream] = append(presence[t.Stream], *t)
		} else {
			turns[t.SeatID] = append(turns[t.SeatID], *t)
		}
	})
	if err != nil {
		return nil, err
	}
	runs, first, err := db.Runs(ctx, from)
	if err != nil {
		return nil, err
	}
	if first.After(from) || first.IsZero() {
		// what was before runs were noted was seen, as far as the seats say
		runs = slices.Insert(runs, 0, store.Span{From: from, To: cmp.Or(first, now)})
	}
	if len(runs) > 0 {
		runs[len(runs)-1].To = now // the minute that is not noted yet
	}
	firstSeen, err := db.FirstSeen(ctx, storeID)
	if err != nil {
		return nil, err
	}
	rows, err := db.Seats(ctx, storeID)
	if err != nil {
		return nil, err
	}
	seen := map[string][]store.Span{} // by stream
	for _, s := range seats {
		if _, ok := seen[s.Stream]; !ok {
			before, err := db.TurnBefore(ctx, storeID, "", s.Stream, from)
			if err != nil {
				return nil, err
			}
			seen[s.Stream] = online(runs, before, presence[s.Stream])
		}
		s.Cells = make([]Cell, n)
		if since, ok := firstSeen[s.ID]; ok {
			before, err := db.TurnBefore(ctx, storeID, s.ID, "", from)
			if err != nil {
				return nil, err
			}
			status := string(seat.Empty)
			own := slices.DeleteFunc(turns[s.ID], func(t store.Turn) bool { return t.At.Before(since) })
			row := slices.IndexFunc(rows, func(r store.SeatRow) bool { return r.SeatID == s.ID })
			switch {
			case before != nil && !before.At.Before(since):
				status = before.Status
			case len(own) > 0:
				status = own[0].Previous
			case row >= 0:
				status = rows[row].Status
			}
			h.count(&s, status, own, seen[s.Stream], later(from, since))
		}
		h.Seats = append(h.Seats, s)
	}
	return h, nil
}

// online are the parts of runs in which a camera was there.
func online(runs []store.Span, before *store.Turn, turns []store.Turn) (spans []store.Span) {
	there := before == nil || before.Status == "online"
	for _, run := range runs {
		from := run.From
		for len(turns) > 0 && turns[0].At.Before(run.To) {
			if at := later(turns[0].At, from); there && at.After(from) {
				spans = append(spans, store.Span{From: from, To: at})
				from = at
			}
			there = turns[0].Status == "online"
			from = later(from, turns[0].At)
			turns = turns[1:]
		}
		if there && run.To.After(from) {
			spans = append(spans, store.Span{From: from, To: run.To})
		}
	}
	return spans
}

// count shares the time from a moment on out among the hours.
func (h *History) count(s *Seat, status string, turns []store.Turn, seen []store.Span, from time.Time) {
	for i := 0; ; i++ {
		to := h.End
		if i < len(turns) {
			to = turns[i].At
		}
		for len(seen) > 0 && !seen[0].To.After(from) {
			seen = seen[1:]
		}
		for _, span := range seen {
			if !span.From.Before(to) {
				break
			}
			h.add(s, status, later(from, span.From), earlier(to, span.To))
		}
		if i == len(turns) {
			return
		}
		from, status = later(from, to), turns[i].Status
	}
}

// add counts one piece of time, in which nothing changed and which does not begin before the hours do.
func (h *History) add(s *Seat, status string, from, to time.Time) {
	for i := int(from.Sub(h.Hours[0]) / time.Hour); i < len(s.Cells) && from.Before(to); i++ {
		end := earlier(to, h.Hours[i].Add(time.Hour))
		d := end.Sub(from)
		cell := &s.Cells[i]
		cell.Seen += d
		switch seat.Status(status) {
		case seat.Occupied:
			cell.Occupied += d
		case seat.Abandoned:
			cell.Abandoned += d
		}
		from = end
	}
}

func later(a, b time.Time) time.Time { return slices.MaxFunc([]time.Time{a, b}, time.Time.Compare) }

func earlier(a, b time.Time) time.Time { return slices.MinFunc([]time.Time{a, b}, time.Time.Compare) }

package analytics

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// putSeat adds or changes a seat: in the file, and then in force. Errors that are a *config.Refusal are the client's or
// the file's, others the database's; after either nothing has changed.
func (a *Analytics) putSeat(id string, q *config.Request, c config.Condition) (saved *config.Seat, created bool, err error) {
	_ = a.remember() // before the lock; without a database the seats wait for it, as they do at the start
	a.edit.Lock()
	defer a.edit.Unlock()
	l := a.layout.Load()
	e, err := a.file.Put(id, q, c, &l.config, func(stream string) bool { return streams.Get(stream) != nil })
	if err != nil {
		return nil, false, err
	}
	if err = a.revise(l, e); err != nil {
		return nil, false, err
	}
	log.Info().Str("seat", id).Str("stream", e.Seat.Stream).Msg("[analytics] save seat")
	return e.Seat, e.Created, nil
}

// deleteSeat takes a seat out of the file and out of force, with its row everywhere. Its events stay. Errors are as those
// of putSeat.
func (a *Analytics) deleteSeat(id string, c config.Condition) error {
	_ = a.remember()
	a.edit.Lock()
	defer a.edit.Unlock()
	l := a.layout.Load()
	e, err := a.file.Delete(id, c, &l.config)
	if err != nil {
		return err
	}
	if err = a.revise(l, e); err != nil {
		return err
	}
	log.Info().Str("seat", id).Msg("[analytics] delete seat")
	return nil
}

// revise puts another layout in the place of the one that is in force, once the file is written and the database has
// what follows from it. It must hold edit.
func (a *Analytics) revise(l *layout, e *config.Edit) error {
	if a.ctx.Err() != nil {
		return errors.New("the program ends")
	}
	next, gone := l.with(a, e.Config, l.guestsAfter(e.Config, time.Now()))
	if next.model == nil && len(e.Config.Seats) > 0 {
		var err error
		if next.model, err = a.openModel(); err != nil {
			return a.file.Refuse(err)
		}
	}
	// no look decides about a seat meanwhile; edits alone hold more than one of these locks
	all := append(next.all(), gone...)
	for _, c := range all {
		c.looking.Lock()
	}
	change := a.consequences(l, next, time.Now())
	err := a.commitWith(&change, e)
	var reshaped []*camera
	if err == nil {
		reshaped = a.adopt(l, next)
		for _, c := range gone {
			c.gone = true
		}
		for _, c := range next.guests {
			c.online.forget() // the row has gone, and is written anew with the next seat
		}
		a.layout.Store(next)
		a.board.Renew(&change, time.Now())
	}
	for _, c := range all {
		c.looking.Unlock()
	}
	if err != nil {
		return err
	}
	a.outside.wake()
	a.settle(next, gone)
	for _, c := range reshaped {
		c.soon(time.Now())
	}
	return nil
}

// consequences are the rows that an edit changes: seats and cameras that are no more, and seats that another camera has.
func (a *Analytics) consequences(l, next *layout, now time.Time) (change store.Change) {
	for i := range l.config.Seats {
		old := &l.config.Seats[i]
		s := next.config.Seat(old.ID)
		if s == nil {
			change.Gone = append(change.Gone, store.Gone{Table: store.SeatStatus, StoreID: l.config.StoreID, Key: old.ID, At: store.At(now)})
			continue
		}
		if row, ok := a.board.Seat(s.ID); ok && row.Stream != s.Stream {
			row.Stream, row.UpdatedAt = s.Stream, store.At(now)
			change.Seats = append(change.Seats, row)
		}
	}
	for _, c := range l.cameras {
		if next.camera(c.stream) == nil {
			change.Gone = append(change.Gone, store.Gone{Table: store.CameraStatus, StoreID: l.config.StoreID, Key: c.stream, At: store.At(now)})
		}
	}
	return change
}

// commitWith writes an edit together with a change of the database. Without a database, the file alone: rows of seats
// that are no more are taken out when it opens.
func (a *Analytics) commitWith(change *store.Change, e *config.Edit) error {
	a.dbMu.Lock()
	db := a.db
	a.dbMu.Unlock()
	if db == nil || len(change.Gone)+len(change.Seats) == 0 {
		return e.Write()
	}
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	written := false
	err := db.CommitWith(ctx, change, func() error {
		err := e.Write()
		written = err == nil
		return err
	})
	if err != nil && written {
		if errUndo := e.Undo(); errUndo != nil {
			log.Error().Err(errUndo).Msg("[analytics] the file has an edit that the database has not")
		}
	}
	return err
}

func equalSeats(a, b seat.Seat) bool {
	return a.ID == b.ID && a.Anchor == b.Anchor && slices.Equal(a.ROI, b.ROI) && slices.Equal(a.ItemsROI, b.ItemsROI)
}

// adopt gives the cameras what they are to look for from now on, and what is known of it, and tells which of them look
// for something else than before.
func (a *Analytics) adopt(l, next *layout) (reshaped []*camera) {
	var known []*watch
	for _, c := range l.all() {
		known = append(known, c.watch)
	}
	for _, c := range next.all() {
		w := newWatch(&next.config, c.stream)
		for _, old := range known {
			w.adopt(old)
		}
		if c.stop != nil && !slices.EqualFunc(w.seats, c.watch.seats, equalSeats) {
			reshaped = append(reshaped, c)
		}
		c.watch = w
	}
	return reshaped
}

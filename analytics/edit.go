package analytics

import (
	"context"
	"errors"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/analytics/tap"
)

// apply puts an edit of the seats in force, once the file is written and the database has what follows from it: all of
// it or nothing. The caller must hold a.edit.
func (a *Analytics) apply(p *plan, e *config.Edit) (err error) {
	if a.ctx.Err() != nil {
		return errors.New("the program ends")
	}
	now := time.Now()
	next, gone := p.with(a.looker, e.Config, p.previewsAfter(&e.Config, now))
	if next.model == nil && len(e.Config.Seats) > 0 {
		if next.model, err = a.openModel(); err != nil {
			return a.file.Refuse(err)
		}
	}
	// no look decides about a seat meanwhile; edits alone hold more than one of these locks
	all := append(next.all(), gone...)
	for _, c := range all {
		c.Hold()
	}
	change := a.consequences(p, next, now)
	err = a.ledger.CommitEdit(&change, e.Write, e.Undo)
	var reshaped []*look.Camera
	if err == nil {
		reshaped = adopt(p, next)
		for _, c := range gone {
			c.Drop()
		}
		for _, c := range next.previews {
			c.Forget() // the row has gone, and is written anew with the next seat
		}
		a.plan.Store(next)
		a.board.Renew(&change, now)
	}
	for _, c := range all {
		c.Release()
	}
	if err != nil {
		return err
	}
	a.settle(next, gone)
	for _, c := range reshaped {
		c.Soon(now)
	}
	return nil
}

// consequences are the rows that an edit changes: seats and cameras that are no more, and seats that another camera has.
func (a *Analytics) consequences(p, next *plan, now time.Time) (change store.Change) {
	for i := range p.config.Seats {
		s := next.config.Seat(p.config.Seats[i].ID)
		if s == nil {
			change.Gone = append(change.Gone, p.gone(store.SeatStatus, p.config.Seats[i].ID, now))
			continue
		}
		if row, ok := a.board.Seat(s.ID); ok && row.Stream != s.Stream {
			row.Stream, row.UpdatedAt = s.Stream, store.At(now)
			change.Seats = append(change.Seats, row)
		}
	}
	for _, c := range p.cameras {
		if len(next.config.SeatsOf(c.Name())) == 0 {
			change.Gone = append(change.Gone, p.gone(store.CameraStatus, c.Name(), now))
		}
	}
	return change
}

// adopt gives the cameras of the next plan what they are to look for from now on, and what is known of it, and tells
// which of them look for something else than before. The caller must hold all cameras of both.
func adopt(p, next *plan) (reshaped []*look.Camera) {
	var known []*look.Seats
	for _, c := range p.all() {
		known = append(known, c.Seats())
	}
	for _, c := range next.all() {
		seats := next.looked(c.Name())
		for _, old := range known {
			seats.Adopt(old)
		}
		if c.Started() && !seats.SameShapes(c.Seats()) {
			reshaped = append(reshaped, c)
		}
		c.SetSeats(seats)
	}
	return reshaped
}

// restore takes up what a database that was just opened remembers, and gives the rows that belong to no seat or camera.
func (a *Analytics) restore(ctx context.Context, db *store.DB) (strangers []store.Gone, err error) {
	a.edit.Lock()
	defer a.edit.Unlock()
	p := a.plan.Load()
	memories, err := db.Memories(ctx, p.config.StoreID)
	if err != nil {
		return nil, err
	}
	seats, err := db.Seats(ctx, p.config.StoreID)
	if err != nil {
		return nil, err
	}
	cameras, err := db.Cameras(ctx, p.config.StoreID)
	if err != nil {
		return nil, err
	}
	if len(p.config.Seats) == 0 {
		return nil, nil // nothing says which seats there should be
	}
	now := time.Now()
	var ownSeats []store.SeatRow
	for _, row := range seats {
		if p.config.Seat(row.SeatID) == nil {
			strangers = append(strangers, p.gone(store.SeatStatus, row.SeatID, now))
			continue
		}
		ownSeats = append(ownSeats, row)
	}
	rows := map[string]*store.CameraRow{}
	var ownCameras []store.CameraRow
	for i := range cameras {
		row := &cameras[i]
		if len(p.config.SeatsOf(row.Stream)) == 0 {
			strangers = append(strangers, p.gone(store.CameraStatus, row.Stream, now))
			continue
		}
		rows[row.Stream] = row
		ownCameras = append(ownCameras, *row)
		if row.LastFrameAt != nil {
			tap.Seen(row.Stream, time.Time(*row.LastFrameAt))
		}
	}
	for _, c := range p.cameras {
		if err = c.Restore(memories, rows[c.Name()]); err != nil {
			return nil, err
		}
	}
	a.board.Load(ownSeats, ownCameras)
	return strangers, nil
}

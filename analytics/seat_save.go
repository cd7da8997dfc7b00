package analytics

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// putSeat adds or changes a seat: in the file, and then in force. Errors that are a *refusal are the asker's or the
// file's, others the database's; after either nothing has changed.
func (a *Analytics) putSeat(id string, q *seatRequest, c condition) (saved *SeatConfig, created bool, err error) {
	_ = a.remember() // before the lock; without a database the seats wait for it, as they do at the start
	a.edit.Lock()
	defer a.edit.Unlock()
	l := a.layout.Load()
	before, err := a.file.read()
	if err != nil {
		return nil, false, err
	}
	if err = a.check(id, c, l, before); err != nil {
		return nil, false, err
	}
	base := before.seat(id)
	if created = base == nil; created {
		if err = checkText(id, maxSeatID); err != nil {
			return nil, false, &refusal{Status: http.StatusBadRequest, Text: "id: " + err.Error()}
		}
		base = &SeatConfig{ID: id}
	}
	wanted, changes := q.apply(*base)
	switch {
	case wanted.Stream == "":
		err = &refusal{Status: http.StatusBadRequest, Text: "stream: is required"}
	case len(wanted.ROI) == 0:
		err = &refusal{Status: http.StatusBadRequest, Text: "roi: is required"}
	case streams.Get(wanted.Stream) == nil:
		err = &refusal{Status: http.StatusBadRequest, Text: fmt.Sprintf("stream: no stream %q under streams:", shortened(wanted.Stream))}
	case !before.hasStream(wanted.Stream) && !a.file.elsewhere[wanted.Stream]:
		err = &refusal{Status: http.StatusBadRequest, Text: fmt.Sprintf("stream: %q is known to this run only, save it under streams: first", shortened(wanted.Stream))}
	}
	if err != nil {
		return nil, false, err
	}

	config := l.config
	storeID, err := q.store(config.StoreID)
	if err != nil {
		return nil, false, err
	}
	if storeID == config.StoreID {
		storeID = ""
	} else {
		config.StoreID = storeID
	}
	after, err := a.file.put(before, &wanted, changes, storeID)
	if err != nil {
		return nil, false, err
	}
	wanted.documents = 1
	config.Seats = slices.Clone(config.Seats)
	if i := slices.IndexFunc(config.Seats, func(s SeatConfig) bool { return s.ID == id }); i >= 0 {
		config.Seats[i] = wanted
	} else {
		config.Seats = append(config.Seats, wanted)
	}
	if err = a.revise(l, config, before, after); err != nil {
		return nil, false, err
	}
	a.file.own[id] = true
	log.Info().Str("seat", id).Str("stream", wanted.Stream).Msg("[analytics] save seat")
	return &wanted, created, nil
}

// store is the store's name: the first seat of a box that has none may bring it along.
func (q *seatRequest) store(configured string) (string, error) {
	switch {
	case configured == "" && (q.storeID == nil || *q.storeID == ""):
		return "", &refusal{Status: http.StatusBadRequest, Text: "store_id: is required once a seat is configured"}
	case configured == "":
		return *q.storeID, nil
	case q.storeID != nil && *q.storeID != "" && *q.storeID != configured:
		return "", &refusal{Status: http.StatusBadRequest, Text: fmt.Sprintf("store_id: is %q, and is not changed here", configured)}
	}
	return configured, nil
}

// deleteSeat takes a seat out of the file and out of force, with its row everywhere. Its events stay. Errors are as those
// of putSeat.
func (a *Analytics) deleteSeat(id string, c condition) error {
	_ = a.remember()
	a.edit.Lock()
	defer a.edit.Unlock()
	l := a.layout.Load()
	before, err := a.file.read()
	if err != nil {
		return err
	}
	inFile, inMemory := before.seat(id), l.seat(id)
	if inFile == nil && inMemory == nil {
		return &refusal{Status: http.StatusNotFound, Text: fmt.Sprintf("there is no seat %q", shortened(id))}
	}
	// one that somebody has taken out of the file by hand already is what is wanted
	if inFile != nil || c.revision != "" || !a.file.own[id] {
		if err = a.check(id, c, l, before); err != nil {
			return err
		}
	}
	after, err := a.file.remove(before, id)
	if err != nil {
		return err
	}
	config := l.config
	config.Seats = slices.DeleteFunc(slices.Clone(config.Seats), func(s SeatConfig) bool { return s.ID == id })
	if err = a.revise(l, config, before, after); err != nil {
		return err
	}
	delete(a.file.own, id)
	log.Info().Str("seat", id).Msg("[analytics] delete seat")
	return nil
}

// revise puts another layout in the place of the one that is in force, once the file is written and the database has
// what follows from it. It wants edit held.
func (a *Analytics) revise(l *layout, config Config, before, after *content) error {
	if a.ctx.Err() != nil {
		return &refusal{Status: http.StatusServiceUnavailable, Text: "the program ends: nothing was saved"}
	}
	next, gone := l.with(a, config, l.guestsAfter(config, time.Now()))
	if next.model == nil && len(config.Seats) > 0 {
		var err error
		if next.model, err = a.openModel(); err != nil {
			return a.file.refuse(http.StatusConflict, err)
		}
	}
	// nobody decides about a seat meanwhile; edits alone hold more than one of these locks
	all := append(next.all(), gone...)
	for _, c := range all {
		c.looking.Lock()
	}
	change := a.consequences(l, next, time.Now())
	err := a.commitWith(&change, func() error {
		if string(before.text) == string(after.text) {
			return nil
		}
		return a.file.write(before, after)
	}, func() error { return a.file.undo(before) })
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
		s := next.seat(old.ID)
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

// commitWith writes a file together with a change of the database. Without a database, the file alone: rows of seats
// that are no more are taken out when it opens.
func (a *Analytics) commitWith(change *store.Change, write, undo func() error) error {
	a.dbMu.Lock()
	db := a.db
	a.dbMu.Unlock()
	if db == nil || len(change.Gone)+len(change.Seats) == 0 {
		return write()
	}
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	written := false
	err := db.CommitWith(ctx, change, func() error {
		err := write()
		written = err == nil
		return err
	})
	if err != nil && written {
		if errUndo := undo(); errUndo != nil {
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

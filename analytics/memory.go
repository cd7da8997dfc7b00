package analytics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/internal/app"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

const (
	reopenEvery   = 5 * time.Second
	commitTimeout = 10 * time.Second
)

// databasePath is beside the configuration file where it is relative.
func (a *Analytics) databasePath() string {
	if filepath.IsAbs(a.config.Database) {
		return a.config.Database
	}
	return filepath.Join(filepath.Dir(app.ConfigPath), a.config.Database)
}

var errNotOpen = errors.New("database is not open")

// remember opens the database, unless it is open, and takes up what it knows. Nothing is decided before that: seats
// that began anew would overwrite what they were. A corrupt file is set aside, never deleted.
func (a *Analytics) remember() error {
	_, err := a.database()
	return err
}

// opened tells whether the database is open, without opening it.
func (a *Analytics) opened() bool {
	a.dbMu.Lock()
	defer a.dbMu.Unlock()
	return a.db != nil
}

// database is the open database, opened now if need be.
func (a *Analytics) database() (*store.DB, error) {
	a.dbMu.Lock()
	defer a.dbMu.Unlock()
	if a.db == nil {
		if err := a.openLocked(time.Now()); err != nil {
			return nil, err
		}
	}
	return a.db, nil
}

// openLocked wants dbMu held.
func (a *Analytics) openLocked(now time.Time) error {
	if now.Before(a.retryAt) {
		return errNotOpen
	}
	a.retryAt = now.Add(reopenEvery)

	path := a.databasePath()
	db, err := store.Open(path)
	if corrupt, ok := errors.AsType[*store.CorruptError](err); ok {
		aside, errAside := store.SetAside(path)
		if errAside != nil {
			return errAside
		}
		log.Error().Str("path", path).Str("kept", aside).Str("error", corrupt.Error()).Msg("[analytics] database is corrupt, begun anew")
		a.metrics.stage("store")
		db, err = store.Open(path)
	}
	if err != nil {
		a.metrics.stage("store")
		return err
	}
	strangers, err := a.restore(db)
	if err != nil {
		_ = db.Close()
		return err
	}
	if err = a.outside.open(a, db); err != nil {
		_ = db.Close()
		return err
	}
	a.forget(db, strangers)
	a.beginRun(db, now)
	a.db = db
	return nil
}

// forget takes rows out that no seat or camera of the configuration has: somebody took the seat out by hand, or the
// power was cut in the middle of an edit. Their events stay.
func (a *Analytics) forget(db *store.DB, strangers []store.Gone) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	if err := db.Commit(ctx, &store.Change{Gone: strangers}); err != nil {
		log.Error().Err(err).Msg("[analytics] forget seats that are no more") // and again at the next start
		return
	}
	for i := range strangers {
		log.Info().Str("table", string(strangers[i].Table)).Str("key", strangers[i].Key).Msg("[analytics] forget, not in the configuration")
	}
	a.outside.wake()
}

// restore takes up states, rows and cameras as they were left, and tells which rows belong to none of the seats.
func (a *Analytics) restore(db *store.DB) (strangers []store.Gone, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	a.edit.Lock()
	defer a.edit.Unlock()
	l := a.layout.Load()
	memories, err := db.Memories(ctx, l.config.StoreID)
	if err != nil {
		return nil, err
	}
	rows, err := db.Seats(ctx, l.config.StoreID)
	if err != nil {
		return nil, err
	}
	cameras, err := db.Cameras(ctx, l.config.StoreID)
	if err != nil {
		return nil, err
	}
	for _, c := range l.cameras {
		c.looking.Lock()
		err = c.watch.restore(memories)
		c.looking.Unlock()
		if err != nil {
			return nil, err
		}
		for _, row := range cameras {
			if row.Stream == c.stream {
				// so that a restart tells no change that did not happen
				c.online.set(row.Online)
			}
		}
	}
	if len(l.config.Seats) == 0 {
		return nil, nil // nothing says which seats there should be
	}
	now := store.At(time.Now())
	stranger := func(known bool, table store.Table, key string) bool {
		if !known {
			strangers = append(strangers, store.Gone{Table: table, StoreID: l.config.StoreID, Key: key, At: now})
		}
		return !known
	}
	rows = slices.DeleteFunc(rows, func(r store.SeatRow) bool {
		return stranger(l.seat(r.SeatID) != nil, store.SeatStatus, r.SeatID)
	})
	cameras = slices.DeleteFunc(cameras, func(r store.CameraRow) bool {
		return stranger(l.camera(r.Stream) != nil, store.CameraStatus, r.Stream)
	})
	a.board.Load(rows, cameras)
	return strangers, nil
}

// commit puts a change on disk and then tells everybody. After an error nothing has changed.
func (a *Analytics) commit(change *store.Change) error {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	db, err := a.database()
	if err != nil {
		return err
	}
	if err = db.Commit(ctx, change); err != nil {
		return err
	}
	a.outside.wake()
	a.board.Publish(change, time.Now())
	for i := range change.Seats {
		row := &change.Seats[i]
		log.Info().Str("seat", row.SeatID).Str("status", row.Status).Bool("person", row.PersonDetected).
			Bool("items", row.ItemsDetected).Str("stream", row.Stream).Msg("[analytics] status")
	}
	for i := range change.Events {
		e := &change.Events[i]
		a.metrics.event(e.EventType)
		if e.SeatID != nil {
			log.Info().Str("seat", *e.SeatID).Str("status", *e.Status).Str("event", e.EventType).
				Str("stream", e.Stream).Msg("[analytics] detected")
		}
	}
	return nil
}

// saveTimers writes the states as they are, timers to the look, before an orderly end.
func (a *Analytics) saveTimers() {
	var change store.Change
	for _, c := range a.layout.Load().cameras {
		for i := range c.watch.seats {
			if c.watch.states[i] == (seat.State{}) {
				continue
			}
			b, err := json.Marshal(c.watch.states[i])
			if err != nil {
				log.Error().Err(fmt.Errorf("state of seat %s: %w", c.watch.seats[i].ID, err)).Msg("[analytics] save")
				continue
			}
			change.Memories = append(change.Memories, store.Memory{StoreID: c.watch.storeID, SeatID: c.watch.seats[i].ID, State: b})
		}
	}
	if err := a.commit(&change); err != nil {
		log.Error().Err(err).Msg("[analytics] save timers")
	}
}

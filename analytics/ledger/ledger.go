// Package ledger is the one place where changes are committed.
//
// It opens the embedded database when it is first needed, and again every few seconds while it cannot be opened; has
// what the database remembers taken up before anything is decided; commits changes, and only then tells of them: the
// board, the relays, the log. It records when the box ran, for the history. Safe for concurrent
// use. Begin reading at Open and Commit.
package ledger

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/sink"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/rs/zerolog"
)

const (
	reopenEvery   = 5 * time.Second
	commitTimeout = 10 * time.Second
)

// Options are what a Ledger needs.
type Options struct {
	Path    string // of the SQLite file
	Board   *board.Board
	Outlets []Outlet
	Bound   int // of the events that each outbox keeps
	Log     zerolog.Logger

	// Restore takes up what a database that was just opened remembers, and gives the rows that belong to no seat or
	// camera any more, which are then taken out. After an error the database counts as not opened.
	Restore func(context.Context, *store.DB) (strangers []store.Gone, err error)
	// Happened is called for each event that was committed.
	Happened func(*store.EventRow)
	// Failed is called each time that the database could not be opened or written to by the ledger itself.
	Failed func()
}

// Ledger owns the database and the relays.
type Ledger struct {
	Options

	db atomic.Pointer[store.DB] // nil while it is not open

	opening sync.Mutex // guards the three below
	retryAt time.Time
	closed  bool

	relays relays
	run    run
	probe  probe

	ctx    context.Context // of the relays
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// New makes a Ledger that touches no file before Open.
func New(o Options) *Ledger {
	l := &Ledger{Options: o}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	return l
}

var errNotOpen = errors.New("database is not open")

// Open opens the database, unless it is open, and takes up what it knows. Nothing may be decided before that: seats
// that began anew would overwrite what they were. A corrupt file is set aside, never deleted. The caller must hold no
// lock that Restore takes.
func (l *Ledger) Open() error {
	_, err := l.DB()
	return err
}

// IsOpen tells whether the database is open, without opening it.
func (l *Ledger) IsOpen() bool { return l.db.Load() != nil }

// DB is the open database, opened now if need be.
func (l *Ledger) DB() (*store.DB, error) {
	if db := l.db.Load(); db != nil {
		return db, nil
	}
	l.opening.Lock()
	defer l.opening.Unlock()
	if db := l.db.Load(); db != nil {
		return db, nil
	}
	now := time.Now()
	if l.closed || now.Before(l.retryAt) {
		return nil, errNotOpen
	}
	l.retryAt = now.Add(reopenEvery)
	db, err := l.open(now)
	if err != nil {
		return nil, err
	}
	l.db.Store(db)
	return db, nil
}

func (l *Ledger) open(now time.Time) (*store.DB, error) {
	db, err := store.Open(l.Path)
	if corrupt, ok := errors.AsType[*store.CorruptError](err); ok {
		kept, errKept := store.Quarantine(l.Path)
		if errKept != nil {
			return nil, errKept
		}
		l.Log.Error().Str("path", l.Path).Str("kept", kept).Str("error", corrupt.Error()).Msg("[analytics] database is corrupt, begun anew")
		l.Failed()
		db, err = store.Open(l.Path)
	}
	if err != nil {
		l.Failed()
		return nil, err
	}
	ctx, cancel := context.WithTimeout(l.ctx, commitTimeout)
	defer cancel()
	strangers, err := l.Restore(ctx, db)
	if err == nil {
		err = l.relays.open(ctx, l, db)
	}
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	l.forget(ctx, db, strangers)
	l.run.begin(ctx, l, db, now)
	return db, nil
}

// forget takes rows out that no seat or camera of the configuration has: the seat was taken out by hand, or the power
// was cut in the middle of an edit. Their events stay.
func (l *Ledger) forget(ctx context.Context, db *store.DB, strangers []store.Gone) {
	if err := db.Commit(ctx, &store.Change{Gone: strangers}); err != nil {
		l.Log.Error().Err(err).Msg("[analytics] forget seats that are no more") // and again at the next start
		return
	}
	for i := range strangers {
		l.Log.Info().Str("table", string(strangers[i].Table)).Str("key", strangers[i].Key).Msg("[analytics] forget, not in the configuration")
	}
	l.relays.wake()
}

// Commit puts a change on disk and then publishes it. After an error nothing has changed.
func (l *Ledger) Commit(change *store.Change) error {
	db := l.db.Load()
	if db == nil {
		return errNotOpen
	}
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	if err := db.Commit(ctx, change); err != nil {
		return err
	}
	l.relays.wake()
	l.Board.Publish(change, time.Now())
	for i := range change.Seats {
		row := &change.Seats[i]
		l.Log.Info().Str("seat", row.SeatID).Str("status", row.Status).Bool("person", row.PersonDetected).
			Bool("items", row.ItemsDetected).Str("stream", row.Stream).Msg("[analytics] status")
	}
	for i := range change.Events {
		e := &change.Events[i]
		l.Happened(e)
		if e.SeatID != nil {
			l.Log.Info().Str("seat", *e.SeatID).Str("status", *e.Status).Str("event", e.EventType).
				Str("stream", e.Stream).Msg("[analytics] detected")
		}
	}
	return nil
}

// CommitEdit puts an edit on disk: a file, by write, together with what follows from it in the database. Without an
// open database write alone is called: rows of seats that are no more are taken out when it opens. undo takes back what
// write did, where the database then fails. The caller notifies the board.
func (l *Ledger) CommitEdit(change *store.Change, write, undo func() error) error {
	db := l.db.Load()
	if db == nil {
		// waiting could be a deadlock: Restore may be waiting for a lock of the caller's
		if !l.opening.TryLock() {
			return errors.New("the database is being opened, try again")
		}
		defer l.opening.Unlock()
		if db = l.db.Load(); db == nil {
			return write()
		}
	}
	if len(change.Gone)+len(change.Seats) == 0 {
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
			l.Log.Error().Err(errUndo).Msg("[analytics] the file has an edit that the database has not")
		}
	}
	if err == nil {
		l.relays.wake()
	}
	return err
}

// Relays are those of the outlets, once the database is open.
func (l *Ledger) Relays() []*sink.Relay {
	l.relays.mu.Lock()
	defer l.relays.mu.Unlock()
	return l.relays.list
}

// Close ends the relays, commits last, if the database is open, and closes it. Where a relay is still at work after the
// time given, nothing more is done. No commit may be under way.
func (l *Ledger) Close(last *store.Change, within time.Duration) {
	l.cancel()
	ended := make(chan struct{})
	go func() {
		l.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(within):
		return
	}
	for i := range l.Outlets {
		l.Outlets[i].Sink.Close()
	}
	l.opening.Lock()
	defer l.opening.Unlock()
	l.closed = true
	db := l.db.Load()
	if db == nil {
		return
	}
	if err := l.Commit(last); err != nil {
		l.Log.Error().Err(err).Msg("[analytics] save timers")
	}
	l.run.extend(l, time.Now(), 0)
	l.db.Store(nil)
	if err := db.Close(); err != nil {
		l.Log.Error().Err(err).Msg("[analytics] close database")
	}
}

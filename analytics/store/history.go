package store

import (
	"context"
	"database/sql"
	"time"
)

// BeginRun records the start of an uptime interval, and gives its id.
func (db *DB) BeginRun(ctx context.Context, at time.Time) (id int64, err error) {
	err = db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "insert into runs (began_at, ended_at) values (?, ?) returning id", At(at), At(at)).Scan(&id)
	}, nil)
	return id, err
}

// ExtendRun records that the interval lasted until then.
func (db *DB) ExtendRun(ctx context.Context, id int64, at time.Time) error {
	return db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "update runs set ended_at = max(ended_at, ?) where id = ?", At(at), id)
		return err
	}, nil)
}

// Span is a time from and up to.
type Span struct{ From, To time.Time }

// Runs are the uptime intervals, oldest first: those that ended after from, and first, the start of the very first one,
// which is zero where there was none. Of the time before it nothing is known.
func (db *DB) Runs(ctx context.Context, from time.Time) (runs []Span, first time.Time, err error) {
	err = db.each(ctx, `select began_at, ended_at from runs where ended_at > ? or id = (select min(id) from runs) order by id`,
		[]any{At(from)}, func(r *sql.Rows) error {
			var began, ended Time
			fault := r.Scan(&began, &ended)
			if first.IsZero() {
				first = time.Time(began)
			}
			if time.Time(ended).After(from) {
				runs = append(runs, Span{time.Time(began), time.Time(ended)})
			}
			return fault
		})
	return runs, first, err
}

// Corrections are those of a store since a time, oldest first.
func (db *DB) Corrections(ctx context.Context, storeID string, since time.Time) ([]CorrectionRow, error) {
	return corrections.read(ctx, db, nil, nil, "select "+corrections.list+" from corrections s where s.store_id = ? and s.created_at >= ? order by s.id",
		storeID, At(since))
}

// Turn is a change of a seat's status, or of a camera's presence.
type Turn struct {
	SeatID   string // "" of a camera
	Stream   string
	At       time.Time
	Status   string // of a seat after it; "online" or "offline" of a camera
	Previous string // of a seat before it
}

// Turns calls each with every turn of a store from about a time on, in the order of commits: some may be a little
// older. The turn is only lent.
func (db *DB) Turns(ctx context.Context, storeID string, from time.Time, each func(*Turn)) error {
	// events are committed within an hour of what they tell, if the clock was not set
	lower, err := (&EventQuery{Limit: 1, Before: At(from.Add(-time.Hour)).String()}).beforeID()
	if err != nil {
		return err
	}
	return db.turns(ctx, " and id >= ? order by id", []any{storeID, lower}, each)
}

// TurnBefore is the last turn of a seat, or of a stream's camera where seatID is empty, before a time; nil where there
// was none.
func (db *DB) TurnBefore(ctx context.Context, storeID, seatID, stream string, before time.Time) (last *Turn, err error) {
	upper, err := (&EventQuery{Limit: 1, Before: At(before).String()}).beforeID()
	if err != nil {
		return nil, err
	}
	keep := func(t *Turn) {
		if last == nil || t.At.After(last.At) {
			turn := *t
			last = &turn
		}
	}
	if seatID != "" {
		err = db.turns(ctx, " and seat_id = ? and id < ? order by id desc limit 1", []any{storeID, seatID, upper}, keep)
		return last, err
	}
	for _, kind := range []string{"camera_offline", "camera_online"} {
		err = db.turns(ctx, " and event_type = ? and stream = ? and id < ? order by id desc limit 1", []any{storeID, kind, stream, upper}, keep)
		if err != nil {
			return nil, err
		}
	}
	return last, nil
}

func (db *DB) turns(ctx context.Context, where string, args []any, each func(*Turn)) error {
	var t Turn
	var seatID, status, previous sql.NullString
	var kind string
	var at Time
	return db.each(ctx, `select seat_id, stream, event_type, status, previous_status, captured_at from detection_events
		where store_id = ?`+where, args, func(r *sql.Rows) error {
		if err := r.Scan(&seatID, &t.Stream, &kind, &status, &previous, &at); err != nil {
			return err
		}
		t.SeatID, t.Status, t.Previous, t.At = seatID.String, status.String, previous.String, time.Time(at)
		switch kind {
		case "camera_online":
			t.Status = "online"
		case "camera_offline":
			t.Status = "offline"
		}
		each(&t)
		return nil
	})
}

// FirstSeen is since when each seat of a store is looked at.
func (db *DB) FirstSeen(ctx context.Context, storeID string) (map[string]time.Time, error) {
	all := map[string]time.Time{}
	err := db.each(ctx, "select seat_id, at from seat_first_seen where store_id = ?", []any{storeID}, func(r *sql.Rows) error {
		var id string
		var at Time
		err := r.Scan(&id, &at)
		all[id] = time.Time(at)
		return err
	})
	return all, err
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
)

// Outlet is a place outside that gets rows.
type Outlet struct {
	Name     string // under which the outbox is found again after a restart
	Statuses bool   // gets seat_status and camera_status, too

	// History makes the outbox of a new outlet, or of one that leads to another place, begin with all events and
	// statuses that there are. Without it the outbox begins empty.
	History bool
	Place   string // where it leads; kept in the database, so never a secret
}

// Outbox holds what one outlet has not confirmed yet: events in the order in which they were committed, and which
// statuses have changed. One goroutine reads it and acknowledges; Commit enqueues.
type Outbox struct {
	db     *DB
	id     int64
	outlet Outlet
	bound  int64

	events  atomic.Int64 // that are pending, as committed
	dropped atomic.Int64
}

// OpenOutboxes opens the outboxes of these outlets, and of no others: what was kept for an outlet that is no longer
// there is forgotten. From now on each Commit enqueues in all of them. An outbox holds at most bound events: when it is full the
// oldest ones leave it unsent, counted, and stay in detection_events.
func (db *DB) OpenOutboxes(ctx context.Context, bound int, outlets ...Outlet) ([]*Outbox, error) {
	var boxes []*Outbox
	err := db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		names := make([]any, len(outlets))
		for i := range outlets {
			o := &Outbox{db: db, outlet: outlets[i], bound: int64(bound)}
			if err := o.register(ctx, tx); err != nil {
				return fmt.Errorf("outbox of %s: %w", o.outlet.Name, err)
			}
			boxes, names[i] = append(boxes, o), o.outlet.Name
		}
		return forgetOthers(ctx, tx, names)
	}, func() { db.outboxes = boxes })
	if err != nil {
		return nil, err
	}
	return boxes, nil
}

func (o *Outbox) register(ctx context.Context, tx *sql.Tx) error {
	var place string
	var dropped int64
	err := tx.QueryRowContext(ctx, "select id, place, dropped from outbox_sinks where name = ?", o.outlet.Name).
		Scan(&o.id, &place, &dropped)
	isNew := errors.Is(err, sql.ErrNoRows)
	if err != nil && !isNew {
		return err
	}
	if err = tx.QueryRowContext(ctx, `insert into outbox_sinks (name, place, statuses) values (?, ?, ?)
		on conflict (name) do update set place = excluded.place, statuses = excluded.statuses returning id`,
		o.outlet.Name, o.outlet.Place, o.outlet.Statuses).Scan(&o.id); err != nil {
		return err
	}
	if o.outlet.History && (isNew || place != o.outlet.Place) {
		if err = o.begin(ctx, tx); err != nil {
			return err
		}
	}
	var events int64
	if err = tx.QueryRowContext(ctx, "select count(*) from outbox_events where sink = ?", o.id).Scan(&events); err != nil {
		return err
	}
	o.events.Store(events)
	o.dropped.Store(dropped)
	return nil
}

// begin enqueues everything that there is, up to the bound.
func (o *Outbox) begin(ctx context.Context, tx *sql.Tx) error {
	statements := []string{
		"delete from outbox_events where sink = ?1",
		"delete from outbox_rejected where sink = ?1",
		`insert into outbox_events (sink, event_id) select ?1, id from
			(select id from detection_events order by id desc limit ?2) order by id`,
	}
	for _, t := range Schemas {
		if o.outlet.Statuses && !t.final {
			statements = append(statements, "insert into outbox_statuses select ?1, '"+t.kind+"', store_id, "+t.Columns[1].Name+
				", 1, updated_at from "+t.Name+" where true on conflict do update set version = version + 1")
		}
	}
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement, o.id, o.bound); err != nil {
			return err
		}
	}
	return nil
}

func forgetOthers(ctx context.Context, tx *sql.Tx, names []any) error {
	known := "(select id from outbox_sinks where name in (?" + strings.Repeat(", ?", len(names)) + "))"
	names = append(names, "") // so that the list is never empty
	for _, table := range []string{"outbox_events", "outbox_statuses", "outbox_rejected"} {
		if _, err := tx.ExecContext(ctx, "delete from "+table+" where sink not in "+known, names...); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "delete from outbox_sinks where id not in "+known, names...)
	return err
}

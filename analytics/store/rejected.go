package store

import (
	"context"
	"database/sql"
	"time"
)

// Reject takes a row out of the outbox that the outlet refuses for good, and keeps it with the reason.
func (o *Outbox) Reject(ctx context.Context, b *Batch, reason string, now time.Time) error {
	return o.take(ctx, b, func(ctx context.Context, tx *sql.Tx, i int) error {
		storeID, key := b.key(i)
		_, err := tx.ExecContext(ctx, `insert into outbox_rejected (sink, kind, store_id, key, reason, rejected_at)
			values (?, ?, ?, ?, ?, ?) on conflict do update set reason = excluded.reason, rejected_at = excluded.rejected_at`,
			o.id, b.Table.Schema().kind, storeID, key, reason, At(now))
		return err
	})
}

// Rejected is a row that was set aside. The row itself is in its table still.
type Rejected struct {
	Table      Table  `json:"table"`
	StoreID    string `json:"store_id"`
	Key        string `json:"key"` // id of an event, seat, stream
	Reason     string `json:"reason"`
	RejectedAt Time   `json:"rejected_at"`
}

// Rejected are at most limit rows that were set aside, newest first.
func (o *Outbox) Rejected(ctx context.Context, limit int) ([]Rejected, error) {
	rows := []Rejected{}
	err := o.db.each(ctx, `select kind, store_id, key, reason, rejected_at from outbox_rejected where sink = ?
		order by rejected_at desc, key desc limit ?`, []any{o.id, limit}, func(r *sql.Rows) error {
		var row Rejected
		var kind string
		err := r.Scan(&kind, &row.StoreID, &row.Key, &row.Reason, &row.RejectedAt)
		for _, t := range Schemas {
			if t.kind == kind {
				row.Table = Table(t.Name)
			}
		}
		rows = append(rows, row)
		return err
	})
	return rows, err
}

// Retry puts all rows that were set aside into the outbox again, behind what is pending, and tells how many.
func (o *Outbox) Retry(ctx context.Context) (int, error) {
	var events, statuses int64
	err := o.db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, s := range []struct {
			n   *int64
			sql string
		}{
			{&events, `insert into outbox_events (sink, event_id) select sink, key from outbox_rejected
				where sink = ? and kind = 'event' order by key`},
			{&statuses, `insert into outbox_statuses select sink, kind, store_id, key, 1, rejected_at from outbox_rejected
				where sink = ? and kind <> 'event' on conflict do update set version = version + 1`},
			{nil, "delete from outbox_rejected where sink = ?"},
		} {
			result, err := tx.ExecContext(ctx, s.sql, o.id)
			if err == nil && s.n != nil {
				*s.n, err = result.RowsAffected()
			}
			if err != nil {
				return err
			}
		}
		return nil
	}, func() { o.events.Add(events) })
	return int(events + statuses), err
}

// OutboxStats is how an outbox stands.
type OutboxStats struct {
	Events, Seats, Cameras int   // pending
	OldestAt               *Time // when the oldest of them came in; nil where there are none
	Bound                  int   // of Events
	Dropped                int   // events that left it unsent because it was full, ever
	Rejected               int   // rows that are set aside
}

// Level is how many events are pending, how many may be, and how many left it unsent. It asks no disk.
func (o *Outbox) Level() (events, bound, dropped int) {
	return int(o.events.Load()), int(o.bound), int(o.dropped.Load())
}

// Stats counts what is pending.
func (o *Outbox) Stats(ctx context.Context) (s OutboxStats, err error) {
	s.Events, s.Bound, s.Dropped = o.Level()
	var oldest [2]*Time
	if err = o.db.readers.QueryRowContext(ctx, `select
		(select count(*) from outbox_statuses where sink = ?1 and kind = 'seat'),
		(select count(*) from outbox_statuses where sink = ?1 and kind = 'camera'),
		(select min(since) from outbox_statuses where sink = ?1),
		(select e.created_at from outbox_events o join detection_events e on e.id = o.event_id
			where o.sink = ?1 order by o.seq limit 1),
		(select count(*) from outbox_rejected where sink = ?1)`, o.id).
		Scan(&s.Seats, &s.Cameras, &oldest[0], &oldest[1], &s.Rejected); err != nil {
		return s, explain(o.db.path, err)
	}
	for _, at := range oldest {
		if at != nil && (s.OldestAt == nil || time.Time(*at).Before(time.Time(*s.OldestAt))) {
			s.OldestAt = at
		}
	}
	return s, nil
}

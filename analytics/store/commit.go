package store

import (
	"context"
	"database/sql"
	"fmt"
)

// upserts are the statements of Commit, parsed once.
type upserts struct {
	seat, event, camera, memory, outEvent, outStatus *sql.Stmt
	goneSeat, goneMemory, goneCamera                 *sql.Stmt
}

func prepare(writer *sql.DB) (u upserts, err error) {
	for _, p := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&u.seat, `insert into seat_status (store_id, seat_id, stream, status, person_detected, items_detected,
			detection_confidence, since, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
			on conflict (store_id, seat_id) do update set stream = excluded.stream, status = excluded.status,
			person_detected = excluded.person_detected, items_detected = excluded.items_detected,
			detection_confidence = excluded.detection_confidence, since = excluded.since, updated_at = excluded.updated_at`},
		{&u.event, `insert into detection_events (id, store_id, seat_id, stream, event_type, status, previous_status,
			detection_confidence, captured_at, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			on conflict (id) do nothing`},
		{&u.camera, `insert into camera_status (store_id, stream, online, last_frame_at, error, updated_at)
			values (?, ?, ?, ?, ?, ?) on conflict (store_id, stream) do update set online = excluded.online,
			last_frame_at = coalesce(excluded.last_frame_at, last_frame_at), error = excluded.error,
			updated_at = excluded.updated_at returning last_frame_at`},
		{&u.memory, `insert into seat_memory (store_id, seat_id, state) values (?, ?, ?)
			on conflict (store_id, seat_id) do update set state = excluded.state`},
		{&u.goneSeat, "delete from seat_status where store_id = ? and seat_id = ?"},
		{&u.goneMemory, "delete from seat_memory where store_id = ? and seat_id = ?"},
		{&u.goneCamera, "delete from camera_status where store_id = ? and stream = ?"},
		{&u.outEvent, "insert into outbox_events (sink, event_id) select id, ? from outbox_sinks"},
		{&u.outStatus, `insert into outbox_statuses (sink, kind, store_id, key, version, since)
			select id, ?, ?, ?, 1, ? from outbox_sinks where statuses = 1
			on conflict (sink, kind, store_id, key) do update set version = version + 1`},
	} {
		if *p.to, err = writer.Prepare(p.sql); err != nil {
			return u, err
		}
	}
	return u, nil
}

// Commit puts a change on disk, whole or not at all. An event that is there already stays as it is; a camera without
// last_frame_at keeps the one it had, which the change then has too; an empty change is no transaction.
//
// The context ends the wait for other commits. One that has begun is not broken off: it lasts milliseconds, or 2 s
// where another process holds the file (ErrLocked). Other errors are ErrFull, ErrCorrupt, or name the row at fault.
func (db *DB) Commit(ctx context.Context, c *Change) error {
	if c.empty() {
		return nil
	}
	return db.CommitWith(ctx, c, func() error { return nil })
}

// CommitWith puts a change on disk if, and only if, do succeeds, which is called when the change could be committed: for
// what must come about together with it, such as a file. do is called even for an empty change, unless the database
// takes no writes, and its error is given as it is. Should the disk fail between do and the end, which is the time of
// one sync, do has happened and an error is given.
func (db *DB) CommitWith(ctx context.Context, c *Change, do func() error) error {
	var inserted []string
	var failed error
	err := db.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if inserted, err = db.upserts.write(ctx, tx, c); err == nil && len(db.outboxes) > 0 {
			err = db.upserts.fill(ctx, tx, c, inserted, db.outboxes)
		}
		if err != nil {
			return err
		}
		failed = do()
		return failed
	}, func() {
		for _, o := range db.outboxes {
			o.filled(len(inserted))
		}
	})
	if failed != nil {
		return failed
	}
	return err
}

// write runs one transaction. committed, which may be nil, is called after it and before the next one begins.
func (db *DB) write(ctx context.Context, do func(context.Context, *sql.Tx) error, committed func()) error {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return explain(db.path, err)
	}
	defer func() { _ = conn.Close() }()
	// with a context that can end, the driver would start a goroutine for every row
	whole := context.Background()
	tx, err := conn.BeginTx(whole, nil)
	if err != nil {
		return explain(db.path, err)
	}
	defer func() { _ = tx.Rollback() }()
	if err = do(whole, tx); err != nil {
		return explain(db.path, err)
	}
	if err = tx.Commit(); err != nil {
		return explain(db.path, err)
	}
	if committed != nil {
		committed()
	}
	return nil
}

// write gives the ids of the events that were not there before.
func (u *upserts) write(ctx context.Context, tx *sql.Tx, c *Change) (inserted []string, err error) {
	if err := u.forget(ctx, tx, c.Gone); err != nil {
		return nil, err
	}
	if len(c.Seats) > 0 {
		upsert := tx.StmtContext(ctx, u.seat)
		for i := range c.Seats {
			r := &c.Seats[i]
			if _, err := upsert.ExecContext(ctx, r.StoreID, r.SeatID, r.Stream, r.Status, r.PersonDetected, r.ItemsDetected,
				r.DetectionConfidence, r.Since, r.UpdatedAt); err != nil {
				return nil, fmt.Errorf("seat %s: %w", r.SeatID, err)
			}
		}
	}
	if len(c.Events) > 0 {
		insert := tx.StmtContext(ctx, u.event)
		for i := range c.Events {
			r := &c.Events[i]
			result, err := insert.ExecContext(ctx, r.ID, r.StoreID, r.SeatID, r.Stream, r.EventType, r.Status, r.PreviousStatus,
				r.DetectionConfidence, r.CapturedAt, r.CreatedAt)
			if err != nil {
				return nil, fmt.Errorf("event %s: %w", r.ID, err)
			}
			if n, err := result.RowsAffected(); err == nil && n > 0 {
				inserted = append(inserted, r.ID)
			}
		}
	}
	if len(c.Cameras) > 0 {
		upsert := tx.StmtContext(ctx, u.camera)
		for i := range c.Cameras {
			r := &c.Cameras[i]
			row := upsert.QueryRowContext(ctx, r.StoreID, r.Stream, r.Online, r.LastFrameAt, r.Error, r.UpdatedAt)
			if err := row.Scan(&r.LastFrameAt); err != nil {
				return nil, fmt.Errorf("camera %s: %w", r.Stream, err)
			}
		}
	}
	if len(c.Memories) > 0 {
		upsert := tx.StmtContext(ctx, u.memory)
		for i := range c.Memories {
			r := &c.Memories[i]
			if _, err := upsert.ExecContext(ctx, r.StoreID, r.SeatID, string(r.State)); err != nil {
				return nil, fmt.Errorf("memory of seat %s: %w", r.SeatID, err)
			}
		}
	}
	return inserted, nil
}

func (u *upserts) forget(ctx context.Context, tx *sql.Tx, gone []Gone) error {
	for i := range gone {
		statements := []*sql.Stmt{u.goneSeat, u.goneMemory}
		if gone[i].Table == CameraStatus {
			statements = []*sql.Stmt{u.goneCamera}
		}
		for _, statement := range statements {
			if _, err := tx.StmtContext(ctx, statement).ExecContext(ctx, gone[i].StoreID, gone[i].Key); err != nil {
				return fmt.Errorf("take %s out of %s: %w", gone[i].Key, gone[i].Table, err)
			}
		}
	}
	return nil
}

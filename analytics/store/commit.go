package store

import (
	"context"
	"database/sql"
	"errors"
)

// Commit puts a change on disk, whole or not at all. An event that is there already stays as it is; an empty change is
// no transaction.
//
// It completes the change: a camera without last_frame_at keeps the one on disk, and has it in Cameras when Commit
// returns, so that the caller passes on what the database holds.
//
// The context ends the wait for other commits. One that has begun is not broken off: it lasts milliseconds, or 2 s
// where another process holds the file (ErrLocked). Other errors are ErrFull, ErrCorrupt, or name the row at fault.
func (db *DB) Commit(ctx context.Context, c *Change) error {
	if c.empty() {
		return nil
	}
	return db.CommitWith(ctx, c, func() error { return nil })
}

// CommitWith puts a change on disk, and completes it, if, and only if, do succeeds, which is called when the change
// could be committed: for what must come about together with it, such as a file. do is called even for an empty change,
// unless the database takes no writes, and its error is given as it is. Should the disk fail between do and the end,
// which is the time of one sync, do has happened and an error is given.
func (db *DB) CommitWith(ctx context.Context, c *Change, do func() error) error {
	var inserted int
	var failed error
	err := db.write(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if inserted, err = db.commits.apply(ctx, tx, c, len(db.outboxes) > 0); err != nil {
			return err
		}
		for _, o := range db.outboxes {
			if err = o.drop(ctx, tx, o.over(inserted)); err != nil {
				return err
			}
		}
		failed = do()
		return failed
	}, func() {
		for _, o := range db.outboxes {
			o.enqueued(inserted)
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
	if err = do(whole, tx); err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return explain(db.path, err)
	}
	if committed != nil {
		committed()
	}
	return nil
}

// commits are the statements of Commit, parsed once.
type commits struct {
	seats       statements[SeatRow]
	cameras     statements[CameraRow]
	events      statements[EventRow]
	corrections statements[CorrectionRow]
	memories    statements[Memory]
}

func (c *commits) prepare(writer *sql.DB) error {
	return errors.Join(c.seats.prepare(writer, seatStatus), c.cameras.prepare(writer, cameraStatus),
		c.events.prepare(writer, detectionEvents), c.corrections.prepare(writer, corrections), c.memories.prepare(writer, seatMemory))
}

// apply puts a change into a transaction and, where enqueue is true, into the outboxes. inserted is how many of the
// events were not there before.
func (c *commits) apply(ctx context.Context, tx *sql.Tx, change *Change, enqueue bool) (inserted int, err error) {
	for i := range change.Gone {
		g := &change.Gone[i]
		if g.Table == CameraStatus {
			err = c.cameras.forget(ctx, tx, g, enqueue)
		} else if err = c.seats.forget(ctx, tx, g, enqueue); err == nil {
			err = c.memories.forget(ctx, tx, g, false)
		}
		if err != nil {
			return 0, err
		}
	}
	if _, err = c.seats.put(ctx, tx, change.Seats, enqueue); err != nil {
		return 0, err
	}
	if inserted, err = c.events.put(ctx, tx, change.Events, enqueue); err != nil {
		return 0, err
	}
	if _, err = c.cameras.put(ctx, tx, change.Cameras, enqueue); err != nil {
		return 0, err
	}
	if _, err = c.corrections.put(ctx, tx, change.Corrections, false); err != nil {
		return 0, err
	}
	_, err = c.memories.put(ctx, tx, change.Memories, false)
	return inserted, err
}

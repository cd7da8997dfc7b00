package store

import (
	"context"
	"database/sql"
	"slices"
)

// Tables are those that the outlet gets, in the order in which a reader of the outbox should go through them: a backlog
// of events must not hold up what the seats are now.
func (o *Outbox) Tables() []Table {
	if o.outlet.Statuses {
		return []Table{SeatStatus, CameraStatus, DetectionEvents}
	}
	return []Table{DetectionEvents}
}

// Batch is some rows of one table that are pending. Events are in the order of their commits; of a status there is one
// row, its newest. Either has rows or Gone.
type Batch struct {
	Table   Table
	Seats   []SeatRow   // of SeatStatus
	Cameras []CameraRow // of CameraStatus
	Events  []EventRow  // of DetectionEvents
	Gone    []Gone      // rows of Table that are to be taken out

	marks []int64 // of each row: an event's seq, a status's version
}

// Len is the number of rows.
func (b *Batch) Len() int { return len(b.marks) }

// Slice is the rows from and up to, as slices have it. It shares them with b.
func (b *Batch) Slice(from, to int) *Batch {
	part := &Batch{Table: b.Table, marks: b.marks[from:to]}
	switch {
	case len(b.Gone) > 0:
		part.Gone = b.Gone[from:to]
	case b.Table == SeatStatus:
		part.Seats = b.Seats[from:to]
	case b.Table == CameraStatus:
		part.Cameras = b.Cameras[from:to]
	case b.Table == DetectionEvents:
		part.Events = b.Events[from:to]
	}
	return part
}

// Key tells which row the i-th is: the id of an event, a seat, a stream.
func (b *Batch) Key(i int) string {
	_, key := b.key(i)
	return key
}

func (b *Batch) key(i int) (storeID, key string) {
	switch {
	case len(b.Gone) > 0:
		return b.Gone[i].StoreID, b.Gone[i].Key
	case b.Table == SeatStatus:
		return b.Seats[i].StoreID, b.Seats[i].SeatID
	case b.Table == CameraStatus:
		return b.Cameras[i].StoreID, b.Cameras[i].Stream
	}
	return b.Events[i].StoreID, b.Events[i].ID
}

// maxGone is how many rows of a batch are taken out: a sink may need a request for each.
const maxGone = 20

// Pending are at most limit rows of a table that were not acknowledged, oldest first; those that are gone come after
// the others, at most maxGone of them. They stay pending.
func (o *Outbox) Pending(ctx context.Context, table Table, limit int) (*Batch, error) {
	b := &Batch{Table: table}
	var err error
	switch table {
	case SeatStatus:
		b.Seats, err = seatStatus.read(ctx, o.db, nil, &b.marks, seatStatus.pending, o.id, limit)
	case CameraStatus:
		b.Cameras, err = cameraStatus.read(ctx, o.db, nil, &b.marks, cameraStatus.pending, o.id, limit)
	case DetectionEvents:
		b.Events, err = detectionEvents.read(ctx, o.db, nil, &b.marks, detectionEvents.pending, o.id, limit)
	}
	if err == nil && b.Len() == 0 && table != DetectionEvents {
		err = o.pendingGone(ctx, b, min(limit, maxGone))
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

// pendingGone gives the batch the marks whose row is no more: what came before it of that row is in the mark, too.
func (o *Outbox) pendingGone(ctx context.Context, b *Batch, limit int) error {
	t := b.Table.Schema()
	query := `select o.version, o.store_id, o.key, o.since from outbox_statuses o where o.sink = ? and o.kind = ?
		and not exists (select 1 from ` + t.Name + " s where s.store_id = o.store_id and s." + t.Columns[1].Name + " = o.key) limit ?"
	return o.db.each(ctx, query, []any{o.id, t.kind, limit}, func(r *sql.Rows) error {
		var mark int64
		g := Gone{Table: b.Table}
		err := r.Scan(&mark, &g.StoreID, &g.Key, &g.At)
		b.Gone, b.marks = append(b.Gone, g), append(b.marks, mark)
		return err
	})
}

// Ack takes rows out of the outbox that have arrived. A status that has changed since it was read stays.
func (o *Outbox) Ack(ctx context.Context, b *Batch) error {
	return o.take(ctx, b, nil)
}

// take takes rows out, and does something more with each in the same transaction.
func (o *Outbox) take(ctx context.Context, b *Batch, each func(ctx context.Context, tx *sql.Tx, i int) error) error {
	if b.Len() == 0 {
		return nil
	}
	var events int64
	return o.db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for i := 0; each != nil && i < b.Len(); i++ {
			if err := each(ctx, tx, i); err != nil {
				return err
			}
		}
		if b.Table != DetectionEvents {
			return o.takeStatuses(ctx, tx, b)
		}
		// nothing of this sink lies between them that is not in the batch, since seq only grows
		result, err := tx.ExecContext(ctx, "delete from outbox_events where sink = ? and seq between ? and ?",
			o.id, slices.Min(b.marks), slices.Max(b.marks))
		if err == nil {
			events, err = result.RowsAffected()
		}
		return err
	}, func() { o.events.Add(-events) })
}

func (o *Outbox) takeStatuses(ctx context.Context, tx *sql.Tx, b *Batch) error {
	for i := range b.marks {
		storeID, key := b.key(i)
		if _, err := tx.ExecContext(ctx, `delete from outbox_statuses
			where sink = ? and kind = ? and store_id = ? and key = ? and version = ?`,
			o.id, b.Table.Schema().kind, storeID, key, b.marks[i]); err != nil {
			return err
		}
	}
	return nil
}

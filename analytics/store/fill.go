package store

import (
	"context"
	"database/sql"
	"fmt"
)

// fill puts a change into the outboxes, in its own transaction. inserted are the events that were not there before.
func (u *upserts) fill(ctx context.Context, tx *sql.Tx, c *Change, inserted []string, boxes []*Outbox) error {
	for _, id := range inserted {
		if _, err := tx.StmtContext(ctx, u.outEvent).ExecContext(ctx, id); err != nil {
			return fmt.Errorf("outbox: %w", err)
		}
	}
	for i := range c.Gone {
		g := &c.Gone[i]
		if _, err := tx.StmtContext(ctx, u.outStatus).ExecContext(ctx, g.Table.kind(), g.StoreID, g.Key, g.At); err != nil {
			return fmt.Errorf("outbox: %w", err)
		}
	}
	for i := range c.Seats {
		r := &c.Seats[i]
		if _, err := tx.StmtContext(ctx, u.outStatus).ExecContext(ctx, "seat", r.StoreID, r.SeatID, r.UpdatedAt); err != nil {
			return fmt.Errorf("outbox: %w", err)
		}
	}
	for i := range c.Cameras {
		r := &c.Cameras[i]
		if _, err := tx.StmtContext(ctx, u.outStatus).ExecContext(ctx, "camera", r.StoreID, r.Stream, r.UpdatedAt); err != nil {
			return fmt.Errorf("outbox: %w", err)
		}
	}
	for _, o := range boxes {
		if over := o.over(len(inserted)); over > 0 {
			if err := o.drop(ctx, tx, over); err != nil {
				return fmt.Errorf("outbox: %w", err)
			}
		}
	}
	return nil
}

// over is how many events there are too many with so many more.
func (o *Outbox) over(more int) int64 {
	if more == 0 {
		return 0
	}
	return o.events.Load() + int64(more) - o.bound
}

// drop lets the oldest events go unsent. They stay in detection_events.
func (o *Outbox) drop(ctx context.Context, tx *sql.Tx, n int64) error {
	if _, err := tx.ExecContext(ctx, `delete from outbox_events where seq in
		(select seq from outbox_events where sink = ? order by seq limit ?)`, o.id, n); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "update outbox_sinks set dropped = dropped + ? where id = ?", n, o.id)
	return err
}

// filled counts what a transaction that is committed now has put in.
func (o *Outbox) filled(more int) {
	if over := o.over(more); over > 0 {
		o.events.Store(o.bound)
		o.dropped.Add(over)
		return
	}
	o.events.Add(int64(more))
}

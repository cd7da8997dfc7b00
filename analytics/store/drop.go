package store

import (
	"context"
	"database/sql"
	"fmt"
)

// dropOldest makes room in outboxes that hold too many events, now that so many more were enqueued.
func dropOldest(ctx context.Context, tx *sql.Tx, outboxes []*Outbox, more int) error {
	for _, o := range outboxes {
		if over := o.over(more); over > 0 {
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

// enqueued counts the events of a transaction that is committed now.
func (o *Outbox) enqueued(more int) {
	if over := o.over(more); over > 0 {
		o.events.Store(o.bound)
		o.dropped.Add(over)
		return
	}
	o.events.Add(int64(more))
}

package store

import (
	"context"
	"database/sql"
	"fmt"
)

// over is how many events there are too many with so many more.
func (o *Outbox) over(more int) int64 {
	if more == 0 {
		return 0
	}
	return max(0, o.events.Load()+int64(more)-o.bound)
}

// drop lets the oldest events go unsent. They stay in detection_events.
func (o *Outbox) drop(ctx context.Context, tx *sql.Tx, n int64) error {
	if n == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `delete from outbox_events where seq in
		(select seq from outbox_events where sink = ? order by seq limit ?);
		update outbox_sinks set dropped = dropped + ? where id = ?`, o.id, n, n, o.id)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// enqueued counts the events of a transaction that is committed now.
func (o *Outbox) enqueued(more int) {
	over := o.over(more)
	o.events.Add(int64(more) - over)
	o.dropped.Add(over)
}

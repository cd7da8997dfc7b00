package store

import (
	"context"
	"database/sql"
	"fmt"
)

type statements[R any] struct {
	*table[R]
	upsert, remove, enqueue *sql.Stmt
}

func (s *statements[R]) prepare(writer *sql.DB, t *table[R]) (err error) {
	s.table = t
	for to, query := range map[**sql.Stmt]string{&s.upsert: t.upsert, &s.remove: t.remove, &s.enqueue: t.enqueue} {
		if query != "" && err == nil {
			*to, err = writer.Prepare(query)
		}
	}
	return err
}

// put writes rows, completes them, and enqueues those that it wrote, whose number it gives: a final row that is there
// already is not written.
func (s *statements[R]) put(ctx context.Context, tx *sql.Tx, rows []R, enqueue bool) (written int, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	upsert, outbox := tx.StmtContext(ctx, s.upsert), (*sql.Stmt)(nil)
	if enqueue {
		outbox = tx.StmtContext(ctx, s.enqueue)
	}
	values := make([]any, 0, len(s.columns))
	for i := range rows {
		values = s.values(values[:0], &rows[i])
		n := int64(1)
		if len(s.kept) > 0 {
			err = upsert.QueryRowContext(ctx, values...).Scan(fields(nil, s.kept, &rows[i])...)
		} else if result, fault := upsert.ExecContext(ctx, values...); fault != nil {
			err = fault
		} else {
			n, err = result.RowsAffected()
		}
		if err != nil {
			return 0, fmt.Errorf("%s %s: %w", s.kind, values[s.Key-1], err)
		}
		written += int(n)
		if n == 0 || !enqueue {
			continue
		}
		told := values[:s.Key] // in the same memory: the values are on their way
		if !s.final {
			told = append(told, values[s.time])
		}
		if _, err = outbox.ExecContext(ctx, told...); err != nil {
			return 0, fmt.Errorf("outbox: %w", err)
		}
	}
	return written, nil
}

// forget takes a row out, whether it is there or not, and enqueues that it is gone.
func (s *statements[R]) forget(ctx context.Context, tx *sql.Tx, g *Gone, enqueue bool) error {
	if _, err := tx.StmtContext(ctx, s.remove).ExecContext(ctx, g.StoreID, g.Key); err != nil {
		return fmt.Errorf("take %s out of %s: %w", g.Key, s.Name, err)
	}
	if !enqueue {
		return nil
	}
	if _, err := tx.StmtContext(ctx, s.enqueue).ExecContext(ctx, g.StoreID, g.Key, g.At); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

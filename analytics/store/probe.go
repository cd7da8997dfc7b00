package store

import (
	"context"
	"fmt"
)

// Probe writes a transaction that changes nothing and puts it on disk: it tells whether Commit would succeed now.
// Errors are those of Commit.
func (db *DB) Probe(ctx context.Context) error {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return explain(db.path, err)
	}
	defer func() { _ = conn.Close() }()
	tx, err := conn.BeginTx(context.Background(), nil)
	if err != nil {
		return explain(db.path, err)
	}
	defer func() { _ = tx.Rollback() }()
	// the same version again: SQLite writes the page that has it, as it would one of rows
	if _, err = tx.ExecContext(ctx, fmt.Sprint("pragma user_version = ", len(migrationFiles()))); err != nil {
		return explain(db.path, err)
	}
	return explain(db.path, tx.Commit())
}

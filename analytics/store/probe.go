package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Probe writes a transaction that changes nothing and puts it on disk: it tells whether Commit would succeed now.
// Errors are those of Commit.
func (db *DB) Probe(ctx context.Context) error {
	return db.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// the same version again: SQLite writes the page that has it, as it would one of rows
		_, err := tx.ExecContext(ctx, fmt.Sprint("pragma user_version = ", len(migrationFiles())))
		return err
	}, nil)
}

package store

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationFiles are the steps in order. The number of steps that a file has seen is its user_version.
func migrationFiles() []string {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern does not parse
	}
	return files
}

// migrate runs the steps that the database has not seen, all in one transaction. The transaction is begun even if there
// are none: a file that cannot be written is found now, not at the first event.
func (db *DB) migrate() error {
	tx, err := db.writer.Begin()
	if err != nil {
		return explain(db.path, err)
	}
	defer func() { _ = tx.Rollback() }()
	// asked inside the transaction, so that two processes do not both run a step
	var version int
	if err = tx.QueryRow("pragma user_version").Scan(&version); err != nil {
		return explain(db.path, err)
	}
	files := migrationFiles()
	if version >= len(files) {
		return nil
	}
	for _, file := range files[version:] {
		var text []byte
		if text, err = migrations.ReadFile(file); err != nil {
			return err
		}
		if _, err = tx.Exec(string(text)); err != nil {
			return explain(db.path, fmt.Errorf("%s: %w", path.Base(file), err))
		}
	}
	for _, pragma := range []string{"application_id = " + strconv.Itoa(applicationID), "user_version = " + strconv.Itoa(len(files))} {
		if _, err = tx.Exec("pragma " + pragma); err != nil {
			return explain(db.path, err)
		}
	}
	return explain(db.path, tx.Commit())
}

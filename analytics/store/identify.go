package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"github.com/mattn/go-sqlite3"
)

const (
	// applicationID marks our files: "seat" in ASCII. It lies at offset 68 (https://sqlite.org/fileformat2.html#database_header).
	applicationID = 0x73656174

	pageSize = 4096            // SQLite's default, which no file of ours departs from
	checkFor = 5 * time.Second // 25 MB, or 100 000 events, take 0.15 s; what is not seen in time, Commit and the queries meet
)

// identify refuses what is not ours before anything can write into it. A connection that may write would already change
// another program's file: it takes over the log beside it when it closes.
func identify(path string) error {
	// immutable looks at the file alone and leaves no trace; mode=ro also at its log, beside which it may leave an
	// index (-shm). Where both fail, or see an empty database, the connection that follows decides.
	for _, how := range []string{"immutable=1&mode=ro", "mode=ro&_busy_timeout=2000"} {
		pool, err := connect(path, how, 1)
		if err != nil {
			return err
		}
		known, err := ours(path, pool)
		_ = pool.Close()
		var e sqlite3.Error
		switch {
		case errors.As(err, &e) && e.Code == sqlite3.ErrNotADB && neverDatabase(path):
			return fmt.Errorf("database %s: %w: it is no SQLite file", path, ErrForeign)
		case e.Code == sqlite3.ErrBusy: // waited for once, and not again
			return explain(path, err)
		case err != nil && !errors.As(err, &e):
			return err
		case known:
			return nil
		}
	}
	return nil
}

// ours tells whether the file is known to be ours. An empty one could be any program's, and will be ours.
func ours(path string, pool *sql.DB) (known bool, err error) {
	var id, version, tables int
	if err = pool.QueryRow("pragma application_id").Scan(&id); err != nil {
		return false, err
	}
	if id != applicationID && id != 0 {
		return false, fmt.Errorf("database %s: %w", path, ErrForeign)
	}
	if err = pool.QueryRow("pragma user_version").Scan(&version); err != nil {
		return false, err
	}
	if err = pool.QueryRow("select count(*) from sqlite_schema").Scan(&tables); err != nil {
		return false, err
	}
	switch newest := len(migrationFiles()); {
	case id == 0 && tables > 0:
		return false, fmt.Errorf("database %s: %w", path, ErrForeign)
	case id == applicationID && version > newest:
		return false, fmt.Errorf("database %s: %w: it has version %d, this program knows %d", path, ErrNewer, version, newest)
	}
	return id == applicationID, nil
}

// neverDatabase tells a file that was named by mistake, a text or a picture, from a database of ours whose header
// is damaged: the former must not be set aside. Ours consists of whole pages, and no page of it is text.
func neverDatabase(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return false
	}
	page, err := io.ReadAll(io.LimitReader(f, pageSize))
	return err == nil && (info.Size()%pageSize != 0 || utf8.Valid(page) && !bytes.ContainsRune(page, 0))
}

// check makes sure that the file is ours and whole, its log included, before anything is written into it.
func (db *DB) check() error {
	if _, err := ours(db.path, db.writer); err != nil {
		if _, ok := errors.AsType[sqlite3.Error](err); ok {
			return explain(db.path, err)
		}
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkFor)
	defer cancel()
	var verdict string
	switch err := db.writer.QueryRowContext(ctx, "pragma quick_check(1)").Scan(&verdict); {
	case err != nil && ctx.Err() != nil: // large, and whole as far as was seen
	case err != nil:
		return explain(db.path, err)
	case verdict != "ok":
		return &CorruptError{db.path, verdict}
	}
	var mode string
	if err := db.writer.QueryRow("pragma journal_mode=wal").Scan(&mode); err != nil {
		return explain(db.path, err)
	}
	if mode != "wal" {
		return fmt.Errorf("database %s: its file system has no shared memory, which its log needs", db.path)
	}
	return nil
}

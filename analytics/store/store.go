// Package store keeps statuses, timers and events through anything, in one SQLite file.
//
// A Change is committed whole or not at all, and is on disk when Commit returns: neither a kill nor a power cut takes it
// back. Readers never wait for the writer. A file that is corrupt, another program's, or from a newer version is refused
// and left as it is. Begin with DB.Commit.
package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	_ "github.com/mattn/go-sqlite3" // the driver
)

// applicationID marks our files: "seat" in ASCII.
const applicationID = 0x73656174

//go:embed migrations/*.sql
var migrations embed.FS

// DB is the open file. Safe for concurrent use.
type DB struct {
	path    string
	writer  *sql.DB // one connection
	readers *sql.DB

	mu sync.Mutex // one commit at a time; guards the statements
	statements
}

type statements struct{ seat, event, camera, memory *sql.Stmt }

// Open opens the file, or makes it, and brings it to this version.
func Open(path string) (*DB, error) {
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("database %s: there is no folder %s", path, filepath.Dir(path))
	}
	db := &DB{path: path}
	if err := db.open(); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

func (db *DB) open() (err error) {
	// FULL: a commit is on disk when it returns. A checkpoint now and then keeps the log at some megabytes.
	const pragmas = "_busy_timeout=2000&_foreign_keys=1&_synchronous=FULL&_cache_size=-2000"
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: db.path}).EscapedPath()}).String()
	if db.writer, err = sql.Open("sqlite3", name+"?"+pragmas+"&_txlock=immediate"); err != nil {
		return explain(db.path, err)
	}
	db.writer.SetMaxOpenConns(1)
	if err = db.check(); err != nil {
		return err
	}
	if err = db.migrate(); err != nil {
		return err
	}
	if db.readers, err = sql.Open("sqlite3", name+"?"+pragmas+"&mode=ro"); err != nil {
		return explain(db.path, err)
	}
	db.readers.SetMaxOpenConns(4)
	return db.prepare()
}

// check makes sure that the file is ours and whole before anything is written into it.
func (db *DB) check() error {
	var id, tables int
	err := db.writer.QueryRow("pragma application_id").Scan(&id)
	if err == nil {
		err = db.writer.QueryRow("select count(*) from sqlite_schema").Scan(&tables)
	}
	if err != nil {
		return explain(db.path, err)
	}
	if id != applicationID && (id != 0 || tables > 0) {
		return fmt.Errorf("database %s: %w", db.path, ErrForeign)
	}
	var verdict string
	if err = db.writer.QueryRow("pragma quick_check(1)").Scan(&verdict); err != nil {
		return explain(db.path, err)
	}
	if verdict != "ok" {
		return &CorruptError{db.path, verdict}
	}
	var mode string
	if err = db.writer.QueryRow("pragma journal_mode=wal").Scan(&mode); err != nil {
		return explain(db.path, err)
	}
	return nil
}

// migrate runs the numbered files that the database has not seen, all in one transaction.
func (db *DB) migrate() error {
	var version int
	if err := db.writer.QueryRow("pragma user_version").Scan(&version); err != nil {
		return explain(db.path, err)
	}
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	if version > len(files) {
		return fmt.Errorf("database %s: %w: it has version %d, this program knows %d", db.path, ErrNewer, version, len(files))
	}
	if version == len(files) {
		return nil
	}
	tx, err := db.writer.Begin()
	if err != nil {
		return explain(db.path, err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, file := range files[version:] {
		text, err := migrations.ReadFile(file)
		if err != nil {
			return err
		}
		if _, err = tx.Exec(string(text)); err != nil {
			return explain(db.path, fmt.Errorf("%s: %w", strings.TrimPrefix(file, "migrations/"), err))
		}
	}
	for _, pragma := range []string{"application_id = " + strconv.Itoa(applicationID), "user_version = " + strconv.Itoa(len(files))} {
		if _, err = tx.Exec("pragma " + pragma); err != nil {
			return explain(db.path, err)
		}
	}
	return explain(db.path, tx.Commit())
}

func (db *DB) prepare() error {
	for _, p := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&db.seat, `insert into seat_status (store_id, seat_id, stream, status, person_detected, items_detected,
			detection_confidence, since, updated_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
			on conflict (store_id, seat_id) do update set stream = excluded.stream, status = excluded.status,
			person_detected = excluded.person_detected, items_detected = excluded.items_detected,
			detection_confidence = excluded.detection_confidence, since = excluded.since, updated_at = excluded.updated_at`},
		{&db.event, `insert into detection_events (id, store_id, seat_id, stream, event_type, status, previous_status,
			detection_confidence, captured_at, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			on conflict (id) do nothing`},
		{&db.camera, `insert into camera_status (store_id, stream, online, last_frame_at, error, updated_at)
			values (?, ?, ?, ?, ?, ?) on conflict (store_id, stream) do update set online = excluded.online,
			last_frame_at = coalesce(excluded.last_frame_at, last_frame_at), error = excluded.error,
			updated_at = excluded.updated_at`},
		{&db.memory, `insert into seat_memory (store_id, seat_id, state) values (?, ?, ?)
			on conflict (store_id, seat_id) do update set state = excluded.state`},
	} {
		stmt, err := db.writer.Prepare(p.sql)
		if err != nil {
			return explain(db.path, err)
		}
		*p.to = stmt
	}
	return nil
}

// Commit puts a change on disk, whole or not at all. An event that is there already stays as it is; an empty change is
// no transaction.
func (db *DB) Commit(ctx context.Context, c *Change) error {
	if c.empty() {
		return nil
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return explain(db.path, err)
	}
	defer func() { _ = tx.Rollback() }()
	if err = db.write(ctx, tx, c); err != nil {
		return explain(db.path, err)
	}
	return explain(db.path, tx.Commit())
}

func (db *DB) write(ctx context.Context, tx *sql.Tx, c *Change) error {
	seat, event := tx.StmtContext(ctx, db.seat), tx.StmtContext(ctx, db.event)
	camera, memory := tx.StmtContext(ctx, db.camera), tx.StmtContext(ctx, db.memory)
	for i := range c.Seats {
		r := &c.Seats[i]
		if _, err := seat.ExecContext(ctx, r.StoreID, r.SeatID, r.Stream, r.Status, r.PersonDetected, r.ItemsDetected,
			r.DetectionConfidence, r.Since, r.UpdatedAt); err != nil {
			return fmt.Errorf("seat %s: %w", r.SeatID, err)
		}
	}
	for i := range c.Events {
		r := &c.Events[i]
		if _, err := event.ExecContext(ctx, r.ID, r.StoreID, r.SeatID, r.Stream, r.EventType, r.Status, r.PreviousStatus,
			r.DetectionConfidence, r.CapturedAt, r.CreatedAt); err != nil {
			return fmt.Errorf("event %s: %w", r.ID, err)
		}
	}
	for i := range c.Cameras {
		r := &c.Cameras[i]
		if _, err := camera.ExecContext(ctx, r.StoreID, r.Stream, r.Online, r.LastFrameAt, r.Error, r.UpdatedAt); err != nil {
			return fmt.Errorf("camera %s: %w", r.Stream, err)
		}
	}
	for i := range c.Memories {
		r := &c.Memories[i]
		if _, err := memory.ExecContext(ctx, r.StoreID, r.SeatID, string(r.State)); err != nil {
			return fmt.Errorf("memory of seat %s: %w", r.SeatID, err)
		}
	}
	return nil
}

// Close closes the file. What was committed is safe without it.
func (db *DB) Close() error {
	var err error
	for _, pool := range []*sql.DB{db.readers, db.writer} {
		if pool != nil {
			if e := pool.Close(); e != nil {
				err = explain(db.path, e)
			}
		}
	}
	return err
}

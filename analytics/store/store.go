// Package store keeps statuses, timers and events through anything, in one SQLite file.
//
// A Change is committed whole or not at all, and is on disk when Commit returns: neither a kill nor a power cut takes
// it back. Readers never wait for the writer. What an outlet is to get is in its outbox by the same transaction, in the
// order of commits (Outbox). A file that is corrupt, another program's, or from a newer version is refused and left as
// it is. All errors name the file. A table is described once (tables.go). Begin with DB.Commit.
package store

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "github.com/mattn/go-sqlite3" // the driver
)

const (
	readers = 4 // connections, kept open; a fifth reader waits for one of them

	// FULL: the log is synced by every commit (in WAL mode NORMAL syncs at checkpoints only).
	// A lock of another process is waited for 2 s. The cache is 2 MB.
	settings = "_busy_timeout=2000&_foreign_keys=1&_synchronous=FULL&_cache_size=-2000"
)

// DB is the open file. Safe for concurrent use.
type DB struct {
	path    string
	writer  *sql.DB // one connection: a commit waits here for the one before it
	readers *sql.DB
	commits commits

	outboxes []*Outbox // guarded by the writer's connection
}

// Open opens the file, or makes it, checks that it is ours and whole, and brings it to this version. Errors are a
// *CorruptError (see Quarantine), or wrap ErrForeign, ErrNewer, ErrLocked, ErrFull or ErrNoAccess.
func Open(path string) (*DB, error) {
	if err := create(path); err != nil {
		return nil, err
	}
	if err := identify(path); err != nil {
		return nil, err
	}
	db := &DB{path: path}
	if err := db.open(); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// create makes an empty file where there is none: the system's own words for why it cannot be are clearer than SQLite's.
// A file that exists is not opened, since closing it again would drop the locks that this process has on it (fcntl(2)).
func create(path string) error {
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("database %s: there is no folder %s", path, folder)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("database %s: it is a folder", path)
	} else if err == nil {
		return nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if os.IsExist(err) {
		return nil // just made by another process
	}
	if err == nil {
		err = f.Close()
	}
	return explain(path, err)
}

func (db *DB) open() (err error) {
	if db.writer, err = connect(db.path, settings+"&_txlock=immediate", 1); err != nil {
		return err
	}
	if err = db.check(); err != nil {
		return err
	}
	if err = db.migrate(); err != nil {
		return err
	}
	if err = db.commits.prepare(db.writer); err != nil {
		return explain(db.path, err)
	}
	db.readers, err = connect(db.path, settings+"&mode=ro&_stmt_cache_size=16", readers)
	return err
}

// connect makes a pool whose connections are opened when first used, and then kept.
func connect(path, options string, connections int) (*sql.DB, error) {
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.Clean(path)}).EscapedPath()}).String()
	pool, err := sql.Open("sqlite3", name+"?"+options)
	if err != nil {
		return nil, explain(path, err)
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return pool, nil
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

package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// What can go wrong with the file by no fault of ours. Errors of this package wrap these where they apply.
var (
	ErrLocked   = errors.New("another process holds it")
	ErrFull     = errors.New("no space is left on its disk")
	ErrCorrupt  = errors.New("it is corrupt")
	ErrForeign  = errors.New("it is another program's file")
	ErrNewer    = errors.New("it was written by a newer version")
	ErrNoAccess = errors.New("it cannot be written")
)

// CorruptError is a file that cannot be used as it is. Quarantine makes way for a new one and keeps it.
type CorruptError struct{ Path, Reason string }

func (e *CorruptError) Error() string {
	return fmt.Sprintf("database %s is corrupt: %s", e.Path, e.Reason)
}

// Unwrap makes errors.Is(err, ErrCorrupt) true.
func (e *CorruptError) Unwrap() error { return ErrCorrupt }

// explain names the file and puts SQLite's codes, and the system's, in words.
func explain(path string, err error) error {
	if err == nil {
		return nil
	}
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok { // says the path a second time
		err = pathErr.Err
	}
	var e sqlite3.Error
	_ = errors.As(err, &e)
	switch {
	// the log's index has no space: SQLite calls that an I/O error
	case e.Code == sqlite3.ErrFull || noSpace(e.SystemErrno) || noSpace(err):
		return fmt.Errorf("database %s: %w", path, ErrFull)
	case e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked:
		return fmt.Errorf("database %s: %w", path, ErrLocked)
	case e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB:
		return &CorruptError{path, e.Error()}
	case e.Code == sqlite3.ErrReadonly || e.Code == sqlite3.ErrCantOpen || e.Code == sqlite3.ErrPerm ||
		errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return fmt.Errorf("database %s: %w, or not its folder %s: %w", path, ErrNoAccess, filepath.Dir(path), err)
	}
	return fmt.Errorf("database %s: %w", path, err)
}

func noSpace(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

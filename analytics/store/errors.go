package store

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/mattn/go-sqlite3"
)

// What can go wrong with the file by no fault of ours. Errors of this package wrap these where they apply.
var (
	ErrLocked  = errors.New("another process holds it")
	ErrFull    = errors.New("no space is left on its disk")
	ErrCorrupt = errors.New("it is corrupt")
	ErrForeign = errors.New("it is another program's database")
	ErrNewer   = errors.New("it was written by a newer version")
)

// CorruptError is a file that cannot be used as it is. SetAside makes way for a new one and keeps it.
type CorruptError struct{ Path, Reason string }

func (e *CorruptError) Error() string {
	return fmt.Sprintf("database %s is corrupt: %s", e.Path, e.Reason)
}

// Unwrap makes errors.Is(err, ErrCorrupt) true.
func (e *CorruptError) Unwrap() error { return ErrCorrupt }

// explain names the file and puts SQLite's codes in words.
func explain(path string, err error) error {
	if err == nil {
		return nil
	}
	var e sqlite3.Error
	if errors.As(err, &e) {
		switch e.Code {
		case sqlite3.ErrBusy, sqlite3.ErrLocked:
			return fmt.Errorf("database %s: %w", path, ErrLocked)
		case sqlite3.ErrFull:
			return fmt.Errorf("database %s: %w", path, ErrFull)
		case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
			return &CorruptError{path, e.Error()}
		}
	}
	return fmt.Errorf("database %s: %w", path, err)
}

// SetAside renames a file that cannot be used, with what belongs to it, and gives its new name.
func SetAside(path string) (string, error) {
	aside := path + ".corrupt-" + time.Now().UTC().Format("20060102T150405.000")
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("set database aside: %w", err)
		}
	}
	return aside, nil
}

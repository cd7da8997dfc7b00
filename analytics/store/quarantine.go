package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Quarantine renames a file that cannot be used, with its log (-wal) and the log's index (-shm), and gives its new name:
// the old one, ".corrupt-" and the time, so that nothing is lost. The database must be closed.
func Quarantine(path string) (string, error) {
	if _, err := os.Lstat(path); err != nil {
		return "", fmt.Errorf("quarantine database: %w", err)
	}
	kept, err := unused(path + ".corrupt-" + time.Now().UTC().Format("20060102T150405Z"))
	if err != nil {
		return "", fmt.Errorf("quarantine database %s: %w", path, err)
	}
	// the log first: beside a new file SQLite would take it for stale, and delete it
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(path+suffix, kept+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("quarantine database: %w", err)
		}
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return "", fmt.Errorf("quarantine database %s: %w", path, err)
	}
	return kept, nil
}

// unused is the name, or the first of name-2, name-3 … under which nothing lies: rename replaces what is there.
func unused(name string) (string, error) {
	free := func(name string) (bool, error) {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if _, err := os.Lstat(name + suffix); err == nil {
				return false, nil
			} else if !errors.Is(err, fs.ErrNotExist) {
				return false, err
			}
		}
		return true, nil
	}
	for next, n := name, 2; ; n++ {
		if ok, err := free(next); ok || err != nil {
			return next, err
		}
		next = name + "-" + strconv.Itoa(n)
	}
}

// syncFolder makes renames survive a power cut.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	err = f.Sync()
	return errors.Join(err, f.Close())
}

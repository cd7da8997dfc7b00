package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProbeWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seats.db")
	db, err := Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	size := func() int64 {
		info, err := os.Stat(path + "-wal")
		require.NoError(t, err)
		return info.Size()
	}
	before := size()
	require.NoError(t, db.Probe(t.Context()))
	require.Greater(t, size(), before, "a probe reaches the disk")
	var version int
	require.NoError(t, db.readers.QueryRow("pragma user_version").Scan(&version))
	require.Equal(t, len(migrationFiles()), version)
}

func TestProbeOfFullDisk(t *testing.T) {
	folder := disk(t)
	db, err := Open(filepath.Join(folder, "seats.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	require.NoError(t, db.Probe(t.Context()))
	weight := ballast(t, folder, 0)
	for range 100 {
		if err = db.Probe(t.Context()); err != nil {
			break
		}
	}
	require.True(t, errors.Is(err, ErrFull), err)
	require.NoError(t, os.Remove(weight))
	require.NoError(t, db.Probe(t.Context()))
}

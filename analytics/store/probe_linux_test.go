package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProbeWrites(t *testing.T) {
	db := open(t)
	before := logSize(t, db)
	require.NoError(t, db.Probe(t.Context()))
	require.Greater(t, logSize(t, db), before, "a probe reaches the disk")
	require.Equal(t, len(migrationFiles()), version(t, db))
}

func TestProbeOfFullDisk(t *testing.T) {
	folder := disk(t)
	db := openAt(t, filepath.Join(folder, "seats.db"))
	require.NoError(t, db.Probe(t.Context()))
	weight := ballast(t, folder, 0)
	var err error
	for i := 0; i < 100 && err == nil; i++ {
		err = db.Probe(t.Context())
	}
	require.ErrorIs(t, err, ErrFull)
	require.NoError(t, os.Remove(weight))
	require.NoError(t, db.Probe(t.Context()))
}

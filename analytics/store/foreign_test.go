package store

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// files are what lies in a folder, without the indexes of logs: those hold nothing, and any reader may leave one.
func files(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	all := map[string][]byte{}
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".db-shm" {
			continue
		}
		b, err := os.ReadFile(filepath.Join(folder, e.Name()))
		require.NoError(t, err)
		all[e.Name()] = b
	}
	return all
}

// The file of another program is refused, and left byte for byte as it was: also the log of a program that was
// killed, which a connection that may write would take over.
func TestForeignIsRefusedAndLeftAlone(t *testing.T) {
	for name, build := range map[string]func(t *testing.T, path string){
		"tables": func(t *testing.T, path string) { t.Helper(); written(t, path, "create table states (id integer)") },
		"id":     func(t *testing.T, path string) { t.Helper(); written(t, path, "pragma application_id = 252006675") },
		"log": func(t *testing.T, path string) {
			t.Helper()
			live := filepath.Join(t.TempDir(), "live.db")
			raw, err := sql.Open("sqlite3", live)
			require.NoError(t, err)
			defer func() { require.NoError(t, raw.Close()) }()
			for _, s := range []string{"pragma journal_mode = wal", "create table states (id integer)"} {
				_, err = raw.Exec(s)
				require.NoError(t, err)
			}
			for _, suffix := range []string{"", "-wal"} { // as kill -9 leaves them: the table is in the log alone
				b, err := os.ReadFile(live + suffix)
				require.NoError(t, err)
				require.NoError(t, os.WriteFile(path+suffix, b, 0o600))
			}
		},
		"configuration": func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, []byte("streams:\n  cam1: rtsp://…\n"), 0o600))
		},
		"text of whole pages": func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("streams\n"), 2*pageSize/8), 0o600))
		},
		"model": func(t *testing.T, path string) {
			t.Helper()
			require.NoError(t, os.WriteFile(path, make([]byte, 3*pageSize+7), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "home.db")
			build(t, path)
			before := files(t, folder)
			_, err := Open(path)
			require.ErrorIs(t, err, ErrForeign)
			require.ErrorContains(t, err, path)
			require.Equal(t, before, files(t, folder))
		})
	}
}

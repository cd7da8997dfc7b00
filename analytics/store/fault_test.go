package store

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// filled is a closed database of ours with events in it, all in the file itself.
func filled(t *testing.T, events int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seats.db")
	db := openAt(t, path)
	commitEvents(t, db, events)
	require.NoError(t, db.Close())
	require.NoFileExists(t, path+"-wal")
	return path
}

// locked requires that do waits, in vain, for another process that holds the file.
func locked(t *testing.T, path string, do func() error) {
	t.Helper()
	other, err := sql.Open("sqlite3", "file:"+path+"?_txlock=exclusive")
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Close()) }()
	tx, err := other.Begin()
	require.NoError(t, err)
	began := time.Now()
	err = do()
	require.ErrorIs(t, err, ErrLocked)
	require.ErrorContains(t, err, path)
	require.WithinRange(t, time.Now(), began.Add(time.Second), began.Add(4*time.Second))
	require.NoError(t, tx.Rollback())
}

func TestLocked(t *testing.T) {
	db := open(t)
	locked(t, db.path, func() error {
		err := db.Commit(t.Context(), &Change{Seats: []SeatRow{seat("A", "empty")}})
		got(t, db.Seats) // readers go on
		return err
	})
	commit(t, db, Change{Seats: []SeatRow{seat("A", "empty")}})
}

// Files whole and new, held by another process before Open.
func TestOpenLocked(t *testing.T) {
	for name, path := range map[string]string{"ours": filled(t, 1), "new": filepath.Join(t.TempDir(), "seats.db")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			locked(t, path, func() error { _, err := Open(path); return err })
			openAt(t, path)
		})
	}
}

// fill commits events until there is no more space, and gives the ids of those that were acknowledged.
func fill(t *testing.T, db *DB) map[string]bool {
	t.Helper()
	acknowledged := map[string]bool{}
	for range MaxEvents {
		e := event(t, "A")
		c := Change{Seats: []SeatRow{seat("A", "occupied")}, Events: []EventRow{e}, Memories: []Memory{{"s", "A", []byte(e.ID)}}}
		err := db.Commit(t.Context(), &c)
		if err != nil {
			require.ErrorIs(t, err, ErrFull)
			require.ErrorContains(t, err, db.path)
			return acknowledged
		}
		acknowledged[e.ID] = true
	}
	require.FailNow(t, "there is still space")
	return nil
}

// holds requires these events and no others, the memory of one of them, and a whole file.
func holds(t *testing.T, db *DB, acknowledged map[string]bool) {
	t.Helper()
	events := eventsOf(t, db)
	require.Len(t, events, len(acknowledged))
	for _, e := range events {
		require.True(t, acknowledged[e.ID])
	}
	memories := got(t, db.Memories)
	require.Equal(t, events[0].ID, string(memories["A"]))
	var verdict string
	require.NoError(t, db.writer.QueryRow("pragma integrity_check").Scan(&verdict))
	require.Equal(t, "ok", verdict)
}

func TestFull(t *testing.T) {
	db := open(t)
	_, err := db.writer.Exec("pragma max_page_count = 40")
	require.NoError(t, err)
	acknowledged := fill(t, db)
	holds(t, db, acknowledged)
	_, err = db.writer.Exec("pragma max_page_count = 100000")
	require.NoError(t, err)
	goesOn(t, db, acknowledged)
}

func goesOn(t *testing.T, db *DB, acknowledged map[string]bool) {
	t.Helper()
	e := event(t, "A")
	acknowledged[e.ID] = true
	commit(t, db, Change{Events: []EventRow{e}, Memories: []Memory{{"s", "A", []byte(e.ID)}}})
	holds(t, db, acknowledged)
}

func TestCorruptAtOpen(t *testing.T) {
	for name, damage := range map[string]func(b []byte) []byte{
		"header": func(b []byte) []byte { copy(b, "not a database at all"); return b },
		"first page": func(b []byte) []byte {
			for i := range pageSize {
				b[i] = byte(i * 31)
			}
			return b
		},
		"middle":      func(b []byte) []byte { clear(b[4*pageSize : 12*pageSize]); return b },
		"short":       func(b []byte) []byte { return b[:4*pageSize] },
		"half a page": func(b []byte) []byte { return b[:4*pageSize+pageSize/2] },
	} {
		t.Run(name, func(t *testing.T) {
			path := filled(t, 400)
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			b = damage(b)
			require.NoError(t, os.WriteFile(path, b, 0o600))

			_, err = Open(path)
			var corrupt *CorruptError
			require.ErrorAs(t, err, &corrupt)
			require.Equal(t, path, corrupt.Path)
			require.NotEmpty(t, corrupt.Reason)
			require.ErrorIs(t, err, ErrCorrupt)
			require.ErrorContains(t, err, path)

			name, err := Quarantine(path)
			require.NoError(t, err)
			kept, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, b, kept, "not a byte is lost")
			openAt(t, path)
		})
	}
}

// The disk spoils pages under a running server.
func TestCorruptLater(t *testing.T) {
	path := filled(t, 400)
	db := openAt(t, path)
	_, err := db.writer.Exec("pragma shrink_memory") // forget the pages that Open has read
	require.NoError(t, err)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	info, err := f.Stat()
	require.NoError(t, err)
	_, err = f.WriteAt(make([]byte, info.Size()-pageSize), pageSize)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	err = db.Commit(t.Context(), &Change{Events: []EventRow{event(t, "A")}})
	require.ErrorIs(t, err, ErrCorrupt)
	require.ErrorContains(t, err, path)
	_, err = db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 10})
	require.ErrorIs(t, err, ErrCorrupt)
}

func TestQuarantine(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "seats.db")
	const times = 3 // most of them within one second
	for i := range times {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			require.NoError(t, os.WriteFile(path+suffix, []byte{byte(i)}, 0o600))
		}
		kept, err := Quarantine(path)
		require.NoError(t, err)
		require.Regexp(t, `seats\.db\.corrupt-\d{8}T\d{6}Z(-\d)?$`, kept)
		for _, suffix := range []string{"", "-wal", "-shm"} {
			require.NoFileExists(t, path+suffix)
			b, err := os.ReadFile(kept + suffix)
			require.NoError(t, err)
			require.Equal(t, []byte{byte(i)}, b)
		}
	}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 3*times)
	_, err = Quarantine(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, path)
}

func TestNowhere(t *testing.T) {
	folder := t.TempDir()
	missing := filepath.Join(folder, "nowhere", "seats.db")
	_, err := Open(missing)
	require.EqualError(t, err, "database "+missing+": there is no folder "+filepath.Dir(missing))
	_, err = Open(folder)
	require.EqualError(t, err, "database "+folder+": it is a folder")
	// characters that mean something in SQLite's URIs
	odd := filepath.Join(folder, "a b?mode=memory&c#d%20é.db")
	openAt(t, odd)
	require.FileExists(t, odd)
}

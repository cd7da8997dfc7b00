package ledger

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/sink/sinktest"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newLedger returns a ledger that restores nothing, and its log.
func newLedger(t testing.TB, path string) (l *Ledger, said *bytes.Buffer) {
	t.Helper()
	said = &bytes.Buffer{}
	l = New(Options{
		Path: path, Board: &board.Board{}, Bound: 1000, Log: zerolog.New(said), Happened: func(*store.EventRow) {}, Failed: func() {},
		Restore: func(context.Context, *store.DB) ([]store.Gone, error) { return nil, nil },
	})
	t.Cleanup(func() { l.Close(&store.Change{}, time.Second) })
	return l, said
}

// closeDB closes a ledger's database without the ledger.
func closeDB(t *testing.T, l *Ledger) {
	t.Helper()
	db, err := l.DB()
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

// TestNothingIsMadeUnasked: a ledger that was never opened leaves no file, also when it is closed.
func TestNothingIsMadeUnasked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seats.db")
	l, said := newLedger(t, path)
	l.Tick(time.Now())
	require.ErrorIs(t, l.Commit(&store.Change{Events: sinktest.Events(1)}), errNotOpen)
	l.Close(&store.Change{Memories: []store.Memory{{StoreID: "s", SeatID: "A", State: []byte("{}")}}}, time.Second)
	require.NoFileExists(t, path)
	require.Empty(t, said.String())
	require.ErrorIs(t, l.Open(), errNotOpen, "it is closed")
	require.NoFileExists(t, path)
}

// TestCommitTells: the board has what is on disk, whole, and nothing of what is not.
func TestCommitTells(t *testing.T) {
	l, said := newLedger(t, filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, l.Open())
	at := store.At(time.Now())
	camera := store.CameraRow{StoreID: "s", Stream: "cam1", Online: true, LastFrameAt: &at, UpdatedAt: at}
	require.NoError(t, l.Commit(&store.Change{Cameras: []store.CameraRow{camera}}))
	camera.Online, camera.LastFrameAt = false, nil
	require.NoError(t, l.Commit(&store.Change{Cameras: []store.CameraRow{camera}}))
	row, ok := l.Board.Camera("cam1")
	require.True(t, ok)
	require.Equal(t, &at, row.LastFrameAt, "as it is kept on disk")

	closeDB(t, l)
	camera.Online = true
	require.Error(t, l.Commit(&store.Change{Cameras: []store.CameraRow{camera}}))
	row, _ = l.Board.Camera("cam1")
	require.False(t, row.Online)
	require.Empty(t, said.String())
}

// TestProbe: asking often writes seldom.
func TestProbe(t *testing.T) {
	l, _ := newLedger(t, filepath.Join(t.TempDir(), "seats.db"))
	now := time.Now()
	require.NoError(t, l.Probe(now))
	closeDB(t, l)
	require.NoError(t, l.Probe(now.Add(time.Second)))
	require.Error(t, l.Probe(now.Add(2*probeEvery)))
}

// TestEditMeetsOpening: an edit, which holds a lock that restoring takes, does not wait for an opening that waits for
// the edit.
func TestEditMeetsOpening(t *testing.T) {
	l, _ := newLedger(t, filepath.Join(t.TempDir(), "seats.db"))
	var edit sync.Mutex
	restoring := make(chan struct{})
	l.Restore = func(context.Context, *store.DB) ([]store.Gone, error) {
		close(restoring)
		edit.Lock()
		defer edit.Unlock()
		return nil, nil
	}
	edit.Lock()
	opened := make(chan error)
	go func() { opened <- l.Open() }()
	<-restoring
	gone := &store.Change{Gone: []store.Gone{{Table: store.SeatStatus, StoreID: "s", Key: "A", At: store.At(time.Now())}}}
	written := false
	require.ErrorContains(t, l.CommitEdit(gone, func() error { written = true; return nil }, nil), "is being opened")
	require.False(t, written)
	edit.Unlock()
	require.NoError(t, <-opened)
	require.NoError(t, l.CommitEdit(gone, func() error { written = true; return nil }, nil))
	require.True(t, written)
}

// TestEditIsUndone: a file that was written is put back where the database then fails.
func TestEditIsUndone(t *testing.T) {
	l, _ := newLedger(t, filepath.Join(t.TempDir(), "seats.db"))
	alone := 0
	require.NoError(t, l.CommitEdit(&store.Change{}, func() error { alone++; return nil }, nil), "without a database the file alone")
	require.Equal(t, 1, alone)
	require.NoError(t, l.Open())
	at := store.At(time.Now())
	row := store.SeatRow{StoreID: "s", SeatID: "A", Stream: "cam1", Status: "empty", Since: at, UpdatedAt: at}
	full := errors.New("disk full")
	require.ErrorIs(t, l.CommitEdit(&store.Change{Seats: []store.SeatRow{row}}, func() error { return full }, nil), full)
	db, err := l.DB()
	require.NoError(t, err)
	rows, err := db.Seats(t.Context(), "s")
	require.NoError(t, err)
	require.Empty(t, rows)
}

// TestOpenedAgain: a database that cannot be restored counts as not opened, and is tried again after a while.
func TestOpenedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seats.db")
	require.NoError(t, os.WriteFile(path, bytes.Repeat([]byte("no database "), 1000), 0o600))
	l, _ := newLedger(t, path)
	foreign := l.Open()
	require.Error(t, foreign, "a file that is not ours")
	require.ErrorIs(t, l.Open(), errNotOpen, "not so soon")
	require.NoError(t, os.Remove(path))

	broken := errors.New("cannot be restored")
	restore := l.Restore
	l.Restore = func(context.Context, *store.DB) ([]store.Gone, error) { return nil, broken }
	again := func() error {
		l.opening.Lock()
		l.retryAt = time.Time{}
		l.opening.Unlock()
		return l.Open()
	}
	require.ErrorIs(t, again(), broken)
	require.False(t, l.IsOpen())
	l.Restore = restore
	require.NoError(t, again())
	require.True(t, l.IsOpen())
}

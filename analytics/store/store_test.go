package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 24, 12, 0, 0, 123456789, time.UTC)

func open(t testing.TB) *DB {
	t.Helper()
	db, err := Open(filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func text(s string) *string { return &s }

func event(t testing.TB, seat string) EventRow {
	t.Helper()
	id, err := uuid.NewV7()
	require.NoError(t, err)
	return EventRow{
		ID: id.String(), StoreID: "s", SeatID: text(seat), Stream: "cam1", EventType: "person_enter",
		Status: text("occupied"), PreviousStatus: text("empty"), DetectionConfidence: .86,
		CapturedAt: At(noon), CreatedAt: At(noon),
	}
}

func seat(id, status string) SeatRow {
	return SeatRow{StoreID: "s", SeatID: id, Stream: "cam1", Status: status, Since: At(noon), UpdatedAt: At(noon)}
}

func TestRoundTrip(t *testing.T) {
	db := open(t)
	last := At(noon)
	change := Change{
		Seats:    []SeatRow{{"s", "A", "cam1", "occupied", true, true, .86, At(noon), At(noon)}},
		Events:   []EventRow{event(t, "A")},
		Cameras:  []CameraRow{{"s", "cam1", false, &last, text("gone"), At(noon)}},
		Memories: []Memory{{"s", "A", []byte(`{"a":1}`)}},
	}
	camera := event(t, "")
	camera.SeatID, camera.Status, camera.PreviousStatus, camera.EventType = nil, nil, nil, "camera_offline"
	change.Events = append(change.Events, camera)
	require.NoError(t, db.Commit(t.Context(), &change))
	require.NoError(t, db.Commit(t.Context(), &change), "a repeat is harmless")

	seats, err := db.Seats(t.Context(), "s")
	require.NoError(t, err)
	require.Equal(t, change.Seats, seats)
	cameras, err := db.Cameras(t.Context(), "s")
	require.NoError(t, err)
	require.Equal(t, change.Cameras, cameras)
	memories, err := db.Memories(t.Context(), "s")
	require.NoError(t, err)
	require.Equal(t, map[string][]byte{"A": []byte(`{"a":1}`)}, memories)
	events, err := db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []EventRow{change.Events[1], change.Events[0]}, events)
	other, err := db.Seats(t.Context(), "other")
	require.NoError(t, err)
	require.Empty(t, other)

	// a camera that comes back keeps the last frame it had
	require.NoError(t, db.Commit(t.Context(), &Change{Cameras: []CameraRow{{"s", "cam1", true, nil, nil, At(noon)}}}))
	cameras, err = db.Cameras(t.Context(), "s")
	require.NoError(t, err)
	require.Equal(t, &last, cameras[0].LastFrameAt)
	require.Nil(t, cameras[0].Error)
}

func TestTimeIsMilliseconds(t *testing.T) {
	b, err := json.Marshal(At(noon.In(time.FixedZone("KST", 9*3600))))
	require.NoError(t, err)
	require.Equal(t, `"2026-11-24T12:00:00.123Z"`, string(b))
	var back Time
	require.NoError(t, json.Unmarshal([]byte(`"2026-11-24T21:00:00.1239+09:00"`), &back))
	require.Equal(t, At(noon), back)
	require.Error(t, json.Unmarshal([]byte(`"yesterday"`), &back))
	require.Error(t, back.Scan(5))
}

func TestCommitIsWholeOrNotAtAll(t *testing.T) {
	db := open(t)
	bad := Change{Seats: []SeatRow{seat("A", "occupied"), seat("B", "asleep")}, Events: []EventRow{event(t, "A")}}
	require.ErrorContains(t, db.Commit(t.Context(), &bad), "seat B")
	seats, err := db.Seats(t.Context(), "s")
	require.NoError(t, err)
	require.Empty(t, seats)
	events, err := db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 10})
	require.NoError(t, err)
	require.Empty(t, events)
}

func TestPagesNeitherLoseNorRepeat(t *testing.T) {
	db := open(t)
	var want []string
	for i := range 57 {
		e := event(t, fmt.Sprint("seat", i%3))
		// captured times do not follow the order of commits
		e.CapturedAt = At(noon.Add(time.Duration(i*7%11) * time.Second))
		want = append([]string{e.ID}, want...)
		require.NoError(t, db.Commit(t.Context(), &Change{Events: []EventRow{e}}))
	}
	var got []string
	for before := ""; ; {
		page, err := db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 10, Before: before})
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			got = append(got, e.ID)
		}
		before = page[len(page)-1].ID
	}
	require.Equal(t, want, got)

	page, err := db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 100, SeatID: "seat1", EventType: "person_enter"})
	require.NoError(t, err)
	require.Len(t, page, 19)
	page, err = db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 100, Before: "2026-01-01T00:00:00Z"})
	require.NoError(t, err)
	require.Empty(t, page)
	page, err = db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 100, Before: "2999-01-01T00:00:00Z"})
	require.NoError(t, err)
	require.Len(t, page, 57)
	_, err = db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 100, Before: "yesterday"})
	require.ErrorContains(t, err, `has "yesterday"`)
}

func TestReadersDoNotWaitForTheWriter(t *testing.T) {
	db := open(t)
	require.NoError(t, db.Commit(t.Context(), &Change{Seats: []SeatRow{seat("A", "empty")}}))
	tx, err := db.writer.Begin()
	require.NoError(t, err)
	_, err = tx.Exec("update seat_status set status = 'occupied'")
	require.NoError(t, err)
	rows, err := db.Seats(t.Context(), "s")
	require.NoError(t, err)
	require.Equal(t, "empty", rows[0].Status)
	require.NoError(t, tx.Rollback())

	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 50 {
				if _, err := db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 5}); err != nil {
					t.Error(err)
				}
			}
		})
		wait.Go(func() {
			for range 10 {
				if err := db.Commit(t.Context(), &Change{Events: []EventRow{event(t, "A")}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
}

func TestRefused(t *testing.T) {
	folder := t.TempDir()
	made := func(name string, statements ...string) string {
		path := filepath.Join(folder, name)
		raw, err := sql.Open("sqlite3", path)
		require.NoError(t, err)
		for _, s := range statements {
			_, err = raw.Exec(s)
			require.NoError(t, err)
		}
		require.NoError(t, raw.Close())
		return path
	}

	foreign := made("home.db", "create table states (id integer)")
	_, err := Open(foreign)
	require.ErrorIs(t, err, ErrForeign)
	require.ErrorContains(t, err, foreign)

	newer := made("newer.db", fmt.Sprintf("pragma application_id = %d", applicationID), "pragma user_version = 99")
	_, err = Open(newer)
	require.ErrorIs(t, err, ErrNewer)
	require.ErrorContains(t, err, "version 99")

	_, err = Open(filepath.Join(folder, "nowhere", "seats.db"))
	require.ErrorContains(t, err, "there is no folder")
}

func TestLocked(t *testing.T) {
	db := open(t)
	other, err := sql.Open("sqlite3", "file:"+db.path+"?_txlock=exclusive")
	require.NoError(t, err)
	defer func() { require.NoError(t, other.Close()) }()
	tx, err := other.Begin()
	require.NoError(t, err)
	require.ErrorIs(t, db.Commit(t.Context(), &Change{Seats: []SeatRow{seat("A", "empty")}}), ErrLocked)
	require.NoError(t, tx.Rollback())
	require.NoError(t, db.Commit(t.Context(), &Change{Seats: []SeatRow{seat("A", "empty")}}))
}

func TestFull(t *testing.T) {
	db := open(t)
	_, err := db.writer.Exec("pragma max_page_count = 30")
	require.NoError(t, err)
	for range 5000 {
		if err = db.Commit(t.Context(), &Change{Events: []EventRow{event(t, "A")}}); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, ErrFull)
	events, err := db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 10000})
	require.NoError(t, err)
	_, err = db.writer.Exec("pragma max_page_count = 100000")
	require.NoError(t, err)
	require.NoError(t, db.Commit(t.Context(), &Change{Events: []EventRow{event(t, "A")}}))
	more, err := db.Events(t.Context(), EventQuery{StoreID: "s", Limit: 10000})
	require.NoError(t, err)
	require.Len(t, more, len(events)+1, "nothing was half-written")
}

func TestCorrupt(t *testing.T) {
	for name, damage := range map[string]func(b []byte) []byte{
		"header": func(b []byte) []byte { copy(b, "not a database at all"); return b },
		"middle": func(b []byte) []byte { clear(b[4096*2 : 4096*5]); return b },
		"short":  func(b []byte) []byte { return b[:4096*3] },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "seats.db")
			db, err := Open(path)
			require.NoError(t, err)
			for range 100 {
				require.NoError(t, db.Commit(t.Context(), &Change{Events: []EventRow{event(t, "A")}}))
			}
			require.NoError(t, db.Close())
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, damage(b), 0o600))

			_, err = Open(path)
			var corrupt *CorruptError
			require.True(t, errors.As(err, &corrupt), "%v", err)
			require.ErrorContains(t, err, path)
			aside, err := SetAside(path)
			require.NoError(t, err)
			require.FileExists(t, aside)
			db, err = Open(path)
			require.NoError(t, err)
			require.NoError(t, db.Close())
		})
	}
}

func BenchmarkCommit(b *testing.B) {
	db := open(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := db.Commit(b.Context(), &Change{Seats: []SeatRow{seat("A", "occupied")}, Events: []EventRow{event(b, "A")}}); err != nil {
			b.Fatal(err)
		}
	}
}

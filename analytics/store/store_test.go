package store

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashPath); path != "" {
		crash(path) // does not return
	}
	goleak.VerifyTestMain(m)
}

func open(t testing.TB) *DB {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "seats.db"))
}

// openAt opens a file, which is closed at the end of the test if not before.
func openAt(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func commit(t testing.TB, db *DB, c Change) {
	t.Helper()
	require.NoError(t, db.Commit(t.Context(), &c))
}

func got[T any](t testing.TB, read func(ctx context.Context, storeID string) (T, error)) T {
	t.Helper()
	rows, err := read(t.Context(), "s")
	require.NoError(t, err)
	return rows
}

func eventsOf(t testing.TB, db *DB) []EventRow {
	t.Helper()
	rows, err := db.Events(t.Context(), EventQuery{StoreID: "s", Limit: MaxEvents})
	require.NoError(t, err)
	return rows
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 123_456_789, time.UTC)

func event(t testing.TB, seat string) EventRow {
	t.Helper()
	id, err := uuid.NewV7()
	require.NoError(t, err)
	return EventRow{
		ID: id.String(), StoreID: "s", SeatID: new(seat), Stream: "cam1", EventType: "person_enter",
		Status: new("occupied"), PreviousStatus: new("empty"), DetectionConfidence: .86,
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
		Cameras:  []CameraRow{{"s", "cam1", false, &last, new("gone"), At(noon)}},
		Memories: []Memory{{"s", "A", []byte(`{"a":1}`)}},
	}
	camera := event(t, "")
	camera.SeatID, camera.Status, camera.PreviousStatus, camera.EventType = nil, nil, nil, "camera_offline"
	change.Events = append(change.Events, camera)
	require.NoError(t, db.Commit(t.Context(), &change))
	require.NoError(t, db.Commit(t.Context(), &change), "a repeat is harmless")

	seats := got(t, db.Seats)
	require.Equal(t, change.Seats, seats)
	cameras := got(t, db.Cameras)
	require.Equal(t, change.Cameras, cameras)
	memories := got(t, db.Memories)
	require.Equal(t, map[string][]byte{"A": []byte(`{"a":1}`)}, memories)
	events := eventsOf(t, db)
	require.Equal(t, []EventRow{change.Events[1], change.Events[0]}, events)
	other, err := db.Seats(t.Context(), "other")
	require.NoError(t, err)
	require.Empty(t, other)
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
	seats := got(t, db.Seats)
	require.Empty(t, seats)
	events := eventsOf(t, db)
	require.Empty(t, events)
}

func TestEmptyChangeIsNoTransaction(t *testing.T) {
	db := open(t)
	writes := func() (n int) {
		require.NoError(t, db.writer.QueryRow("select total_changes()").Scan(&n))
		return n
	}
	n, size := writes(), logSize(t, db)
	commit(t, db, Change{})
	require.Equal(t, n, writes())
	require.Equal(t, size, logSize(t, db))
}

func logSize(t testing.TB, db *DB) int64 {
	t.Helper()
	info, err := os.Stat(db.path + "-wal")
	require.NoError(t, err)
	return info.Size()
}

func TestCommitsAreSynced(t *testing.T) {
	db := open(t)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "2000"} {
		var got string
		require.NoError(t, db.writer.QueryRow("pragma "+pragma).Scan(&got))
		require.Equal(t, want, got, pragma)
	}
}

// The words of CONTRACT.md, "Rows", and no others.
func TestRowsHoldTheWordsOfTheContract(t *testing.T) {
	db := open(t)
	for _, status := range []string{"empty", "occupied", "abandoned"} {
		commit(t, db, Change{Seats: []SeatRow{seat("A", status)}})
	}
	for _, kind := range []string{"person_enter", "person_leave", "abandoned_detected", "item_removed", "camera_offline", "camera_online"} {
		e := event(t, "A")
		e.EventType = kind
		commit(t, db, Change{Events: []EventRow{e}})
	}
	for name, spoil := range map[string]func(*EventRow){
		"type":             func(e *EventRow) { e.EventType = "asleep" },
		"status":           func(e *EventRow) { e.Status = new("asleep") },
		"previous status":  func(e *EventRow) { e.PreviousStatus = new("") },
		"high confidence":  func(e *EventRow) { e.DetectionConfidence = 1.01 },
		"below confidence": func(e *EventRow) { e.DetectionConfidence = -.01 },
	} {
		e := event(t, "A")
		spoil(&e)
		require.ErrorContains(t, db.Commit(t.Context(), &Change{Events: []EventRow{e}}), "event "+e.ID, name)
	}
}

func TestCommitDoesNotBeginAfterItsContext(t *testing.T) {
	db := open(t)
	tx, err := db.writer.Begin() // another commit, which goes on
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, db.Commit(ctx, &Change{Seats: []SeatRow{seat("A", "empty")}}), context.DeadlineExceeded)
	require.NoError(t, tx.Rollback())
	rows := got(t, db.Seats)
	require.Empty(t, rows)
}

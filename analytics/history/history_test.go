package history

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// idAt is a UUIDv7 of a time.
func idAt(at time.Time, n int) string {
	ms := uint64(at.UnixMilli())
	return uuid.UUID{
		byte(ms >> 40), byte(ms >> 32), byte(ms >> 24), byte(ms >> 16), byte(ms >> 8), byte(ms),
		0x70, byte(n >> 24), 0x80, byte(n >> 16), byte(n >> 8), byte(n),
	}.String()
}

// TestRead: hours of the server's zone, of the time that was seen.
func TestRead(t *testing.T) {
	db, err := store.Open(filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	seoul := time.FixedZone("KST", 9*3600)
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 25, hour, minute, 0, 0, seoul) }
	now := at(12, 30)
	n := 0
	event := func(when time.Time, seatID, kind, status, previous string) store.EventRow {
		n++
		e := store.EventRow{ID: idAt(when.Add(time.Second), n), StoreID: "test", Stream: "cam1", EventType: kind, CapturedAt: store.At(when), CreatedAt: store.At(when)}
		if seatID != "" {
			e.SeatID, e.Status, e.PreviousStatus = &seatID, &status, &previous
		}
		return e
	}
	row := func(id string, since time.Time) store.SeatRow {
		return store.SeatRow{StoreID: "test", SeatID: id, Stream: "cam1", Status: "empty", Since: store.At(since), UpdatedAt: store.At(since)}
	}
	yesterday := at(0, 0).Add(-20 * time.Hour)
	ctx := t.Context()
	run, err := db.BeginRun(ctx, yesterday)
	require.NoError(t, err)
	require.NoError(t, db.Commit(ctx, &store.Change{Seats: []store.SeatRow{row("A", yesterday)}, Events: []store.EventRow{
		event(yesterday.Add(time.Hour), "A", "person_enter", "occupied", "empty"),
		event(at(8, 0), "A", "person_leave", "empty", "occupied"),
		event(at(9, 15), "A", "person_enter", "occupied", "empty"),
		event(at(9, 30), "", "camera_offline", "", ""),
		event(at(9, 45), "", "camera_online", "", ""),
		event(at(10, 30), "A", "abandoned_detected", "abandoned", "occupied"),
	}}))
	require.NoError(t, db.ExtendRun(ctx, run, at(10, 45)))
	_, err = db.BeginRun(ctx, at(11, 15))
	require.NoError(t, err)
	require.NoError(t, db.Commit(ctx, &store.Change{Seats: []store.SeatRow{row("B", at(12, 0))}, Events: []store.EventRow{
		event(at(11, 30), "A", "person_enter", "occupied", "abandoned"),
		event(at(12, 15), "B", "person_enter", "occupied", "empty"),
	}}))

	seats := []Seat{{ID: "A", Stream: "cam1"}, {ID: "B", Stream: "cam1"}, {ID: "new", Stream: "cam1"}}
	h, err := Read(ctx, db, "test", seats, now, 24)
	require.NoError(t, err)
	require.Len(t, h.Hours, 24)
	require.Equal(t, at(12, 0), h.Hours[23])
	a, b := h.Seats[0].Cells, h.Seats[1].Cells
	for hour, want := range map[int]Cell{
		7:  {Seen: time.Hour, Occupied: time.Hour},
		8:  {Seen: time.Hour},
		9:  {Seen: 45 * time.Minute, Occupied: 30 * time.Minute},                              // the camera was away for a quarter
		10: {Seen: 45 * time.Minute, Occupied: 30 * time.Minute, Abandoned: 15 * time.Minute}, // the box was off from 10:45
		11: {Seen: 45 * time.Minute, Occupied: 30 * time.Minute, Abandoned: 15 * time.Minute}, // to 11:15
		12: {Seen: 30 * time.Minute, Occupied: 30 * time.Minute},
	} {
		require.Equal(t, want, a[hour+11], "at %d", hour) // 13 o'clock of yesterday is the first
	}
	require.Zero(t, b[22], "it was not there yet")
	require.Equal(t, Cell{Seen: 30 * time.Minute, Occupied: 15 * time.Minute}, b[23])
	require.Equal(t, make([]Cell, 24), h.Seats[2].Cells)

	// a week; what was before the first run is what the seats say
	h, err = Read(ctx, db, "test", seats, now, 7*24)
	require.NoError(t, err)
	require.Len(t, h.Hours, 168)
	require.Equal(t, Cell{Seen: time.Hour, Occupied: time.Hour}, h.Seats[0].Cells[167-5])
	require.Zero(t, h.Seats[0].Cells[0].Seen)
}

// BenchmarkRead: a week of 200 seats on 16 cameras, all of its 200,000 events within it.
func BenchmarkRead(b *testing.B) {
	db, err := store.Open(filepath.Join(b.TempDir(), "seats.db"))
	require.NoError(b, err)
	defer func() { require.NoError(b, db.Close()) }()
	now := time.Now()
	const events, seats = 200_000, 200
	var all []Seat
	change := store.Change{}
	start := now.Add(-7 * 24 * time.Hour)
	for i := range seats {
		s := Seat{ID: fmt.Sprintf("S%d", i), Stream: fmt.Sprintf("cam%d", i%16)}
		all = append(all, s)
		change.Seats = append(change.Seats, store.SeatRow{StoreID: "test", SeatID: s.ID, Stream: s.Stream, Status: "empty", Since: store.At(start), UpdatedAt: store.At(start)})
	}
	statuses := []string{"empty", "occupied"}
	for i := range events {
		at := start.Add(time.Duration(i) * 7 * 24 * time.Hour / events)
		s := &all[i%seats]
		change.Events = append(change.Events, store.EventRow{
			ID: idAt(at, i), StoreID: "test", SeatID: &s.ID, Stream: s.Stream, EventType: "person_enter",
			Status: &statuses[(i/seats+1)%2], PreviousStatus: &statuses[i/seats%2], CapturedAt: store.At(at), CreatedAt: store.At(at),
		})
		if len(change.Events) == 10_000 {
			require.NoError(b, db.Commit(b.Context(), &change))
			change = store.Change{}
		}
	}
	for _, hours := range []int{24, 7 * 24} {
		b.Run(fmt.Sprintf("%dh", hours), func(b *testing.B) {
			for b.Loop() {
				h, err := Read(b.Context(), db, "test", all, now, hours)
				require.NoError(b, err)
				require.Len(b, h.Seats, seats)
			}
		})
	}
}

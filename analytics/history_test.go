package analytics

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/history"
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

var seoul = time.FixedZone("KST", 9*3600)

// TestHistory: hours of the server's zone, of the time that was seen.
func TestHistory(t *testing.T) {
	db, err := store.Open(filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	now := time.Date(2026, 11, 25, 12, 30, 0, 0, seoul)
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 25, hour, minute, 0, 0, seoul) }
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

	c := testConfig()
	c.Seats = append(c.Seats, config.Seat{ID: "new", Name: "=cmd|' /C calc'!A0", Stream: "cam1", ROI: left})
	seats := historySeats(&c)
	h, err := history.Read(ctx, db, c.StoreID, seats, now, 24)
	require.NoError(t, err)
	v := historyOf(h)
	require.Equal(t, "KST", v.TimeZone)
	require.Len(t, v.Hours, 24)
	require.Equal(t, "2026-11-25T12:00:00+09:00", v.Hours[23])
	share := func(list []*float64, hour int) any {
		if f := list[hour+11]; f != nil { // 13 o'clock of yesterday is the first
			return *f
		}
		return nil
	}
	a, b := v.Seats[0], v.Seats[1]
	for hour, want := range map[int][3]any{
		7:  {1.0, 0.0, 3600},
		8:  {0.0, 0.0, 3600},
		9:  {0.667, 0.0, 2700},   // 30 of the 45 minutes that the camera was there
		10: {0.667, 0.333, 2700}, // the box was off from 10:45
		11: {0.667, 0.333, 2700}, // to 11:15
		12: {1.0, 0.0, 1800},
	} {
		require.Equal(t, want, [3]any{share(a.Occupied, hour), share(a.Abandoned, hour), a.Seen[hour+11]}, "at %d", hour)
	}
	require.Nil(t, share(b.Occupied, 11), "it was not there yet")
	require.Equal(t, 0.5, share(b.Occupied, 12))
	require.Equal(t, make([]int, 24), v.Seats[2].Seen)
	require.Nil(t, v.Seats[2].Occupied[23])

	var text strings.Builder
	writeHistory(csv.NewWriter(&text), h)
	require.True(t, strings.HasPrefix(text.String(), "seat_id,name,stream,hour,seen_seconds,occupied_share,abandoned_share\r\n"))
	require.Contains(t, text.String(), "A,A,cam1,2026-11-25T10:00:00+09:00,2700,0.667,0.333\r\n")
	require.Contains(t, text.String(), "new,'=cmd|' /C calc'!A0,cam1,2026-11-25T12:00:00+09:00,0,,\r\n")
	lines, err := csv.NewReader(strings.NewReader(text.String())).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, 1+3*24)

	// a week; what was before the first run is what the seats say
	h, err = history.Read(ctx, db, c.StoreID, seats, now, 7*24)
	require.NoError(t, err)
	require.Len(t, h.Hours, 168)
	require.Equal(t, history.Cell{Seen: time.Hour, Occupied: time.Hour}, h.Seats[0].Cells[167-5])
	require.Zero(t, h.Seats[0].Cells[0].Seen)
}

func TestHistoryAPI(t *testing.T) {
	d := newDesk(t, deskText)
	d.looks("cam1", time.Now().Add(-time.Minute), 10, person)
	status, text, _ := d.ask("GET", "/api/seats/history", "")
	require.Equal(t, http.StatusOK, status, text)
	var v historyView
	require.NoError(t, json.Unmarshal([]byte(text), &v))
	require.Len(t, v.Seats, 2)
	require.Len(t, v.Seats[0].Occupied, 24)
	status, text, header := d.ask("GET", "/api/seats/history?days=7&format=csv", "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, 1+2*7*24, strings.Count(text, "\n")+1)
	require.Contains(t, header.Get("Content-Type"), "text/csv")
	for query, want := range map[string]string{
		"days=2": `days: wants 1 or 7, has "2"`, "days=" + strings.Repeat("9", 999): `days: wants 1 or 7, has "` + strings.Repeat("9", 40) + `…"`,
		"format=xls": `format: wants json or csv, has "xls"`,
	} {
		status, text, _ = d.ask("GET", "/api/seats/history?"+query, "")
		require.Equal(t, http.StatusBadRequest, status)
		require.Equal(t, want, text)
	}
	status, _, _ = d.ask("POST", "/api/seats/history", "")
	require.Equal(t, http.StatusMethodNotAllowed, status)
	require.Equal(t, "'\t=1", cell("\t=1"))
}

// BenchmarkHistory: a week of 200 seats on 16 cameras, all of its 200,000 events within it.
func BenchmarkHistory(b *testing.B) {
	db, err := store.Open(filepath.Join(b.TempDir(), "seats.db"))
	require.NoError(b, err)
	defer func() { require.NoError(b, db.Close()) }()
	now := time.Now()
	const events, seats = 200_000, 200
	c := testConfig()
	c.Seats = nil
	change := store.Change{}
	start := now.Add(-7 * 24 * time.Hour)
	for i := range seats {
		s := config.Seat{ID: fmt.Sprintf("S%d", i), Stream: fmt.Sprintf("cam%d", i%16), ROI: left}
		c.Seats = append(c.Seats, s)
		change.Seats = append(change.Seats, store.SeatRow{StoreID: "test", SeatID: s.ID, Stream: s.Stream, Status: "empty", Since: store.At(start), UpdatedAt: store.At(start)})
	}
	statuses := []string{"empty", "occupied"}
	for i := range events {
		at := start.Add(time.Duration(i) * 7 * 24 * time.Hour / events)
		s := &c.Seats[i%seats]
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
				h, err := history.Read(b.Context(), db, c.StoreID, historySeats(&c), now, hours)
				require.NoError(b, err)
				require.Len(b, h.Seats, seats)
			}
		})
	}
}

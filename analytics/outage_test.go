package analytics

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/e2e/supabase"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// outage is the measure of TestOutage: the whole hour is compressed so many times.
type outage struct {
	length, life, restart time.Duration
	rate                  float64 // events a second
}

func outageOf(t *testing.T) outage {
	t.Helper()
	short := outage{length: 16 * time.Second, life: 2 * time.Second, restart: 7 * time.Second, rate: 150}
	text := os.Getenv("SEATS_OUTAGE_HOUR")
	if text == "" {
		return short
	}
	times, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err, "SEATS_OUTAGE_HOUR is how many times the hour is compressed")
	part := func(d time.Duration) time.Duration { return time.Duration(float64(d) / times) }
	return outage{length: part(time.Hour), life: part(time.Minute), restart: part(5 * time.Minute), rate: 50 * times}
}

// TestOutage: the road fails in every way at random, the server is killed again and again and so is PostgreSQL. In the
// end Supabase has what the embedded database has, row for row, each once, in order.
func TestOutage(t *testing.T) {
	o := outageOf(t)
	keys := supabase.NewKeys()
	cluster := supabase.NewCluster(t)
	db := cluster.Database(t)
	db.Exec(t, "alter table detection_events add column arrival bigint generated always as identity")
	lite := supabase.StartLite(t, db, keys)
	proxy := supabase.NewProxy(t, lite.URL, supabase.ProxyOptions{Patience: 500 * time.Millisecond, DripEvery: time.Millisecond})
	proxy.Random(1, .15, supabase.AllFaults()...)

	dir := busyFolder(t, "  supabase: {url: \"${OUTAGE_URL}\", key: \"${OUTAGE_KEY}\"}\n")
	var said bytes.Buffer
	start := func(rate float64) (address string, kill func()) {
		return startBusy(t, dir, rate, &said, "OUTAGE_URL="+proxy.URL, "OUTAGE_KEY="+keys.Secret)
	}
	began := time.Now()
	restarted, lives, restarts := began, 0, 0
	for time.Since(began) < o.length {
		_, kill := start(o.rate)
		lives++
		if time.Since(restarted) >= o.restart {
			cluster.Stop(t, true) // in the middle of a batch
			time.Sleep(o.life / 4)
			cluster.Start(t)
			// lite's driver does not always survive that; a supervisor would start it again
			lite.Kill(t)
			lite.Start(t)
			restarted = time.Now()
			restarts++
		}
		time.Sleep(time.Until(began.Add(time.Duration(lives) * o.life)))
		kill()
	}
	worked := time.Since(began)
	faults := 0
	for _, f := range supabase.AllFaults() {
		faults += proxy.Count(f)
	}
	proxy.Set(supabase.None)

	address, kill := start(0)
	defer kill()
	outbox := ""
	pending := func() bool {
		outbox = get(t, address, "/api/seats/outbox")
		return !strings.Contains(outbox, `"detection_events":0`) || !strings.Contains(outbox, `"seat_status":0`) || !strings.Contains(outbox, `"camera_status":0`)
	}
	drained := time.Now()
	for end := drained.Add(time.Minute); pending() && time.Now().Before(end); {
		time.Sleep(50 * time.Millisecond)
	}
	require.False(t, pending(), outbox)
	t.Logf("%s, %d kills, %d restarts of PostgreSQL, %d faults; drained in %s", worked.Round(time.Second), lives, restarts, faults, time.Since(drained).Round(time.Millisecond))
	metrics := get(t, address, "/api/metrics")
	kill()

	compareRows(t, dir, db)
	var rejected struct {
		Sinks []struct {
			Rejected int `json:"rejected_total"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(outbox), &rejected))
	require.Zero(t, rejected.Sinks[0].Rejected)

	// the key was in requests to the project, and nowhere else
	for _, r := range proxy.Strays() {
		require.NotContains(t, fmt.Sprint(r.Header), keys.Secret)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	places := map[string]string{"log": said.String(), "outbox": outbox, "metrics": metrics}
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		places[file] = string(b)
	}
	for name, text := range places {
		require.NotEmpty(t, text, name)
		require.NotContains(t, text, keys.Secret, name)
	}
}

// compareRows holds Supabase to the embedded database.
func compareRows(t *testing.T, dir string, to *supabase.Database) {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(filepath.Join(dir, "seats.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	ours := allEvents(t, db)
	conn := to.Connect(t)
	query, err := conn.Query(ctx, `select id::text, store_id, seat_id, stream, event_type, status, previous_status,
		detection_confidence, captured_at, created_at, arrival from detection_events order by id`)
	require.NoError(t, err)
	defer query.Close()
	arrivals := map[string]int64{} // of the last event of each seat
	last := map[string]string{}
	n := 0
	for ; query.Next(); n++ {
		var e store.EventRow
		var captured, created time.Time
		var arrival int64
		require.NoError(t, query.Scan(&e.ID, &e.StoreID, &e.SeatID, &e.Stream, &e.EventType, &e.Status, &e.PreviousStatus,
			&e.DetectionConfidence, &captured, &created, &arrival))
		e.CapturedAt, e.CreatedAt = store.At(captured), store.At(created)
		require.Less(t, n, len(ours))
		require.Equal(t, ours[n], e)
		subject := e.Stream
		if e.SeatID != nil {
			subject = *e.SeatID
			last[subject] = *e.Status
		}
		require.Greater(t, arrival, arrivals[subject], "event %s of %s came before the one before it", e.ID, subject)
		arrivals[subject] = arrival
	}
	require.NoError(t, query.Err())
	require.Equal(t, len(ours), n)
	t.Logf("%d events, equal row for row", n)
	require.NotZero(t, n)

	seats, err := db.Seats(ctx, "s")
	require.NoError(t, err)
	rows, err := conn.Query(ctx, `select store_id, seat_id, stream, status, person_detected, items_detected,
		detection_confidence, since, updated_at from seat_status order by seat_id`)
	require.NoError(t, err)
	theirs, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (s store.SeatRow, err error) {
		var since, updated time.Time
		err = r.Scan(&s.StoreID, &s.SeatID, &s.Stream, &s.Status, &s.PersonDetected, &s.ItemsDetected, &s.DetectionConfidence, &since, &updated)
		s.Since, s.UpdatedAt = store.At(since), store.At(updated)
		return s, err
	})
	require.NoError(t, err)
	require.Equal(t, seats, theirs)
	for _, s := range theirs {
		require.Equal(t, last[s.SeatID], s.Status, s.SeatID)
	}
	cameras, err := db.Cameras(ctx, "s")
	require.NoError(t, err)
	var online []bool
	for _, c := range cameras {
		online = append(online, c.Online)
	}
	rows, err = conn.Query(ctx, "select online from camera_status order by stream")
	require.NoError(t, err)
	there, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	require.NoError(t, err)
	require.Equal(t, online, there)
}

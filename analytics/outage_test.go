package analytics

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/e2e/supabase"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// outageDir and outageRate, set in the environment, make the test binary a server whose seats change so many times a
// second, until it is killed.
const (
	outageDir  = "SEATS_OUTAGE_DIR"
	outageRate = "SEATS_OUTAGE_RATE"
)

const (
	outageCameras = 4
	seatsPer      = 5 // of a camera
)

func outageConfig() string {
	var b strings.Builder
	b.WriteString("streams:\n")
	for c := range outageCameras {
		fmt.Fprintf(&b, "  cam%d: rtsp://127.0.0.1/1\n", c)
	}
	b.WriteString("analytics:\n  store_id: s\n  interval: 1s\n  supabase: {url: \"${OUTAGE_URL}\", key: \"${OUTAGE_KEY}\"}\n  seats:\n")
	for i := range outageCameras * seatsPer {
		x := float64(i%seatsPer) / seatsPer
		fmt.Fprintf(&b, "    S%02d: {stream: cam%d, roi: [[%.2f, 0], [%.2f, 0], [%.2f, 1], [%.2f, 1]]}\n", i, i/seatsPer, x, x+.15, x+.15, x)
	}
	return b.String()
}

// outageServer decides, commits and sends as the module does, with looks made up: people come and go at every seat,
// cameras drop out now and then. Media time runs on from where the database stands.
func outageServer(dir string) error {
	log = zerolog.New(os.Stderr)
	path := filepath.Join(dir, "go2rtc.yaml")
	c, err := config.Load(path, creds.ReplaceVars)
	if err != nil {
		return err
	}
	rate, err := strconv.ParseFloat(os.Getenv(outageRate), 64)
	if err != nil {
		return err
	}
	a := newAnalytics(c, path, nil)
	if err = a.ledger.Open(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/seats/outbox", a.apiOutbox)
	mux.HandleFunc("/api/metrics", a.metrics.handler())
	go func() { _ = http.Serve(listener, mux) }()
	fmt.Println(listener.Addr())
	if rate == 0 {
		select {}
	}
	errs := make(chan error)
	for _, c := range a.plan.Load().cameras {
		go func() { errs <- a.busy(c, rate/outageCameras) }()
	}
	return <-errs
}

// busy makes seats of a camera change so many times a second.
func (a *Analytics) busy(c *look.Camera, rate float64) error {
	at, err := mediaTime(c)
	if err != nil {
		return err
	}
	began, events := time.Now(), 0
	for i := 0; ; i++ {
		at = at.Add(time.Second)
		var found []seat.Detection
		for s := range seatsPer {
			if (i/6+s)%2 == 0 {
				x := float32(s)/seatsPer + .05
				found = append(found, seat.Detection{Class: "person", Confidence: .9, Box: seat.Box{X0: x, Y0: .1, X1: x + .04, Y1: .9}})
			}
		}
		c.Hold()
		err = c.Seats().Observe(at, time.Now(), found, func(change *store.Change) error {
			events += len(change.Events)
			return a.ledger.Commit(change)
		})
		c.Release()
		if online := i%50 == 25; err == nil && (online || i%50 == 20) {
			err = a.ledger.Commit(presenceOf(c.Name(), online, at))
		}
		if err != nil {
			return err
		}
		time.Sleep(time.Until(began.Add(time.Duration(float64(events) / rate * float64(time.Second)))))
	}
}

// presenceOf is a camera that drops out, or is there again.
func presenceOf(stream string, online bool, at time.Time) *store.Change {
	kind, last, now := seat.CameraOffline, store.At(at), store.At(time.Now())
	if online {
		kind = seat.CameraOnline
	}
	return &store.Change{
		Cameras: []store.CameraRow{{StoreID: "s", Stream: stream, Online: online, LastFrameAt: &last, UpdatedAt: now}},
		Events: []store.EventRow{{
			ID: uuid.Must(uuid.NewV7()).String(), StoreID: "s", Stream: stream, EventType: string(kind), CapturedAt: last, CreatedAt: now,
		}},
	}
}

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

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go2rtc.yaml"), []byte(outageConfig()), 0o600))
	env := []string{outageDir + "=" + dir, "OUTAGE_URL=" + proxy.URL, "OUTAGE_KEY=" + keys.Secret}
	busy := append([]string{outageRate + "=" + fmt.Sprint(o.rate)}, env...)
	var said bytes.Buffer
	began := time.Now()
	restarted, lives, restarts := began, 0, 0
	for time.Since(began) < o.length {
		_, kill := startServer(t, &said, busy...)
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

	address, kill := startServer(t, &said, append([]string{outageRate + "=0"}, env...)...)
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
	var ours []store.EventRow
	for before := ""; ; before = ours[len(ours)-1].ID {
		page, errPage := db.Events(ctx, store.EventQuery{StoreID: "s", Limit: 1000, Before: before})
		require.NoError(t, errPage)
		if len(page) == 0 {
			break
		}
		ours = append(ours, page...)
	}
	slices.Reverse(ours)
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

func get(t *testing.T, address, path string) string {
	t.Helper()
	res, err := http.Get("http://" + address + path)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode, string(b))
	return string(b)
}

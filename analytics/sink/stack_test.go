package sink_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/sink"
	"github.com/AlexxIT/go2rtc/seats/analytics/sink/sinktest"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/e2e/supabase"
	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// box is an embedded database whose outbox goes to a real stack.
type box struct {
	db    *store.DB
	relay *sink.Relay

	mu  sync.Mutex
	log bytes.Buffer
}

func (b *box) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.Write(p)
}

func (b *box) said() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.String()
}

func newBox(t testing.TB, url, key string) *box {
	t.Helper()
	b := &box{}
	var err error
	b.db, err = store.Open(filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.db.Close()) })
	boxes, err := b.db.OpenOutboxes(t.Context(), 1_000_000, store.Outlet{Name: "supabase", Statuses: true, History: true})
	require.NoError(t, err)
	b.relay = sink.NewRelay(newSupabase(t, url, key), boxes[0], 500, zerolog.New(b))
	return b
}

func (b *box) run(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { b.relay.Run(ctx) })
	t.Cleanup(func() { cancel(); done.Wait() })
}

func (b *box) commit(t testing.TB, c store.Change) {
	t.Helper()
	require.NoError(t, b.db.Commit(t.Context(), &c))
	b.relay.Wake()
}

func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "waited a minute until %s", what)
	}
}

func count(t testing.TB, conn *pgx.Conn, table string) (n int) {
	t.Helper()
	require.NoError(t, conn.QueryRow(t.Context(), "select count(*) from "+table).Scan(&n))
	return n
}

func TestRealSupabase(t *testing.T) {
	for _, ca := range []struct {
		name string
		keys supabase.Keys
	}{{"sb_secret", supabase.NewKeys()}, {"legacy", supabase.LegacyKeys()}} {
		t.Run(ca.name, func(t *testing.T) {
			stack := supabase.Start(t, ca.keys)
			conn := stack.Connect(t)
			b := newBox(t, stack.Proxy.URL, ca.keys.Secret)
			last := store.At(time.Now())
			events := sinktest.Events(1200)
			poisoned := 777
			stream := "cam\u00001" // no text of PostgreSQL holds that
			events[poisoned].Stream = stream
			events[poisoned+1].SeatID = nil
			b.commit(t, store.Change{
				Seats:   []store.SeatRow{{StoreID: "s", SeatID: "창가 \"1\" & #", Stream: "cam1", Status: "empty", DetectionConfidence: .86, Since: last, UpdatedAt: last}},
				Cameras: []store.CameraRow{{StoreID: "s", Stream: "cam1", Online: true, LastFrameAt: &last, UpdatedAt: last}},
				Events:  events,
			})
			stack.Proxy.Next(supabase.Swallowed, supabase.Swallowed, supabase.Reset)
			b.run(t)
			until(t, "all but one arrived", func() bool { return count(t, conn, "detection_events") == 1199 })
			require.Equal(t, 1, count(t, conn, "seat_status"))
			require.Equal(t, 1, count(t, conn, "camera_status"))
			until(t, "it is set aside", func() bool { return b.relay.Status().Rejected == 1 })
			rejected, err := b.relay.Outbox.Rejected(t.Context(), 10)
			require.NoError(t, err)
			require.Len(t, rejected, 1)
			require.Equal(t, events[poisoned].ID, rejected[0].Key)
			require.Contains(t, rejected[0].Reason, " 22") // 22P05 from PostgREST, 22021 from lite
			require.Empty(t, b.relay.Status().Check)

			// a grant is revoked, and given again by an admin who read the log
			stack.Exec(t, "revoke insert on detection_events from service_role")
			b.commit(t, store.Change{
				Events: sinktest.Events(1),
				Seats:  []store.SeatRow{{StoreID: "s", SeatID: "B", Stream: "cam1", Status: "empty", Since: last, UpdatedAt: last}},
			})
			until(t, "it waits", func() bool { f := b.relay.Status().Failing; return f != nil && f.Kind == sink.Waiting })
			require.Contains(t, b.relay.Status().Failing.Advice, "grant select, insert, update, delete on detection_events to service_role")
			require.Equal(t, 2, count(t, conn, "seat_status"), "other tables go on")
			stack.Exec(t, "grant insert on detection_events to service_role")
			until(t, "the event arrived", func() bool { return count(t, conn, "detection_events") == 1200 })
			until(t, "all is well", func() bool { return b.relay.Status().Failing == nil })
			require.Equal(t, 1, strings.Count(b.said(), "waits for somebody"))
			require.NotContains(t, b.said(), ca.keys.Secret)

			// a seat is deleted, with any name
			b.commit(t, store.Change{Gone: []store.Gone{{Table: store.SeatStatus, StoreID: "s", Key: "창가 \"1\" & #", At: last}}})
			until(t, "its row is gone", func() bool { return count(t, conn, "seat_status") == 1 })
			require.Equal(t, 1, count(t, conn, "seat_status where seat_id = 'B'"))
			require.Equal(t, 1200, count(t, conn, "detection_events"))

			// lite is killed and comes back
			stack.Lite.Kill(t)
			b.commit(t, store.Change{Events: sinktest.Events(3)})
			until(t, "it retries", func() bool { return b.relay.Status().Failing != nil })
			stack.Lite.Start(t)
			began := time.Now()
			until(t, "the events arrived", func() bool { return count(t, conn, "detection_events") == 1203 })
			require.Less(t, time.Since(began), 10*time.Second)
		})
	}
}

// TestPostgresIsAsDescribed: the SQL that prepares a project makes the tables that store describes, column by column.
func TestPostgresIsAsDescribed(t *testing.T) {
	conn := supabase.Shared(t).Database(t).Connect(t)
	for _, s := range store.Schemas {
		rows, err := conn.Query(t.Context(), `select column_name::text, udt_name::text, is_nullable = 'YES', data_type::text
			from information_schema.columns where table_schema = 'public' and table_name = $1 order by ordinal_position`, s.Name)
		require.NoError(t, err)
		columns, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (c store.Column, err error) {
			var format string
			err = r.Scan(&c.Name, &c.Type, &c.Nullable, &format)
			require.Equal(t, c.Type.Formats()[0], format)
			return c, err
		})
		require.NoError(t, err)
		require.Equal(t, s.Columns, columns)
		var key []string
		require.NoError(t, conn.QueryRow(t.Context(), `select array_agg(attname::text order by array_position(indkey::int2[], attnum))
			from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)
			where indrelid = $1::text::regclass and indisprimary`, s.Name).Scan(&key))
		require.Equal(t, s.PrimaryKey(), key)
	}
}

// What is missing is named at the start, with what mends it.
func TestCheckOfRealTables(t *testing.T) {
	cases := []struct {
		name, sql string
		want      []string
	}{
		{"all is there", "", nil},
		{"no table", "drop table camera_status", []string{"table camera_status: PGRST205"}},
		{"columns of the Python worker", "alter table seat_status drop column items_detected, drop column since", []string{
			"column seat_status.items_detected is missing: run what api/seats/schema.sql gives", "column seat_status.since is missing",
		}},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			db := supabase.Shared(t).Database(t)
			if ca.sql != "" {
				db.Exec(t, ca.sql)
			}
			keys := supabase.NewKeys()
			lite := supabase.StartLite(t, db, keys)
			found := findings(t, lite.URL, keys.Secret)
			require.Len(t, found, len(ca.want), "%q", found)
			for i := range ca.want {
				require.Contains(t, found[i], ca.want[i])
			}
		})
	}
}

// TestAnotherPrimaryKey: lite does not describe its tables, so only the first row shows it.
func TestAnotherPrimaryKey(t *testing.T) {
	db := supabase.Shared(t).Database(t)
	db.Exec(t, "alter table seat_status drop constraint seat_status_pkey, add primary key (seat_id)")
	keys := supabase.NewKeys()
	lite := supabase.StartLite(t, db, keys)
	b := newBox(t, lite.URL, keys.Secret)
	now := store.At(time.Now())
	b.commit(t, store.Change{Seats: []store.SeatRow{{StoreID: "s", SeatID: "A", Stream: "c", Status: "empty", Since: now, UpdatedAt: now}}})
	b.run(t)
	until(t, "it waits", func() bool { return b.relay.Status().Failing != nil })
	require.Equal(t, sink.Waiting, b.relay.Status().Failing.Kind)
	require.Contains(t, b.relay.Status().Failing.Advice, "alter table seat_status drop constraint seat_status_pkey, add primary key (store_id,seat_id)")
}

// BenchmarkDrain drains the backlog of a day, 200 000 events, into PostgreSQL.
func BenchmarkDrain(b *testing.B) {
	const backlog = 200_000
	for range b.N {
		b.StopTimer()
		stack := supabase.Start(b, supabase.NewKeys())
		conn := stack.Connect(b)
		from := newBox(b, stack.Lite.URL, stack.Keys.Secret)
		for range backlog / 1000 {
			from.commit(b, store.Change{Events: sinktest.Events(1000)})
		}
		quarter, most := uint64(0), uint64(0)
		heap := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		b.StartTimer()
		began := time.Now()
		from.run(b)
		sent := func() int { return from.relay.Status().Sent[store.DetectionEvents] }
		for next := backlog / 4; sent() < backlog; time.Sleep(time.Millisecond) {
			if sent() >= next {
				if h := heap(); quarter == 0 {
					quarter = h
				} else {
					most = max(most, h)
				}
				next += backlog / 4
			}
		}
		took := time.Since(began)
		b.StopTimer()
		if n := count(b, conn, "detection_events"); n != backlog {
			b.Fatal(fmt.Sprint(n, " events arrived"))
		}
		b.ReportMetric(backlog/took.Seconds(), "events/s")
		b.ReportMetric(float64(quarter)/1e6, "MB-heap-at-a-quarter")
		b.ReportMetric(float64(most)/1e6, "MB-heap-later")
	}
}

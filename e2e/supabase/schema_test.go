package supabase

import (
	"context"
	"fmt"
	"strings"
	"testing"

	schema "github.com/AlexxIT/go2rtc/seats/analytics/supabase"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

// rows are one of each table for two stores.
const rows = `
insert into seat_status (store_id, seat_id, stream, status, person_detected, items_detected, detection_confidence, since, updated_at)
select s, 'A', 'cam', 'occupied', true, false, 0.86, now(), now() from unnest(array['mine', 'other']) s;
insert into camera_status (store_id, stream, online, last_frame_at, error, updated_at) select s, 'cam', true, now(), null, now() from unnest(array['mine', 'other']) s;
insert into detection_events select gen_random_uuid(), s, 'A', 'cam', 'person_enter', 'occupied', 'empty', 0.86, now(), now()
from unnest(array['mine', 'other']) s;`

var tables = []string{"seat_status", "detection_events", "camera_status"}

// migrate runs the whole schema and gives its warnings.
func migrate(t testing.TB, db *Database) (warnings []string) {
	t.Helper()
	conn := db.ConnectNotices(t, func(n *pgconn.Notice) {
		if n.Severity == "WARNING" {
			warnings = append(warnings, n.Message)
		}
	})
	_, err := conn.PgConn().Exec(context.Background(), schema.SQL()).ReadAll()
	require.NoError(t, err)
	return warnings
}

// as runs a statement as a role with claims, and takes it back.
func as(t testing.TB, conn *pgx.Conn, role, claims, sql string) (int64, error) {
	t.Helper()
	ctx := context.Background()
	tx, err := conn.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(ctx) }()
	_, err = tx.Exec(ctx, "select set_config('request.jwt.claims', $1, true)", claims)
	require.NoError(t, err)
	_, err = tx.Exec(ctx, "set local role "+role)
	require.NoError(t, err)
	tag, err := tx.Exec(ctx, sql)
	return tag.RowsAffected(), err
}

const denied = "42501" // insufficient_privilege

// TestAccess: each role, verb and table, in a database that lite never touched.
func TestAccess(t *testing.T) {
	db := Shared(t).Empty(t)
	require.Empty(t, migrate(t, db))
	require.Empty(t, migrate(t, db))
	db.Exec(t, rows)
	conn := db.Connect(t)
	verbs := map[string]string{
		"select": "select from %s", "insert": "insert into %[1]s select (jsonb_populate_record(t, '{\"store_id\": \"new\"}')).* from %[1]s t where false",
		"update": "update %s set stream = 'x'", "delete": "delete from %s", "truncate": "truncate %s",
	}
	const mine = `{"role": "authenticated", "app_metadata": {"store_ids": ["mine"]}}`
	cases := []struct {
		name, role, claims string
		reads              int64 // rows of each table; -1: refused
		writes             bool
	}{
		{"service_role", "service_role", "", 2, true},
		{"of one store", "authenticated", mine, 1, false},
		{"of two stores", "authenticated", `{"app_metadata": {"store_ids": ["mine", "other"]}}`, 2, false},
		{"of another store", "authenticated", `{"app_metadata": {"store_ids": ["third"]}}`, 0, false},
		{"of no store", "authenticated", `{"app_metadata": {}}`, 0, false},
		{"by own word", "authenticated", `{"user_metadata": {"store_ids": ["mine"]}, "store_ids": ["mine"]}`, 0, false},
		{"no claims", "authenticated", "", 0, false},
		{"anon", "anon", `{"role": "anon", "app_metadata": {"store_ids": ["mine"]}}`, -1, false},
	}
	for _, ca := range cases {
		for verb, sql := range verbs {
			for _, table := range tables {
				t.Run(ca.name+" "+verb+" "+table, func(t *testing.T) {
					n, err := as(t, conn, ca.role, ca.claims, fmt.Sprintf(sql, table))
					var pg *pgconn.PgError
					switch {
					case verb == "select" && ca.reads >= 0:
						require.NoError(t, err)
						require.Equal(t, ca.reads, n)
					case ca.writes && verb != "truncate":
						require.NoError(t, err)
						if verb != "insert" {
							require.EqualValues(t, 2, n)
						}
					default:
						require.ErrorAs(t, err, &pg)
						require.Equal(t, denied, pg.Code)
					}
				})
			}
		}
	}
	for _, role := range []string{"anon", "authenticated"} {
		_, err := as(t, conn, role, mine, "select forget_detection_events('400 days')")
		require.ErrorContains(t, err, "permission denied")
	}

	// the operator opts in for one store's seats, and running the schema again leaves it so
	db.Exec(t, strings.ReplaceAll(schema.Optional("anon_reads"), "oryudong", "mine"))
	require.Empty(t, migrate(t, db))
	n, err := as(t, conn, "anon", "", "select from seat_status")
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
	_, err = as(t, conn, "anon", "", "select from detection_events")
	require.ErrorContains(t, err, "permission denied")
}

// TestRealtime: the tables are published, and old rows travel where pages need them.
func TestRealtime(t *testing.T) {
	db := Shared(t).Database(t)
	conn := db.Connect(t)
	got := map[string]string{}
	for _, table := range tables {
		var identity string
		require.NoError(t, conn.QueryRow(context.Background(), `select relreplident::text from pg_class
			join pg_publication_rel on prrelid = pg_class.oid join pg_publication p on p.oid = prpubid
			where p.pubname = 'supabase_realtime' and relname = $1`, table).Scan(&identity), table)
		got[table] = identity
	}
	require.Equal(t, map[string]string{"seat_status": "f", "detection_events": "d", "camera_status": "f"}, got)
}

// worker are the tables as a Python worker might have left them: fewer columns, other keys and types, other words.
const worker = `
create table seat_status (seat_id text primary key, status text, person_detected boolean, updated_at timestamp default now());
insert into seat_status values ('A', 'occupied', true), ('B', 'taken', true);
create table detection_events (id bigserial primary key, seat_id text not null, event_type text, confidence real not null, created_at timestamptz default now());
insert into detection_events (seat_id, event_type, confidence) values ('A', 'person_enter', 0.5);`

func TestWorkersTables(t *testing.T) {
	db := Shared(t).Empty(t)
	db.Exec(t, worker)
	first := strings.Join(migrate(t, db), "\n")
	for _, want := range []string{
		"detection_events.id is bigint, not uuid",
		"alter table public.seat_status drop constraint seat_status_pkey, add primary key (store_id, seat_id);",
		"update public.seat_status set store_id =",
		"seat_status.updated_at is timestamp without time zone, not timestamp with time zone",
		"detection_events.confidence is not null and not ours",
		"old rows of seat_status break: status in ('empty', 'occupied', 'abandoned')",
	} {
		require.Contains(t, first, want)
	}
	require.Equal(t, first, strings.Join(migrate(t, db), "\n"), "the second run says the same and changes nothing")
	conn := db.Connect(t)
	var kept int
	require.NoError(t, conn.QueryRow(context.Background(),
		"select (select count(*) from seat_status) + (select count(*) from detection_events)").Scan(&kept))
	require.Equal(t, 3, kept)

	// the statements of the warnings mend it
	db.Exec(t, `alter table detection_events rename to detection_events_old;
		update seat_status set status = 'occupied' where status = 'taken';
		update seat_status set store_id = 'mine', stream = 'cam', items_detected = false, detection_confidence = 0, since = updated_at;
		alter table public.seat_status alter column updated_at type timestamp with time zone using updated_at::timestamp with time zone;
		alter table public.seat_status drop constraint seat_status_pkey, add primary key (store_id, seat_id);`)
	require.Empty(t, migrate(t, db))
	db.Exec(t, "delete from seat_status;"+rows+"delete from detection_events;")
	var indexes int
	require.NoError(t, conn.QueryRow(context.Background(), "select count(*) from pg_indexes where tablename = 'detection_events'").Scan(&indexes))
	require.Equal(t, 6, indexes, "the new table has its own")
}

// TestWithoutRights: one sentence, and nothing half-done.
func TestWithoutRights(t *testing.T) {
	cluster := NewCluster(t)
	db := cluster.Empty(t)
	db.Exec(t, "create role somebody login")
	conn := db.Connect(t)
	ctx := context.Background()
	_, err := conn.Exec(ctx, "set role somebody")
	require.NoError(t, err)
	_, err = conn.PgConn().Exec(ctx, schema.SQL()).ReadAll()
	var pg *pgconn.PgError
	require.ErrorAs(t, err, &pg)
	require.Equal(t, denied, pg.Code)
	require.Contains(t, pg.Message, "seat analytics: somebody lacks the right: create in schema public, create in database")
	var left int
	require.NoError(t, db.Connect(t).QueryRow(ctx, `select (select count(*) from pg_class where relnamespace = 'public'::regnamespace)
		+ (select count(*) from pg_roles where rolname = 'anon') + (select count(*) from pg_publication)`).Scan(&left))
	require.Zero(t, left)
}

func TestRetention(t *testing.T) {
	db := Shared(t).Database(t)
	db.Exec(t, rows+"update detection_events set created_at = now() - interval '401 days' where store_id = 'other';")
	conn := db.Connect(t)
	forget := func(keep string) (n int, err error) {
		err = conn.QueryRow(context.Background(), "select forget_detection_events($1::text::interval)", keep).Scan(&n)
		return n, err
	}
	for _, want := range []int{1, 0} {
		n, err := forget("400 days")
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	_, err := forget("1 hour")
	require.ErrorContains(t, err, "events of less than a day are not old")
}

// realtimeSchema stands in for what Realtime's own server creates, which cannot run here: the names and signatures of
// its SQL, and no more.
const realtimeSchema = `
create schema realtime;
create table realtime.messages (topic text, extension text, payload jsonb, event text, private boolean);
alter table realtime.messages enable row level security;
grant usage on schema realtime to authenticated;
grant select on realtime.messages to authenticated;
create function realtime.topic() returns text language sql stable as $$ select nullif(current_setting('realtime.topic', true), '') $$;
create function realtime.broadcast_changes(topic_name text, event_name text, operation text, table_name text, table_schema text,
	new record, old record, level text default 'ROW') returns void language plpgsql as $$
begin
	insert into realtime.messages values (topic_name, 'broadcast', jsonb_build_object('record', new, 'old_record', old,
		'operation', operation, 'table', table_name, 'schema', table_schema), event_name, true);
end $$;`

func TestBroadcast(t *testing.T) {
	db := Shared(t).Database(t)
	conn := db.Connect(t)
	ctx := context.Background()
	_, err := conn.PgConn().Exec(ctx, schema.Optional("broadcast")).ReadAll()
	require.ErrorContains(t, err, "no realtime.broadcast_changes()")
	db.Exec(t, realtimeSchema)
	db.Exec(t, schema.Optional("broadcast"))
	db.Exec(t, schema.Optional("broadcast"))
	db.Exec(t, "set role service_role;"+rows)
	var topics string
	require.NoError(t, conn.QueryRow(ctx, "select string_agg(distinct topic, ' ' order by topic) || count(*) from realtime.messages").Scan(&topics))
	require.Equal(t, "seats:mine seats:other6", topics)

	for topic, want := range map[string]int64{"seats:mine": 6, "seats:other": 0, "": 0} {
		_, err = conn.Exec(ctx, "select set_config('realtime.topic', $1, false)", topic)
		require.NoError(t, err)
		n, err := as(t, conn, "authenticated", `{"app_metadata": {"store_ids": ["mine"]}}`, "select from realtime.messages")
		require.NoError(t, err)
		require.Equal(t, want, n, topic)
	}
	// Realtime's trouble refuses no row
	db.Exec(t, "drop table realtime.messages; update seat_status set status = 'empty';")
}

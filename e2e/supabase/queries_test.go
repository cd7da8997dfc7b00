package supabase

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	schema "github.com/AlexxIT/go2rtc/seats/analytics/supabase"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/require"
)

// story is what both databases hold: stays of two hours and over midnight, a seat with only belongings, another store.
var story = func() (list []string) {
	event := func(n int, store, seat, kind, status, before, at string) {
		list = append(list, fmt.Sprintf(`insert into detection_events values ('0193a000-0000-7000-8000-%012d', '%s', %s, 'cam', '%s', %s, %s, 0.5, '%s', '%[7]s')`,
			n, store, seat, kind, status, before, at))
	}
	event(1, "oryudong", "'A'", "person_enter", "'occupied'", "'empty'", "2026-11-23T10:00:00.000Z")
	event(2, "oryudong", "null", "camera_offline", "null", "null", "2026-11-23T10:30:00.000Z")
	event(3, "oryudong", "'B'", "person_enter", "'occupied'", "'empty'", "2026-11-23T11:15:00.000Z")
	event(4, "oryudong", "'A'", "person_leave", "'empty'", "'occupied'", "2026-11-23T12:00:00.000Z")
	event(5, "oryudong", "'B'", "abandoned_detected", "'abandoned'", "'occupied'", "2026-11-23T11:45:00.000Z")
	event(6, "oryudong", "'A'", "person_enter", "'occupied'", "'empty'", "2026-11-23T22:30:00.000Z")
	event(7, "oryudong", "'A'", "person_leave", "'empty'", "'occupied'", "2026-11-25T01:00:00.000Z")
	event(8, "elsewhere", "'A'", "person_enter", "'occupied'", "'empty'", "2026-11-23T10:00:00.000Z")
	for n := 10; n < 30; n++ {
		event(n, "oryudong", "null", "camera_online", "null", "null", "2026-11-25T02:00:00.000Z")
	}
	for _, seat := range []string{"B", "A"} {
		list = append(list, fmt.Sprintf(`insert into seat_status values ('oryudong', '%s', 'cam', 'empty', %s, %s, 0.5, '2026-11-25T01:00:00.000Z', '2026-11-25T01:00:00.000Z')`, seat, "FALSE", "TRUE"))
	}
	return list
}()

// answer is a table as text; both databases' own types for times and truth are made one.
func answer(t testing.TB, rows [][]any) (text string) {
	t.Helper()
	for _, row := range rows {
		for _, v := range row {
			switch v := v.(type) {
			case time.Time:
				v = v.UTC()
				if v.Equal(v.Truncate(24 * time.Hour)) {
					text += v.Format(time.DateOnly) + "|"
				} else {
					text += v.Format("2006-01-02T15:04:05.000Z") + "|"
				}
			case bool:
				text += map[bool]string{false: "0|", true: "1|"}[v]
			default:
				text += fmt.Sprint(v) + "|"
			}
		}
		text += "\n"
	}
	return text
}

func TestQueries(t *testing.T) {
	ctx := context.Background()
	lite, err := sql.Open("sqlite3", filepath.Join(t.TempDir(), "seats.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, lite.Close()) }()
	migrations, err := filepath.Glob(filepath.Join(Dir(), "..", "..", "analytics", "store", "migrations", "*.sql"))
	require.NoError(t, err)
	require.NotEmpty(t, migrations)
	for _, file := range migrations {
		b, readErr := os.ReadFile(file)
		require.NoError(t, readErr)
		_, err = lite.ExecContext(ctx, string(b))
		require.NoError(t, err)
	}
	conn := Shared(t).Database(t).Connect(t)
	for _, s := range story {
		_, err = conn.Exec(ctx, s)
		require.NoError(t, err)
		_, err = lite.ExecContext(ctx, s)
		require.NoError(t, err)
	}

	cases := []struct {
		postgres, sqlite string
		rows             int
		has              string
	}{
		{"last_events", "last_events", 20, ""},
		{"seats_now", "seats_now", 2, "A|empty|0|1|"},
		{"occupied_hours.postgresql", "occupied_hours.sqlite", 4, "A|2026-11-23|3.5|\nA|2026-11-24|24|\nA|2026-11-25|1|\nB|2026-11-23|0.5|\n"},
	}
	for _, ca := range cases {
		t.Run(ca.postgres, func(t *testing.T) {
			var there, here [][]any
			rows, err := conn.Query(ctx, strings.ReplaceAll(schema.Query(ca.postgres), "as hours", "::float8 as hours"))
			require.NoError(t, err)
			for rows.Next() {
				row, valuesErr := rows.Values()
				require.NoError(t, valuesErr)
				there = append(there, row)
			}
			require.NoError(t, rows.Err())

			own, err := lite.QueryContext(ctx, schema.Query(ca.sqlite))
			require.NoError(t, err)
			defer func() { _ = own.Close() }()
			columns, err := own.Columns()
			require.NoError(t, err)
			for own.Next() {
				row, into := make([]any, len(columns)), make([]any, len(columns))
				for i := range row {
					into[i] = &row[i]
				}
				require.NoError(t, own.Scan(into...))
				here = append(here, row)
			}
			require.NoError(t, own.Err())
			require.Len(t, here, ca.rows)
			require.Equal(t, answer(t, here), answer(t, there))
			require.Contains(t, answer(t, here), ca.has)
		})
	}
}

// TestREADME: what people copy is what was tested.
func TestREADME(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(Dir(), "..", "..", "README.md"))
	require.NoError(t, err)
	for _, name := range []string{"last_events", "seats_now", "occupied_hours.postgresql"} {
		require.Contains(t, string(b), "```sql\n"+schema.Query(name)+"```\n")
	}
}

package store

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// written makes a file by statements, through the plain driver.
func written(t *testing.T, path string, statements ...string) {
	t.Helper()
	raw, err := sql.Open("sqlite3", path)
	require.NoError(t, err)
	for _, s := range statements {
		_, err = raw.Exec(s)
		require.NoError(t, err)
	}
	require.NoError(t, raw.Close())
}

// texts are what a query of one column finds.
func texts(t *testing.T, db *DB, query string, args ...any) (all []string) {
	t.Helper()
	require.NoError(t, db.each(t.Context(), query, args, func(r *sql.Rows) error {
		all = append(all, "")
		return r.Scan(&all[len(all)-1])
	}))
	return all
}

func version(t *testing.T, db *DB) (v int) {
	t.Helper()
	require.NoError(t, db.writer.QueryRow("pragma user_version").Scan(&v))
	return v
}

func TestMigrationsAreNumberedWithoutGaps(t *testing.T) {
	for i, file := range migrationFiles() {
		require.Equal(t, fmt.Sprintf("migrations/%04d.sql", i+1), file)
	}
}

// A file of every older version, with rows of its own time in it, ends as a new file begins.
func TestMigrateFromEachVersion(t *testing.T) {
	schema := func(db *DB) []string {
		return texts(t, db, "select type || ' ' || name || ' ' || coalesce(sql, '') from sqlite_schema order by 1")
	}
	fresh := open(t)
	want := schema(fresh)
	require.Equal(t, len(migrationFiles()), version(t, fresh))

	for old := range len(migrationFiles()) {
		t.Run(fmt.Sprint("from ", old), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "seats.db")
			var steps []string
			for _, file := range migrationFiles()[:old] {
				b, err := migrations.ReadFile(file)
				require.NoError(t, err)
				steps = append(steps, string(b))
			}
			if old > 0 {
				steps = append(steps, fmt.Sprintf("pragma application_id = %d; pragma user_version = %d", applicationID, old),
					`insert into seat_status values ('s', 'A', 'cam1', 'occupied', 1, 0, .5, '2026-11-24T12:00:00.000Z', '2026-11-24T12:00:00.000Z')`,
					`insert into seat_memory values ('s', 'A', '{}')`,
					`insert into detection_events values ('`+idAt(noon.UnixMilli(), 1)+`', 's', 'A', 'cam1', 'person_enter', 'occupied', 'empty', .5,
						'2026-11-24T12:00:00.000Z', '2026-11-24T12:00:00.000Z')`)
			}
			written(t, path, steps...)
			for range 2 { // the second time nothing is left to do
				db := openAt(t, path)
				require.Equal(t, len(migrationFiles()), version(t, db))
				require.Equal(t, want, schema(db))
				seats := got(t, db.Seats)
				require.Len(t, seats, min(old, 1))
				events := eventsOf(t, db)
				require.Len(t, events, min(old, 1))
				o := outbox(t, db, 10, supabase)
				require.Equal(t, min(old, 1), pending(t, o, DetectionEvents, 10).Len(), "what an old file has is sent")
				require.Equal(t, min(old, 1), pending(t, o, SeatStatus, 10).Len())
				require.NoError(t, db.Close())
			}
		})
	}
}

func TestNewerIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seats.db")
	written(t, path, fmt.Sprintf("pragma application_id = %d", applicationID), "pragma user_version = 99")
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = Open(path)
	require.ErrorIs(t, err, ErrNewer)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, fmt.Sprintf("version 99, this program knows %d", len(migrationFiles())))
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
}

package store

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestDescriptionsAreTheFile: after all migrations each table of the file is what its description says, column by
// column, and each column is the field of the row that has its name in JSON, in the same order.
func TestDescriptionsAreTheFile(t *testing.T) {
	db := open(t)
	t.Run("seat_status", func(t *testing.T) { described(t, db, seatStatus) })
	t.Run("camera_status", func(t *testing.T) { described(t, db, cameraStatus) })
	t.Run("detection_events", func(t *testing.T) { described(t, db, detectionEvents) })
	t.Run("seat_memory", func(t *testing.T) { described(t, db, seatMemory) })
	for _, s := range Schemas {
		require.Same(t, s, Table(s.Name).Schema())
	}
	require.Nil(t, Table("runs").Schema())
}

func described[R any](t *testing.T, db *DB, table *table[R]) {
	t.Helper()
	types := map[Type]string{Text: "TEXT", Bool: "INTEGER", Float8: "REAL", Timestamptz: "TEXT", UUID: "TEXT"}
	var want []string
	for i, c := range table.Columns {
		place := 0
		if i < table.Key {
			place = i + 1
		}
		want = append(want, fmt.Sprint(c.Name, " ", types[c.Type], " null ", c.Nullable, " key ", place))
	}
	require.Equal(t, want, texts(t, db, `select format('%s %s null %s key %d', name, type, iif("notnull", 'false', 'true'), pk)
		from pragma_table_info(?)`, table.Name))

	var row R
	fields := reflect.ValueOf(&row).Elem()
	require.Equal(t, fields.NumField(), len(table.columns))
	for i, c := range table.columns {
		name, tagged := fields.Type().Field(i).Tag.Lookup("json")
		require.True(t, !tagged || name == c.name, c.name)
		require.Equal(t, tagged, Table(table.Name).Schema() != nil, "what the outside sees has its names in JSON")
		require.Same(t, fields.Field(i).Addr().Interface(), c.field(&row), c.name)
		require.Equal(t, fields.Field(i).Kind() == reflect.Pointer, table.Columns[i].Nullable, c.name)
	}
}

// TestCommitCompletesCameras: what a commit reports of a camera is what the database holds.
func TestCommitCompletesCameras(t *testing.T) {
	db := open(t)
	first, second := At(noon), At(noon.Add(5*time.Second))
	for _, ca := range []struct {
		name       string
		gone       bool
		last, want *Time
	}{
		{"no frame was ever seen", false, nil, nil},
		{"the first frame", false, &first, &first},
		{"away", false, nil, &first},
		{"a newer frame", false, &second, &second},
		{"away again", false, nil, &second},
		{"taken out and new", true, nil, nil},
	} {
		c := Change{Cameras: []CameraRow{{StoreID: "s", Stream: "cam1", LastFrameAt: ca.last, UpdatedAt: first}}}
		if ca.last == nil {
			c.Cameras[0].Error = new("gone") // null again with the next frame: only a kept column keeps its value
		}
		if ca.gone {
			c.Gone = []Gone{{Table: CameraStatus, StoreID: "s", Key: "cam1", At: first}}
		}
		require.NoError(t, db.Commit(t.Context(), &c), ca.name)
		require.Equal(t, ca.want, c.Cameras[0].LastFrameAt, ca.name)
		stored := got(t, db.Cameras)
		require.Equal(t, c.Cameras, stored, ca.name)
	}
}

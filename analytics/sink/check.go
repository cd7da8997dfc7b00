package sink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// maxDescription is for projects with hundreds of tables.
const maxDescription = 8 << 20

// tables are what Supabase must have.
var tables = []struct {
	name store.Table
	row  any
}{
	{store.SeatStatus, store.SeatRow{}}, {store.CameraStatus, store.CameraRow{}}, {store.DetectionEvents, store.EventRow{}},
}

// columnsOf are the names of a row's columns, as they are sent.
func columnsOf(row any) (names []string) {
	for field := range reflect.TypeOf(row).Fields() {
		names = append(names, field.Tag.Get("json"))
	}
	return names
}

// description is PostgREST's account of the tables (OpenAPI 2), as far as it matters here.
type description struct {
	Definitions map[string]struct {
		Properties map[string]struct {
			Description string `json:"description"`
			Format      string `json:"format"`
		} `json:"properties"`
	} `json:"definitions"`
}

// Check implements Checker: it compares the tables, columns, types and primary keys that are there with those that rows
// have. Where the project does not describe itself, it asks for the columns of each table; a primary key that differs
// is then told by the first row.
func (s *Supabase) Check(ctx context.Context) ([]string, error) {
	var all json.RawMessage
	asked, cancel := context.WithTimeout(withOptions(ctx, options{root: true, maxAnswer: maxDescription}), s.Timeout)
	err := s.explain(s.client.DB.From("").Select("*").ExecuteWithContext(asked, &all), "")
	cancel()
	var d description
	var e *Error
	switch {
	case err == nil && json.Unmarshal(all, &d) == nil && len(d.Definitions) > 0:
		return compare(&d), nil
	case errors.As(err, &e) && e.Kind == Transient:
		return nil, err
	}
	return s.checkColumns(ctx)
}

func compare(d *description) (findings []string) {
	for _, t := range tables {
		there, ok := d.Definitions[string(t.name)]
		if !ok {
			findings = append(findings, fmt.Sprintf("table %s is missing: %s", t.name, schemaAdvice))
			continue
		}
		var key []string
		for _, column := range columnsOf(t.row) {
			p, ok := there.Properties[column]
			if !ok {
				findings = append(findings, fmt.Sprintf("column %s.%s is missing: %s", t.name, column, schemaAdvice))
				continue
			}
			if wanted := typeOf(column); !slices.Contains(wanted, p.Format) {
				findings = append(findings, fmt.Sprintf("column %s.%s is %s: alter table %[1]s alter column %[2]s type %[4]s using %[2]s::%[4]s",
					t.name, column, p.Format, wanted[0]))
			}
		}
		for column, p := range there.Properties {
			if strings.Contains(p.Description, "<pk") {
				key = append(key, column)
			}
		}
		slices.Sort(key)
		wanted := strings.Split(primaryKeys[t.name], ",")
		if sorted := slices.Sorted(slices.Values(wanted)); !slices.Equal(key, sorted) {
			findings = append(findings, fmt.Sprintf("the primary key of %s is (%s), not (%s): alter table %[1]s drop constraint if exists %[1]s_pkey, add primary key (%[3]s)",
				t.name, strings.Join(key, ", "), strings.Join(wanted, ", ")))
		}
	}
	return findings
}

// typeOf are the types that a column may have, the one of our schema first.
func typeOf(column string) []string {
	switch column {
	case "id":
		return []string{"uuid", "text"}
	case "person_detected", "items_detected", "online":
		return []string{"boolean"}
	case "detection_confidence":
		return []string{"double precision", "numeric", "real"}
	case "since", "updated_at", "captured_at", "created_at", "last_frame_at":
		return []string{"timestamp with time zone"}
	}
	return []string{"text", "character varying"}
}

// checkColumns asks for each table, and for each column where that fails.
func (s *Supabase) checkColumns(ctx context.Context) (findings []string, err error) {
	for _, t := range tables {
		columns := columnsOf(t.row)
		err := s.selectNone(ctx, t.name, columns...)
		var e *Error
		switch {
		case err == nil:
			continue
		case !errors.As(err, &e) || e.Kind == Transient:
			return nil, err
		case e.Table == "": // the key, a redirect, a login page: the same for every table
			return []string{e.Error() + ": " + e.Advice}, nil
		case !strings.HasPrefix(e.Reason, "42703") && !strings.HasPrefix(e.Reason, "PGRST204"):
			findings = append(findings, fmt.Sprintf("table %s: %s: %s", t.name, e.Reason, e.Advice))
			continue
		}
		for _, column := range columns {
			if err = s.selectNone(ctx, t.name, column); err == nil {
				continue
			}
			if !errors.As(err, &e) || e.Kind == Transient {
				return nil, err
			}
			findings = append(findings, fmt.Sprintf("column %s.%s is missing: %s", t.name, column, schemaAdvice))
		}
	}
	return findings, nil
}

package sink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// maxDescription is for projects with hundreds of tables.
const maxDescription = 8 << 20

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
// is then found by the first row.
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
	for _, t := range store.Schemas {
		there, ok := d.Definitions[t.Name]
		if !ok {
			findings = append(findings, fmt.Sprintf("table %s is missing: %s", t.Name, schemaAdvice))
			continue
		}
		var key []string
		for _, column := range t.Columns {
			p, ok := there.Properties[column.Name]
			if !ok {
				findings = append(findings, fmt.Sprintf("column %s.%s is missing: %s", t.Name, column.Name, schemaAdvice))
				continue
			}
			if formats := column.Type.Formats(); !slices.Contains(formats, p.Format) {
				findings = append(findings, fmt.Sprintf("column %s.%s is %s: alter table %[1]s alter column %[2]s type %[4]s using %[2]s::%[4]s",
					t.Name, column.Name, p.Format, formats[0]))
			}
		}
		for column, p := range there.Properties {
			if strings.Contains(p.Description, "<pk") {
				key = append(key, column)
			}
		}
		slices.Sort(key)
		ours := t.PrimaryKey()
		if sorted := slices.Sorted(slices.Values(ours)); !slices.Equal(key, sorted) {
			findings = append(findings, fmt.Sprintf("the primary key of %s is (%s), not (%s): alter table %[1]s drop constraint if exists %[1]s_pkey, add primary key (%[3]s)",
				t.Name, strings.Join(key, ", "), strings.Join(ours, ", ")))
		}
	}
	return findings
}

// checkColumns asks for each table, and for each column where that fails.
func (s *Supabase) checkColumns(ctx context.Context) (findings []string, err error) {
	for _, t := range store.Schemas {
		table := store.Table(t.Name)
		err := s.selectNone(ctx, table, t.Names()...)
		var e *Error
		switch {
		case err == nil:
			continue
		case !errors.As(err, &e) || e.Kind == Transient:
			return nil, err
		case e.Table == "": // the key, a redirect, a login page: the same for every table
			return []string{e.Error() + ": " + e.Advice}, nil
		case !strings.HasPrefix(e.Reason, "42703") && !strings.HasPrefix(e.Reason, "PGRST204"):
			findings = append(findings, fmt.Sprintf("table %s: %s: %s", t.Name, e.Reason, e.Advice))
			continue
		}
		for _, column := range t.Names() {
			if err = s.selectNone(ctx, table, column); err == nil {
				continue
			}
			if !errors.As(err, &e) || e.Kind == Transient {
				return nil, err
			}
			findings = append(findings, fmt.Sprintf("column %s.%s is missing: %s", t.Name, column, schemaAdvice))
		}
	}
	return findings, nil
}

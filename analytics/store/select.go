package store

import (
	"context"
	"database/sql"
	"strings"
)

// Op compares a column with values.
type Op string

// The comparisons. With null each is unknown, as SQL has it, but for IsNull and IsTrue.
const (
	Eq     Op = "="
	Ne     Op = "<>"
	Gt     Op = ">"
	Ge     Op = ">="
	Lt     Op = "<"
	Le     Op = "<="
	In     Op = "in"      // any number of values; none is false
	IsNull Op = "is null" // no value
	IsTrue Op = "is"      // one value, true or false: null is neither
)

// Condition is one test of a column. Values are as the file has them: see Type.
type Condition struct {
	Column int // its place in the table
	Not    bool
	Op     Op
	Values []any // string, bool or float64; one, but for In, IsNull
}

// Order is one column to sort by. Texts are in the order of their bytes.
type Order struct {
	Column     int
	Desc       bool
	NullsFirst bool
}

// Selection says which rows of a table to read. Names come from the Schema, values are bound: nothing of a user's text
// becomes SQL.
type Selection struct {
	Table   *Schema
	Columns []int // which, in this order
	Where   []Condition
	Order   []Order // and then by primary key, so that pages neither lose nor repeat a row
	Limit   int
	Offset  int
}

// Select calls each with these columns of each row, nil for null. The slice is only lent.
func (db *DB) Select(ctx context.Context, s *Selection, each func(values []any) error) error {
	names, order := s.Table.Names(), ""
	columns := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		columns[i] = names[c]
	}
	for _, o := range s.Order {
		order += names[o.Column]
		if o.Desc {
			order += " desc"
		}
		switch { // said of columns without nulls, it would keep SQLite from using an index
		case !s.Table.Columns[o.Column].Nullable:
		case o.NullsFirst:
			order += " nulls first"
		default:
			order += " nulls last"
		}
		order += ", "
	}
	from, args := s.from()
	query := "select " + strings.Join(columns, ", ") + from + " order by " + order + strings.Join(names[:s.Table.Key], ", ") + " limit ? offset ?"

	values, to := make([]any, len(s.Columns)), make([]any, len(s.Columns))
	for i := range values {
		to[i] = &values[i]
	}
	return db.each(ctx, query, append(args, s.Limit, s.Offset), func(r *sql.Rows) error {
		if err := r.Scan(to...); err != nil {
			return err
		}
		for i, c := range s.Columns {
			if n, ok := values[i].(int64); ok && s.Table.Columns[c].Type == Bool {
				values[i] = n != 0
			}
		}
		return each(values)
	})
}

// Count is how many rows meet the conditions; limit and offset do not matter.
func (db *DB) Count(ctx context.Context, s *Selection) (n int, err error) {
	from, args := s.from()
	err = db.each(ctx, "select count(*)"+from, args, func(r *sql.Rows) error { return r.Scan(&n) })
	return n, err
}

// from is the table and the conditions, and the values that they are about.
func (s *Selection) from() (text string, args []any) {
	var conditions []string
	for i := range s.Where {
		c := &s.Where[i]
		condition := "(" + s.Table.Columns[c.Column].Name + " " + string(c.Op)
		switch {
		case c.Op == In:
			condition += " (" + strings.TrimPrefix(strings.Repeat(", ?", len(c.Values)), ", ") + ")"
		case c.Op != IsNull:
			condition += " ?"
		}
		if c.Not {
			condition = "not " + condition
		}
		conditions, args = append(conditions, condition+")"), append(args, c.Values...)
	}
	if text = " from " + s.Table.Name; len(conditions) > 0 {
		text += " where " + strings.Join(conditions, " and ")
	}
	return text, args
}

package store

import (
	"context"
	"database/sql"
	"strconv"
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
	var q strings.Builder
	q.WriteString("select ")
	for i, c := range s.Columns {
		if i > 0 {
			q.WriteString(", ")
		}
		q.WriteString(s.Table.Columns[c].Name)
	}
	args := s.from(&q)
	q.WriteString(" order by ")
	for _, o := range s.Order {
		c := &s.Table.Columns[o.Column]
		q.WriteString(c.Name)
		if o.Desc {
			q.WriteString(" desc")
		}
		if c.Nullable { // said of other columns, it would keep SQLite from using an index
			if o.NullsFirst {
				q.WriteString(" nulls first")
			} else {
				q.WriteString(" nulls last")
			}
		}
		q.WriteString(", ")
	}
	for i := range s.Table.Key {
		if i > 0 {
			q.WriteString(", ")
		}
		q.WriteString(s.Table.Columns[i].Name)
	}
	q.WriteString(" limit ? offset ?")
	args = append(args, s.Limit, s.Offset)

	values, to := make([]any, len(s.Columns)), make([]any, len(s.Columns))
	for i := range values {
		to[i] = &values[i]
	}
	return db.each(ctx, q.String(), args, func(r *sql.Rows) error {
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
	var q strings.Builder
	q.WriteString("select count(*)")
	args := s.from(&q)
	err = db.each(ctx, q.String(), args, func(r *sql.Rows) error { return r.Scan(&n) })
	return n, err
}

// from writes the table and the conditions, and gives the values that they are about.
func (s *Selection) from(q *strings.Builder) (args []any) {
	q.WriteString(" from ")
	q.WriteString(s.Table.Name)
	for i := range s.Where {
		c := &s.Where[i]
		if i == 0 {
			q.WriteString(" where ")
		} else {
			q.WriteString(" and ")
		}
		if c.Not {
			q.WriteString("not ")
		}
		q.WriteString("(")
		q.WriteString(s.Table.Columns[c.Column].Name)
		q.WriteString(" ")
		q.WriteString(string(c.Op))
		switch {
		case c.Op == In:
			q.WriteString(" (")
			for j := range c.Values {
				if j > 0 {
					q.WriteString(", ")
				}
				q.WriteString("?" + strconv.Itoa(len(args)+j+1))
			}
			q.WriteString(")")
		case c.Op != IsNull:
			q.WriteString(" ?" + strconv.Itoa(len(args)+1))
		}
		q.WriteString(")")
		args = append(args, c.Values...)
	}
	return args
}

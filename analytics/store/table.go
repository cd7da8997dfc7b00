package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// table is the one description of a table whose rows are R. Everything that names its columns is made from it, once.
type table[R any] struct {
	Schema
	columns []column[R]
	kept    []column[R] // those of the rule kept
	time    int         // the place of updated_at, which the outbox has of rows that are not final; or -1

	list    string // of all columns, of the table as s
	upsert  string // takes the values of a row; gives the kept columns as they are then
	remove  string // takes a primary key of two columns
	enqueue string // takes the primary key and, where a row is not final, the time; "" where the outside sees no row
	pending string // takes a sink and a limit; gives marks and rows
}

// column is one column, and where a row has it.
type column[R any] struct {
	name  string
	typ   Type
	rule  rule
	field func(*R) any // a pointer to the row's field
}

// rule says what a column may hold.
type rule int

const (
	key     rule = iota // not null, and a part of the primary key; these come first
	notNull             // a value in every row
	null                // null, too
	kept                // null until there is a value: a row that is committed with null keeps what is on disk
)

func describe[R any](s Schema, columns []column[R]) *table[R] {
	t := &table[R]{Schema: s, columns: columns}
	var set, returning []string
	for _, c := range columns {
		t.Columns = append(t.Columns, Column{c.name, c.typ, c.rule == null || c.rule == kept})
		value := "excluded." + c.name
		switch c.rule {
		case key:
			t.Key++
			continue
		case kept:
			t.kept, returning = append(t.kept, c), append(returning, c.name)
			value = "coalesce(" + value + ", " + c.name + ")"
		}
		set = append(set, c.name+" = "+value)
	}
	names := t.Names()
	t.time = t.Column("updated_at")
	t.list = "s." + strings.Join(names, ", s.")
	t.upsert = "insert into " + s.Name + " (" + strings.Join(names, ", ") + ") values (?" + strings.Repeat(", ?", len(names)-1) +
		") on conflict (" + strings.Join(names[:t.Key], ", ") + ") do "
	if s.final {
		t.upsert += "nothing"
		t.enqueue = "insert into outbox_events (sink, event_id) select id, ? from outbox_sinks"
		t.pending = "select o.seq, " + t.list + " from outbox_events o join " + s.Name + " s on s." + names[0] + ` = o.event_id
			where o.sink = ? order by o.seq limit ?`
		return t
	}
	t.upsert += "update set " + strings.Join(set, ", ")
	if len(returning) > 0 {
		t.upsert += " returning " + strings.Join(returning, ", ")
	}
	t.remove = "delete from " + s.Name + " where " + names[0] + " = ? and " + names[1] + " = ?"
	if t.time < 0 {
		return t
	}
	t.enqueue = `insert into outbox_statuses (sink, kind, store_id, key, version, since)
		select id, '` + s.kind + `', ?, ?, 1, ? from outbox_sinks where statuses = 1
		on conflict (sink, kind, store_id, key) do update set version = version + 1`
	t.pending = "select o.version, " + t.list + " from outbox_statuses o join " + s.Name + ` s
		on s.store_id = o.store_id and s.` + names[1] + " = o.key where o.sink = ? and o.kind = '" + s.kind + "' limit ?"
	return t
}

// fields are where Scan puts the columns of a row; appended to dst.
func fields[R any](dst []any, columns []column[R], r *R) []any {
	for i := range columns {
		dst = append(dst, columns[i].field(r))
	}
	return dst
}

// values are a row's, as the file has them; appended to dst.
func (t *table[R]) values(dst []any, r *R) []any {
	for i := range t.columns {
		dst = append(dst, value(t.columns[i].field(r)))
	}
	return dst
}

// value is what the field of a row holds. A switch, since reflection would cost every row of every commit.
func value(field any) any {
	switch p := field.(type) {
	case *string:
		return *p
	case *bool:
		return *p
	case *float64:
		return *p
	case *Time:
		return p.String()
	case *[]byte:
		return string(*p)
	case **string:
		if *p != nil {
			return **p
		}
	case **Time:
		if *p != nil {
			return (*p).String()
		}
	default:
		panic(fmt.Sprintf("store: a column of type %T", field))
	}
	return nil
}

// read appends what a query finds, which selects the list and, where marks is not nil, the mark of each row before it.
func (t *table[R]) read(ctx context.Context, db *DB, rows []R, marks *[]int64, query string, args ...any) ([]R, error) {
	var mark int64
	to := make([]any, 0, 1+len(t.columns))
	err := db.each(ctx, query, args, func(r *sql.Rows) error {
		var empty R
		rows, to = append(rows, empty), to[:0]
		if marks != nil {
			to = append(to, &mark)
		}
		if err := r.Scan(fields(to, t.columns, &rows[len(rows)-1])...); err != nil {
			return err
		}
		if marks != nil {
			*marks = append(*marks, mark)
		}
		return nil
	})
	return rows, err
}

// of are a store's rows in the order of their keys.
func (t *table[R]) of(ctx context.Context, db *DB, storeID string) ([]R, error) {
	return t.read(ctx, db, nil, nil, "select "+t.list+" from "+t.Name+" s where store_id = ? order by "+t.Columns[1].Name, storeID)
}

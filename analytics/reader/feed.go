package reader

import (
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// feed sends the board's changes to connections. Its lock is taken after the board's.
type feed struct {
	mu     sync.Mutex
	conns  map[*conn]struct{}
	closed bool
	done   sync.WaitGroup
}

// change is one row that changed. It is shared by all connections.
type change struct {
	kind  string // INSERT, UPDATE, DELETE
	table *store.Schema
	row   []any  // as the file has it; of a DELETE what Realtime still knows of it
	data  []byte // the `data` of postgres_changes
}

// Told queues a change. It waits for no connection.
func (f *feed) Told(u board.Update) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.conns) == 0 {
		return
	}
	for i := range u.Gone {
		if g := &u.Gone[i]; g.Table == store.CameraStatus {
			f.tell(store.CameraSchema, nil, camera(&u.Before, g.Key), u.At)
		} else {
			f.tell(store.SeatSchema, nil, seat(&u.Before, g.Key), u.At)
		}
	}
	for i := range u.Seats {
		f.tell(store.SeatSchema, u.Seats[i].Values(nil), seat(&u.Before, u.Seats[i].SeatID), u.At)
	}
	for i := range u.Events {
		f.tell(store.EventSchema, u.Events[i].Values(nil), nil, u.At)
	}
	for i := range u.Cameras {
		f.tell(store.CameraSchema, u.Cameras[i].Values(nil), camera(&u.Before, u.Cameras[i].Stream), u.At)
	}
}

// seat has the values of a seat's row before the change; nil where there was none. It is not one generic function with
// camera, since through a type parameter each row would be allocated.
func seat(before *board.Rows, id string) []any {
	if row, ok := before.Seats[id]; ok {
		return row.Values(nil)
	}
	return nil
}

func camera(before *board.Rows, stream string) []any {
	if row, ok := before.Cameras[stream]; ok {
		return row.Values(nil)
	}
	return nil
}

// tell must hold f.mu. row is nil where it was taken out, before where it is new.
func (f *feed) tell(t *store.Schema, row, before []any, at time.Time) {
	c := &change{kind: "UPDATE", table: t, row: row}
	columns := t.Key // of the row before that are sent
	if t == store.SeatSchema {
		columns = len(t.Columns) // only seat_status has the replica identity that carries the whole row
	}
	switch {
	case row == nil && before == nil:
		return // was not known
	case before == nil:
		c.kind = "INSERT"
	case row == nil:
		// with row level security Realtime sends no more than the primary key, with any replica identity; without one a
		// filter can ask for the key only
		clear(before[columns:])
		c.kind, c.row, columns = "DELETE", before, t.Key
	}
	for conn := range f.conns {
		for _, ch := range conn.channels {
			var mask uint64
			for i := range ch.bindings {
				if ch.bindings[i].wants(c) {
					mask |= 1 << i
				}
			}
			if mask == 0 {
				continue
			}
			if c.data == nil {
				c.data = encode(c, before, columns, at)
			}
			conn.push(message{channel: ch, mask: mask, change: c})
		}
	}
}

// heads are the parts of `data` that every change of a table has: up to its time, and its columns.
var heads = func() map[*store.Schema][2][]byte {
	all := map[*store.Schema][2][]byte{}
	for _, t := range store.Schemas {
		columns := []byte(`,"columns":[`)
		for i, c := range t.Columns {
			if i > 0 {
				columns = append(columns, ',')
			}
			columns = append(columns, `{"name":"`+c.Name+`","type":"`+string(c.Type)+`"}`...)
		}
		all[t] = [2][]byte{[]byte(`{"schema":"public","table":"` + t.Name + `","commit_timestamp":"`), append(columns, ']')}
	}
	return all
}()

func encode(c *change, before []any, columns int, at time.Time) []byte {
	head := heads[c.table]
	b := append(make([]byte, 0, 2048), head[0]...)
	b = append(b, store.At(at).String()...)
	b = append(b, `","type":"`...)
	b = append(b, c.kind...)
	b = append(b, '"')
	b = append(b, head[1]...)
	if c.kind != "DELETE" {
		b = append(b, `,"record":`...)
		b = appendRow(b, c.table, c.row, len(c.row))
	}
	if before != nil {
		b = append(b, `,"old_record":`...)
		b = appendRow(b, c.table, before, columns)
	}
	return append(b, `,"errors":null}`...)
}

func (f *feed) close() {
	f.mu.Lock()
	f.closed = true
	for c := range f.conns {
		c.cut()
	}
	f.mu.Unlock()
	f.done.Wait()
}

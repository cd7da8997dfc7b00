package reader

import (
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// Feed tells subscribers of changes. It knows each seat's and camera's last row, so that an UPDATE can say what was
// before. Safe for concurrent use; the zero Feed is ready.
type Feed struct {
	mu      sync.Mutex
	seats   map[[2]string]store.SeatRow   // by store and seat
	cameras map[[2]string]store.CameraRow // by store and stream
	conns   map[*conn]struct{}
	closed  bool
	done    sync.WaitGroup
}

// change is one row that changed. It is shared by all who are told.
type change struct {
	kind  string // INSERT, UPDATE, DELETE
	table *store.Schema
	row   []any  // as the file has it; of a DELETE what Realtime still knows of it
	data  []byte // the `data` of postgres_changes
}

// Load takes over rows as they stand in the database, without telling anybody.
func (f *Feed) Load(seats []store.SeatRow, cameras []store.CameraRow) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.init()
	for _, r := range seats {
		f.seats[[2]string{r.StoreID, r.SeatID}] = r
	}
	for _, r := range cameras {
		f.cameras[[2]string{r.StoreID, r.Stream}] = r
	}
}

func (f *Feed) init() {
	if f.conns == nil {
		f.seats, f.cameras = map[[2]string]store.SeatRow{}, map[[2]string]store.CameraRow{}
		f.conns = map[*conn]struct{}{}
	}
}

// Publish tells of a change that was committed at a time. It waits for no subscriber.
func (f *Feed) Publish(c *store.Change, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.init()
	for i := range c.Gone {
		f.forget(&c.Gone[i], at)
	}
	for i := range c.Seats {
		r := &c.Seats[i]
		key := [2]string{r.StoreID, r.SeatID}
		old, known := f.seats[key]
		f.seats[key] = *r
		if len(f.conns) == 0 {
			continue
		}
		var before []any
		if known {
			before = old.Values(nil)
		}
		f.tell(store.SeatSchema, r.Values(nil), before, len(store.SeatSchema.Columns), at)
	}
	for i := range c.Events {
		if len(f.conns) > 0 {
			f.tell(store.EventSchema, c.Events[i].Values(nil), nil, 0, at)
		}
	}
	for i := range c.Cameras {
		r := c.Cameras[i]
		key := [2]string{r.StoreID, r.Stream}
		old, known := f.cameras[key]
		if r.LastFrameAt == nil {
			r.LastFrameAt = old.LastFrameAt // as Commit keeps it
		}
		f.cameras[key] = r
		if len(f.conns) == 0 {
			continue
		}
		var before []any
		if known {
			before = old.Values(nil)
		}
		// only seat_status has the replica identity that carries the whole row
		f.tell(store.CameraSchema, r.Values(nil), before, store.CameraSchema.Key, at)
	}
}

// forget tells of a row that was taken out, by its primary key: with row level security Realtime tells no more of it,
// whatever the replica identity.
func (f *Feed) forget(g *store.Gone, at time.Time) {
	key := [2]string{g.StoreID, g.Key}
	table := store.SeatSchema
	var row []any
	if g.Table == store.CameraStatus {
		table = store.CameraSchema
		if old, known := f.cameras[key]; known {
			// of a table without a replica identity a filter can ask for the key only
			row = old.Values(nil)
			clear(row[table.Key:])
		}
		delete(f.cameras, key)
	} else {
		if old, known := f.seats[key]; known {
			row = old.Values(nil)
		}
		delete(f.seats, key)
	}
	if row != nil && len(f.conns) > 0 {
		f.send(&change{kind: "DELETE", table: table, row: row}, row, table.Key, at)
	}
}

// tell wants the lock held. before is nil for a new row; of it the first columns are told.
func (f *Feed) tell(t *store.Schema, row, before []any, columns int, at time.Time) {
	c := &change{kind: "INSERT", table: t, row: row}
	if before != nil {
		c.kind = "UPDATE"
	}
	f.send(c, before, columns, at)
}

// send wants the lock held.
func (f *Feed) send(c *change, before []any, columns int, at time.Time) {
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

func (f *Feed) close() {
	f.mu.Lock()
	f.closed = true
	for c := range f.conns {
		c.cut()
	}
	f.mu.Unlock()
	f.done.Wait()
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Seats are a store's rows of seat_status, by seat.
func (db *DB) Seats(ctx context.Context, storeID string) ([]SeatRow, error) {
	return seatStatus.of(ctx, db, storeID)
}

// Cameras are a store's rows of camera_status, by stream.
func (db *DB) Cameras(ctx context.Context, storeID string) ([]CameraRow, error) {
	return cameraStatus.of(ctx, db, storeID)
}

// Memories are what a store's seats remember, by seat.
func (db *DB) Memories(ctx context.Context, storeID string) (map[string][]byte, error) {
	rows, err := seatMemory.of(ctx, db, storeID)
	all := make(map[string][]byte, len(rows))
	for _, r := range rows {
		all[r.SeatID] = r.State
	}
	return all, err
}

// MaxEvents is the largest Limit of an EventQuery.
const MaxEvents = 1000

// EventQuery says which events to read.
type EventQuery struct {
	StoreID   string
	Limit     int    // 1..MaxEvents
	SeatID    string // all where empty
	EventType string // all where empty

	// Before leaves only the events before the one with this id, or before a time in RFC 3339: those whose id was made
	// in an earlier millisecond (ids are made with created_at). All where empty. Pages are chained by the last id: by
	// its time they would lose the other events of that millisecond.
	Before string
}

// Validate tells what is wrong with Limit or Before.
func (q *EventQuery) Validate() error {
	_, err := q.beforeID()
	return err
}

// beforeID is the id that all those events lie below; "" where all do.
func (q *EventQuery) beforeID() (string, error) {
	if q.Limit < 1 || q.Limit > MaxEvents {
		return "", fmt.Errorf("limit: wants a number from 1 to %d, has %d", MaxEvents, q.Limit)
	}
	if q.Before == "" {
		return "", nil
	}
	if id, err := uuid.Parse(q.Before); err == nil {
		return id.String(), nil
	}
	t, err := time.Parse(time.RFC3339, q.Before)
	if err != nil || t.Before(time.Unix(0, 0)) {
		return "", fmt.Errorf("before: wants an event's id or a time such as 2026-11-24T09:00:00.000Z, has %q", q.Before)
	}
	// a UUIDv7 begins with its milliseconds (RFC 9562 section 5.7)
	ms := uint64(t.UnixMilli())
	return fmt.Sprintf("%08x-%04x-0000-0000-000000000000", uint32(ms>>16), uint16(ms)), nil
}

// Events are newest first, by id: pages that follow each other by the last id neither lose nor repeat one, also with
// commits in between. Where there are none the slice is empty, not nil.
func (db *DB) Events(ctx context.Context, q EventQuery) ([]EventRow, error) {
	before, err := q.beforeID()
	if err != nil {
		return nil, err
	}
	query, args := strings.Builder{}, []any{q.StoreID}
	query.WriteString("select " + detectionEvents.list + " from detection_events s where store_id = ?")
	for _, c := range [...]struct{ condition, value string }{
		{" and seat_id = ?", q.SeatID}, {" and event_type = ?", q.EventType}, {" and id < ?", before},
	} {
		if c.value != "" {
			query.WriteString(c.condition)
			args = append(args, c.value)
		}
	}
	query.WriteString(" order by id desc limit ?")
	rows := make([]EventRow, 0, min(q.Limit, 32))
	return detectionEvents.read(ctx, db, rows, nil, query.String(), append(args, q.Limit)...)
}

// each calls scan for every row. A reader sees the database as it was when the query began.
func (db *DB) each(ctx context.Context, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := db.readers.QueryContext(ctx, query, args...)
	if err != nil {
		return explain(db.path, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err = scan(rows); err != nil {
			return explain(db.path, err)
		}
	}
	return explain(db.path, rows.Err())
}

package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The columns of each table, called s, in the order of its row's fields.
const (
	seatColumns = `s.store_id, s.seat_id, s.stream, s.status, s.person_detected, s.items_detected,
		s.detection_confidence, s.since, s.updated_at`
	eventColumns = `s.id, s.store_id, s.seat_id, s.stream, s.event_type, s.status, s.previous_status,
		s.detection_confidence, s.captured_at, s.created_at`
	cameraColumns = "s.store_id, s.stream, s.online, s.last_frame_at, s.error, s.updated_at"
)

func (r *SeatRow) fields() []any {
	return []any{
		&r.StoreID, &r.SeatID, &r.Stream, &r.Status, &r.PersonDetected, &r.ItemsDetected,
		&r.DetectionConfidence, &r.Since, &r.UpdatedAt,
	}
}

func (r *EventRow) fields() []any {
	return []any{
		&r.ID, &r.StoreID, &r.SeatID, &r.Stream, &r.EventType, &r.Status, &r.PreviousStatus,
		&r.DetectionConfidence, &r.CapturedAt, &r.CreatedAt,
	}
}

func (r *CameraRow) fields() []any {
	return []any{&r.StoreID, &r.Stream, &r.Online, &r.LastFrameAt, &r.Error, &r.UpdatedAt}
}

// Seats are a store's rows of seat_status, by seat.
func (db *DB) Seats(ctx context.Context, storeID string) (rows []SeatRow, err error) {
	err = db.each(ctx, "select "+seatColumns+` from seat_status s where store_id = ? order by seat_id`, []any{storeID}, func(r *sql.Rows) error {
		var s SeatRow
		if fault := r.Scan(s.fields()...); fault != nil {
			return fault
		}
		rows = append(rows, s)
		return nil
	})
	return rows, err
}

// Cameras are a store's rows of camera_status, by stream.
func (db *DB) Cameras(ctx context.Context, storeID string) (rows []CameraRow, err error) {
	err = db.each(ctx, "select "+cameraColumns+` from camera_status s where store_id = ? order by stream`, []any{storeID}, func(r *sql.Rows) error {
		var c CameraRow
		if fault := r.Scan(c.fields()...); fault != nil {
			return fault
		}
		rows = append(rows, c)
		return nil
	})
	return rows, err
}

// Memories are what a store's seats remember, by seat.
func (db *DB) Memories(ctx context.Context, storeID string) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := db.each(ctx, `select seat_id, state from seat_memory where store_id = ?`, []any{storeID}, func(r *sql.Rows) error {
		var id, state string
		err := r.Scan(&id, &state)
		all[id] = []byte(state)
		return err
	})
	return all, err
}

// MaxEvents is the largest Limit of an EventQuery.
const MaxEvents = 1000

// EventQuery says which events are wanted.
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

// beforeID is the id that all wanted events lie below; "" where all do.
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

// Events are newest first, by id: pages that follow each other by the last id neither lose nor repeat one, whatever is
// committed in between. Where there are none the slice is empty, not nil.
func (db *DB) Events(ctx context.Context, q EventQuery) ([]EventRow, error) {
	before, err := q.beforeID()
	if err != nil {
		return nil, err
	}
	query, args := strings.Builder{}, []any{q.StoreID}
	query.WriteString("select " + eventColumns + " from detection_events s where store_id = ?")
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
	err = db.each(ctx, query.String(), append(args, q.Limit), func(r *sql.Rows) error {
		var e EventRow
		if fault := r.Scan(e.fields()...); fault != nil {
			return fault
		}
		rows = append(rows, e)
		return nil
	})
	return rows, err
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

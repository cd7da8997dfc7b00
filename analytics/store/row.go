package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// SeatRow is a row of seat_status: one seat as it is.
type SeatRow struct {
	StoreID             string  `json:"store_id"`
	SeatID              string  `json:"seat_id"`
	Stream              string  `json:"stream"`
	Status              string  `json:"status"` // empty, occupied, abandoned
	PersonDetected      bool    `json:"person_detected"`
	ItemsDetected       bool    `json:"items_detected"`
	DetectionConfidence float64 `json:"detection_confidence"` // 0..1
	Since               Time    `json:"since"`                // when the status began
	UpdatedAt           Time    `json:"updated_at"`
}

// EventRow is a row of detection_events: one thing that happened, never changed afterwards.
type EventRow struct {
	ID                  string  `json:"id"` // UUIDv7
	StoreID             string  `json:"store_id"`
	SeatID              *string `json:"seat_id"` // nil for events of a camera
	Stream              string  `json:"stream"`
	EventType           string  `json:"event_type"`
	Status              *string `json:"status"`
	PreviousStatus      *string `json:"previous_status"`
	DetectionConfidence float64 `json:"detection_confidence"` // 0..1
	CapturedAt          Time    `json:"captured_at"`          // when the picture was received
	CreatedAt           Time    `json:"created_at"`
}

// CameraRow is a row of camera_status: one camera as it is.
type CameraRow struct {
	StoreID     string  `json:"store_id"`
	Stream      string  `json:"stream"`
	Online      bool    `json:"online"`
	LastFrameAt *Time   `json:"last_frame_at"`
	Error       *string `json:"error"`
	UpdatedAt   Time    `json:"updated_at"`
}

// CorrectionRow is a row of corrections: an admin said that a seat is not what it is shown to be.
type CorrectionRow struct {
	ID             string `json:"id"` // UUIDv7
	StoreID        string `json:"store_id"`
	SeatID         string `json:"seat_id"`
	Stream         string `json:"stream"`
	Status         string `json:"status"`          // what is true
	PreviousStatus string `json:"previous_status"` // what was shown
	CreatedAt      Time   `json:"created_at"`
}

// Memory is what the state machine of one seat remembers, in its own words.
type Memory struct {
	StoreID, SeatID string
	State           []byte // JSON
}

// Gone is a row of seat_status or camera_status that is taken out, with what the seat remembers. Its events stay.
type Gone struct {
	Table   Table
	StoreID string
	Key     string // seat, stream
	At      Time
}

// Change is everything that one look, or one edit, commits together.
type Change struct {
	Seats       []SeatRow
	Memories    []Memory
	Events      []EventRow
	Corrections []CorrectionRow
	Cameras     []CameraRow
	Gone        []Gone // before the others: a row that is in both is a new one
}

func (c *Change) empty() bool {
	return len(c.Seats)+len(c.Memories)+len(c.Events)+len(c.Corrections)+len(c.Cameras)+len(c.Gone) == 0
}

// Time is a moment as rows have it: UTC, RFC 3339 with milliseconds, which sorts as text.
type Time time.Time

const timeFormat = "2006-01-02T15:04:05.000Z"

// At is a moment as a row has it, cut to the millisecond.
func At(t time.Time) Time { return Time(t.UTC().Truncate(time.Millisecond)) }

func (t Time) String() string { return time.Time(t).UTC().Format(timeFormat) }

// MarshalJSON implements json.Marshaler.
func (t Time) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(b []byte) error {
	parsed, err := time.Parse(`"`+time.RFC3339+`"`, string(b))
	if err != nil {
		return err
	}
	*t = At(parsed)
	return nil
}

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) { return t.String(), nil }

// Scan implements sql.Scanner.
func (t *Time) Scan(value any) error {
	s, ok := value.(string)
	if !ok {
		return fmt.Errorf("time is %T", value)
	}
	parsed, err := time.Parse(timeFormat, s)
	if err != nil {
		return err
	}
	*t = Time(parsed)
	return nil
}

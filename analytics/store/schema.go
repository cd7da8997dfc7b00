package store

// Type is what a column holds, by the name that PostgreSQL has for it (pg_type.typname).
type Type string

// The types of columns. How the file has them is each Type's own affair: see Selection.
const (
	Text        Type = "text"
	Bool        Type = "bool"        // 0 and 1
	Float8      Type = "float8"      // a REAL
	Timestamptz Type = "timestamptz" // a text as Time.String gives it, which sorts as times do
	UUID        Type = "uuid"        // a text in lower case
)

// Column is one column of a table.
type Column struct {
	Name     string
	Type     Type
	Nullable bool
}

// Schema is one of the tables that the outside sees.
type Schema struct {
	Name    string
	Key     int      // how many of the columns, from the first, are the primary key
	Columns []Column // in the order of `select *`
}

// Column is the place of a column, or -1.
func (t *Schema) Column(name string) int {
	for i := range t.Columns {
		if t.Columns[i].Name == name {
			return i
		}
	}
	return -1
}

// Schemas are all that the outside sees.
var Schemas = []*Schema{SeatSchema, EventSchema, CameraSchema}

// SeatSchema, EventSchema and CameraSchema are the tables of SeatRow, EventRow and CameraRow.
var (
	SeatSchema = &Schema{Name: "seat_status", Key: 2, Columns: []Column{
		{"store_id", Text, false},
		{"seat_id", Text, false},
		{"stream", Text, false},
		{"status", Text, false},
		{"person_detected", Bool, false},
		{"items_detected", Bool, false},
		{"detection_confidence", Float8, false},
		{"since", Timestamptz, false},
		{"updated_at", Timestamptz, false},
	}}
	EventSchema = &Schema{Name: "detection_events", Key: 1, Columns: []Column{
		{"id", UUID, false},
		{"store_id", Text, false},
		{"seat_id", Text, true},
		{"stream", Text, false},
		{"event_type", Text, false},
		{"status", Text, true},
		{"previous_status", Text, true},
		{"detection_confidence", Float8, false},
		{"captured_at", Timestamptz, false},
		{"created_at", Timestamptz, false},
	}}
	CameraSchema = &Schema{Name: "camera_status", Key: 2, Columns: []Column{
		{"store_id", Text, false},
		{"stream", Text, false},
		{"online", Bool, false},
		{"last_frame_at", Timestamptz, true},
		{"error", Text, true},
		{"updated_at", Timestamptz, false},
	}}
)

// Values are the row's, in the order of SeatSchema.Columns, as the file has them; appended to dst.
func (r *SeatRow) Values(dst []any) []any {
	return append(dst, r.StoreID, r.SeatID, r.Stream, r.Status, r.PersonDetected, r.ItemsDetected, r.DetectionConfidence,
		r.Since.String(), r.UpdatedAt.String())
}

// Values are the row's, in the order of EventSchema.Columns, as the file has them; appended to dst.
func (r *EventRow) Values(dst []any) []any {
	return append(dst, r.ID, r.StoreID, orNull(r.SeatID), r.Stream, r.EventType, orNull(r.Status), orNull(r.PreviousStatus),
		r.DetectionConfidence, r.CapturedAt.String(), r.CreatedAt.String())
}

// Values are the row's, in the order of CameraSchema.Columns, as the file has them; appended to dst.
func (r *CameraRow) Values(dst []any) []any {
	var last any
	if r.LastFrameAt != nil {
		last = r.LastFrameAt.String()
	}
	return append(dst, r.StoreID, r.Stream, r.Online, last, orNull(r.Error), r.UpdatedAt.String())
}

func orNull(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

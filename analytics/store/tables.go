package store

// The descriptions of the tables. A column is added here, in its row, and by a migration of the file and one of
// Supabase: statements, queries, the reader and the sinks' check follow.
var (
	seatStatus = describe(Schema{Name: string(SeatStatus), kind: "seat"}, []column[SeatRow]{
		{"store_id", Text, key, func(r *SeatRow) any { return &r.StoreID }},
		{"seat_id", Text, key, func(r *SeatRow) any { return &r.SeatID }},
		{"stream", Text, notNull, func(r *SeatRow) any { return &r.Stream }},
		{"status", Text, notNull, func(r *SeatRow) any { return &r.Status }},
		{"person_detected", Bool, notNull, func(r *SeatRow) any { return &r.PersonDetected }},
		{"items_detected", Bool, notNull, func(r *SeatRow) any { return &r.ItemsDetected }},
		{"detection_confidence", Float8, notNull, func(r *SeatRow) any { return &r.DetectionConfidence }},
		{"since", Timestamptz, notNull, func(r *SeatRow) any { return &r.Since }},
		{"updated_at", Timestamptz, notNull, func(r *SeatRow) any { return &r.UpdatedAt }},
	})
	cameraStatus = describe(Schema{Name: string(CameraStatus), kind: "camera"}, []column[CameraRow]{
		{"store_id", Text, key, func(r *CameraRow) any { return &r.StoreID }},
		{"stream", Text, key, func(r *CameraRow) any { return &r.Stream }},
		{"online", Bool, notNull, func(r *CameraRow) any { return &r.Online }},
		{"last_frame_at", Timestamptz, kept, func(r *CameraRow) any { return &r.LastFrameAt }},
		{"error", Text, null, func(r *CameraRow) any { return &r.Error }},
		{"updated_at", Timestamptz, notNull, func(r *CameraRow) any { return &r.UpdatedAt }},
	})
	detectionEvents = describe(Schema{Name: string(DetectionEvents), kind: "event", final: true}, []column[EventRow]{
		{"id", UUID, key, func(r *EventRow) any { return &r.ID }},
		{"store_id", Text, notNull, func(r *EventRow) any { return &r.StoreID }},
		{"seat_id", Text, null, func(r *EventRow) any { return &r.SeatID }},
		{"stream", Text, notNull, func(r *EventRow) any { return &r.Stream }},
		{"event_type", Text, notNull, func(r *EventRow) any { return &r.EventType }},
		{"status", Text, null, func(r *EventRow) any { return &r.Status }},
		{"previous_status", Text, null, func(r *EventRow) any { return &r.PreviousStatus }},
		{"detection_confidence", Float8, notNull, func(r *EventRow) any { return &r.DetectionConfidence }},
		{"captured_at", Timestamptz, notNull, func(r *EventRow) any { return &r.CapturedAt }},
		{"created_at", Timestamptz, notNull, func(r *EventRow) any { return &r.CreatedAt }},
	})
	corrections = describe(Schema{Name: "corrections", kind: "correction", final: true}, []column[CorrectionRow]{ // nor this
		{"id", UUID, key, func(r *CorrectionRow) any { return &r.ID }},
		{"store_id", Text, notNull, func(r *CorrectionRow) any { return &r.StoreID }},
		{"seat_id", Text, notNull, func(r *CorrectionRow) any { return &r.SeatID }},
		{"stream", Text, notNull, func(r *CorrectionRow) any { return &r.Stream }},
		{"status", Text, notNull, func(r *CorrectionRow) any { return &r.Status }},
		{"previous_status", Text, notNull, func(r *CorrectionRow) any { return &r.PreviousStatus }},
		{"created_at", Timestamptz, notNull, func(r *CorrectionRow) any { return &r.CreatedAt }},
	})
	seatMemory = describe(Schema{Name: "seat_memory", kind: "memory of seat"}, []column[Memory]{ // the outside does not see it
		{"store_id", Text, key, func(r *Memory) any { return &r.StoreID }},
		{"seat_id", Text, key, func(r *Memory) any { return &r.SeatID }},
		{"state", Text, notNull, func(r *Memory) any { return &r.State }},
	})
)

// SeatSchema, CameraSchema and EventSchema are the tables of SeatRow, CameraRow and EventRow.
var (
	SeatSchema   = &seatStatus.Schema
	CameraSchema = &cameraStatus.Schema
	EventSchema  = &detectionEvents.Schema
)

// Schemas are all that the outside sees.
var Schemas = []*Schema{SeatSchema, CameraSchema, EventSchema}

// Values are the row's, in the order of SeatSchema.Columns, as the file has them; appended to dst.
func (r *SeatRow) Values(dst []any) []any { return seatStatus.values(dst, r) }

// Values are the row's, in the order of CameraSchema.Columns, as the file has them; appended to dst.
func (r *CameraRow) Values(dst []any) []any { return cameraStatus.values(dst, r) }

// Values are the row's, in the order of EventSchema.Columns, as the file has them; appended to dst.
func (r *EventRow) Values(dst []any) []any { return detectionEvents.values(dst, r) }

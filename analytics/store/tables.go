package store

// The descriptions of the tables. A column is added here, in its row, and by a migration of the file and one of
// Supabase: statements, queries, the reader and the sinks' check follow.
var (
	seatStatus = describe(
		Schema{Name: string(SeatStatus), kind: "seat"},
		column[SeatRow]{"store_id", Text, key, func(r *SeatRow) any { return &r.StoreID }},
		column[SeatRow]{"seat_id", Text, key, func(r *SeatRow) any { return &r.SeatID }},
		column[SeatRow]{"stream", Text, notNull, func(r *SeatRow) any { return &r.Stream }},
		column[SeatRow]{"status", Text, notNull, func(r *SeatRow) any { return &r.Status }},
		column[SeatRow]{"person_detected", Bool, notNull, func(r *SeatRow) any { return &r.PersonDetected }},
		column[SeatRow]{"items_detected", Bool, notNull, func(r *SeatRow) any { return &r.ItemsDetected }},
		column[SeatRow]{"detection_confidence", Float8, notNull, func(r *SeatRow) any { return &r.DetectionConfidence }},
		column[SeatRow]{"since", Timestamptz, notNull, func(r *SeatRow) any { return &r.Since }},
		column[SeatRow]{"updated_at", Timestamptz, notNull, func(r *SeatRow) any { return &r.UpdatedAt }},
	)
	cameraStatus = describe(
		Schema{Name: string(CameraStatus), kind: "camera"},
		column[CameraRow]{"store_id", Text, key, func(r *CameraRow) any { return &r.StoreID }},
		column[CameraRow]{"stream", Text, key, func(r *CameraRow) any { return &r.Stream }},
		column[CameraRow]{"online", Bool, notNull, func(r *CameraRow) any { return &r.Online }},
		column[CameraRow]{"last_frame_at", Timestamptz, kept, func(r *CameraRow) any { return &r.LastFrameAt }},
		column[CameraRow]{"error", Text, null, func(r *CameraRow) any { return &r.Error }},
		column[CameraRow]{"updated_at", Timestamptz, notNull, func(r *CameraRow) any { return &r.UpdatedAt }},
	)
	detectionEvents = describe(
		Schema{Name: string(DetectionEvents), kind: "event", final: true},
		column[EventRow]{"id", UUID, key, func(r *EventRow) any { return &r.ID }},
		column[EventRow]{"store_id", Text, notNull, func(r *EventRow) any { return &r.StoreID }},
		column[EventRow]{"seat_id", Text, null, func(r *EventRow) any { return &r.SeatID }},
		column[EventRow]{"stream", Text, notNull, func(r *EventRow) any { return &r.Stream }},
		column[EventRow]{"event_type", Text, notNull, func(r *EventRow) any { return &r.EventType }},
		column[EventRow]{"status", Text, null, func(r *EventRow) any { return &r.Status }},
		column[EventRow]{"previous_status", Text, null, func(r *EventRow) any { return &r.PreviousStatus }},
		column[EventRow]{"detection_confidence", Float8, notNull, func(r *EventRow) any { return &r.DetectionConfidence }},
		column[EventRow]{"captured_at", Timestamptz, notNull, func(r *EventRow) any { return &r.CapturedAt }},
		column[EventRow]{"created_at", Timestamptz, notNull, func(r *EventRow) any { return &r.CreatedAt }},
	)
	seatMemory = describe( // the outside does not see it
		Schema{Name: "seat_memory", kind: "memory of seat"},
		column[Memory]{"store_id", Text, key, func(r *Memory) any { return &r.StoreID }},
		column[Memory]{"seat_id", Text, key, func(r *Memory) any { return &r.SeatID }},
		column[Memory]{"state", Text, notNull, func(r *Memory) any { return &r.State }},
	)
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

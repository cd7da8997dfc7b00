package seat

import "time"

// EventType is the event_type of a detection_events row.
type EventType string

// The events of a seat, and the two of a camera.
const (
	PersonEnter       EventType = "person_enter"
	PersonLeave       EventType = "person_leave"
	AbandonedDetected EventType = "abandoned_detected"
	ItemRemoved       EventType = "item_removed"

	CameraOffline EventType = "camera_offline"
	CameraOnline  EventType = "camera_online"
)

// Event is one change of a seat's status.
type Event struct {
	Type       EventType
	Status     Status    // after it
	Previous   Status    // before it
	Confidence float32   // 0..1, of the best detection that speaks for it; 0 where nothing was seen
	At         time.Time // when the first picture that showed it was received
}

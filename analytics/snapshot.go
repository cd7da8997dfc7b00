package analytics

import (
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// seatView is a seat as GET api/seats shows it: its row, and what the configuration says of it.
type seatView struct {
	store.SeatRow
	Name     string       `json:"name"`
	ROI      [][2]float32 `json:"roi"`
	ItemsROI [][2]float32 `json:"items_roi,omitempty"`
	Anchor   seat.Anchor  `json:"anchor"`
}

// snapshot is the reply of GET api/seats, and of the WebSocket message "seats".
type snapshot struct {
	StoreID string            `json:"store_id"`
	Seats   []seatView        `json:"seats"`
	Cameras []store.CameraRow `json:"cameras"`
	Note    string            `json:"note,omitempty"` // what people must know, such as that only a test card is seen
}

func (a *Analytics) snapshot() snapshot {
	a.hub.mu.Lock()
	defer a.hub.mu.Unlock()
	return a.snapshotLocked()
}

// snapshotLocked wants the hub's lock held.
func (a *Analytics) snapshotLocked() snapshot {
	s := snapshot{StoreID: a.config.StoreID, Seats: []seatView{}, Cameras: []store.CameraRow{}}
	if a.model != nil {
		s.Note = a.model.Note()
	}
	for i := range a.config.Seats {
		c := &a.config.Seats[i]
		row, ok := a.hub.seats[c.ID]
		if !ok {
			// configured and not yet looked at
			row = store.SeatRow{
				StoreID: a.config.StoreID, SeatID: c.ID, Status: string(seat.Empty),
				Since: store.At(a.started), UpdatedAt: store.At(a.started),
			}
		}
		row.Stream = c.Stream
		name := c.Name
		if name == "" {
			name = c.ID
		}
		s.Seats = append(s.Seats, seatView{
			SeatRow: row, Name: name, ROI: pairs(c.ROI), ItemsROI: pairs(c.ItemsROI), Anchor: c.Anchor,
		})
	}
	for _, c := range a.cameras {
		row, ok := a.hub.cameras[c.stream]
		if !ok {
			row = store.CameraRow{StoreID: a.config.StoreID, Stream: c.stream, UpdatedAt: store.At(a.started)}
		}
		if at := c.lastUnit(a.started); at.After(a.started) {
			// the row on disk has the last frame before the last change
			last := store.At(at)
			row.LastFrameAt = &last
		}
		s.Cameras = append(s.Cameras, row)
	}
	return s
}

func pairs(roi seat.ROI) (out [][2]float32) {
	for _, p := range roi {
		out = append(out, [2]float32{p.X, p.Y})
	}
	return out
}

package analytics

import (
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// seatView is a seat as GET api/seats shows it: its row, and what the configuration says of it.
type seatView struct {
	store.SeatRow
	seatShape
	Evidence *look.Evidence `json:"evidence"` // of the last look; null before it
}

// seatShape is what the configuration says of a seat, as people see it.
type seatShape struct {
	Name     string       `json:"name"` // the id where it has none
	ROI      [][2]float32 `json:"roi"`
	ItemsROI [][2]float32 `json:"items_roi,omitempty"`
	Anchor   seat.Anchor  `json:"anchor"`
	Revision string       `json:"revision"` // see config.Seat.Revision
}

func shapeOf(s *config.Seat) seatShape {
	return seatShape{
		Name: s.Label(), ROI: s.ROI.Pairs(), ItemsROI: s.ItemsROI.Pairs(), Anchor: s.AnchorOrDefault(), Revision: s.Revision(),
	}
}

func evidenceOf(p *plan, s *config.Seat) *look.Evidence {
	if c := p.camera(s.Stream); c != nil {
		return c.Evidence(s.ID)
	}
	return nil
}

// snapshot is the reply of GET api/seats, and of the WebSocket message "seats".
type snapshot struct {
	StoreID string            `json:"store_id"`
	Seats   []seatView        `json:"seats"`
	Cameras []store.CameraRow `json:"cameras"`
	Note    string            `json:"note,omitempty"` // what people must know, such as that only a test card is seen
}

func (a *Analytics) snapshot() (s snapshot) {
	a.board.Read(func(rows board.Rows) { s = a.snapshotOf(rows) })
	return s
}

func (a *Analytics) snapshotOf(rows board.Rows) snapshot {
	p := a.plan.Load()
	s := snapshot{StoreID: p.config.StoreID, Seats: []seatView{}, Cameras: []store.CameraRow{}, Note: p.note()}
	for i := range p.config.Seats {
		c := &p.config.Seats[i]
		row, ok := rows.Seats[c.ID]
		if !ok {
			// configured and not yet looked at
			row = store.SeatRow{
				StoreID: s.StoreID, SeatID: c.ID, Status: string(seat.Empty),
				Since: store.At(a.started), UpdatedAt: store.At(a.started),
			}
		}
		row.Stream = c.Stream
		s.Seats = append(s.Seats, seatView{row, shapeOf(c), evidenceOf(p, c)})
	}
	for _, c := range p.cameras {
		row, ok := rows.Cameras[c.Name()]
		if !ok {
			row = store.CameraRow{StoreID: s.StoreID, Stream: c.Name(), UpdatedAt: store.At(a.started)}
		}
		if at := c.LastUnit(time.Time{}); !at.IsZero() {
			// the row has the last picture before the last change
			last := store.At(at)
			row.LastFrameAt = &last
		}
		s.Cameras = append(s.Cameras, row)
	}
	return s
}

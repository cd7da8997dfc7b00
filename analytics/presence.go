package analytics

import (
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/google/uuid"
)

// presence is whether a camera's source is there, as it stands on disk.
type presence struct {
	reason string // why it is away, in upstream's words; of the camera's goroutine alone

	mu     sync.Mutex // guards the two below, which a database that opens late restores
	known  bool
	online bool
}

func (p *presence) is() (known, online bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known, p.online
}

func (p *presence) set(online bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known, p.online = true, online
}

// forget makes the next turn tell what there is.
func (p *presence) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known, p.online = false, false
}

// offline says once that no frame came for offlineAfter.
func (p *presence) offline(c *camera, now, received time.Time) {
	if known, online := p.is(); known && !online {
		return
	}
	reason := p.reason
	if reason == "" {
		reason = "no frame for " + offlineAfter.String()
	}
	row := store.CameraRow{Online: false, Error: &reason}
	if p.tell(c, seat.CameraOffline, row, now, received, now) {
		log.Warn().Str("stream", c.stream).Str("event", string(seat.CameraOffline)).Str("error", reason).Msg("[analytics] detected")
	}
}

// back says once that frames come again. A camera that was never away causes no event, only its row.
func (p *presence) back(c *camera, now, received time.Time) {
	known, online := p.is()
	if known && online {
		return
	}
	event := seat.CameraOnline
	if !known {
		event = ""
	}
	if p.tell(c, event, store.CameraRow{Online: true}, now, received, received) && event != "" {
		log.Info().Str("stream", c.stream).Str("event", string(event)).Msg("[analytics] detected")
	}
}

// tell commits the row, and the event if there is one. What could not be committed is tried again at the next turn.
func (p *presence) tell(c *camera, event seat.EventType, row store.CameraRow, now, received, captured time.Time) bool {
	row.StoreID, row.Stream, row.UpdatedAt = c.a.layout.Load().config.StoreID, c.stream, store.At(now)
	if !received.IsZero() {
		at := store.At(received)
		row.LastFrameAt = &at
	}
	change := store.Change{Cameras: []store.CameraRow{row}}
	if event != "" {
		id, err := uuid.NewV7()
		if err != nil {
			return false
		}
		change.Events = []store.EventRow{{
			ID: id.String(), StoreID: row.StoreID, Stream: row.Stream, EventType: string(event),
			CapturedAt: store.At(captured), CreatedAt: store.At(now),
		}}
	}
	if err := c.a.remember(); err != nil {
		return false
	}
	c.looking.Lock()
	defer c.looking.Unlock()
	if c.gone || len(c.watch.seats) == 0 {
		return false // an edit took it away meanwhile, and its row; or it is a guest
	}
	if err := c.a.commit(&change); err != nil {
		c.looks.failed(&log, c.stream, err, now)
		return false
	}
	p.set(row.Online)
	return true
}

// lastFrame is when the last frame of a stream was received, as the live view tells while the source is away: also
// before a restart, where the row on disk knows it.
func (a *Analytics) lastFrame(stream string) (time.Time, bool) {
	c := a.layout.Load().looker(stream)
	if c == nil {
		return time.Time{}, false
	}
	at := c.lastUnit(time.Time{})
	if row, _ := a.board.Camera(stream); at.IsZero() && row.LastFrameAt != nil {
		at = time.Time(*row.LastFrameAt)
	}
	return at, !at.IsZero()
}

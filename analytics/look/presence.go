package look

import (
	"context"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// OfflineAfter is how long no access unit comes of a camera that is offline.
const OfflineAfter = 10 * time.Second

// presenceTick is how late a change of presence may be noticed.
const presenceTick = 500 * time.Millisecond

// run notices that the source goes away or comes back, until the end.
func (c *Camera) run(ctx context.Context) {
	tick := time.NewTicker(presenceTick)
	defer tick.Stop()
	for {
		now := time.Now()
		switch received := c.LastUnit(time.Time{}); {
		case now.Sub(c.LastUnit(c.begun)) >= OfflineAfter:
			c.wentOffline(now, received, c.tap.State().Reason)
		case !received.IsZero():
			c.cameOnline(now, received)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// wentOffline says once that no access unit came for OfflineAfter, and why where that is known.
func (c *Camera) wentOffline(now, received time.Time, reason string) {
	if online := c.online.Load(); online != nil && !*online {
		return
	}
	if reason == "" {
		reason = "no frame for " + OfflineAfter.String()
	}
	if c.tell(seat.CameraOffline, store.CameraRow{Error: &reason}, now, received, now) {
		c.looker.Log.Warn().Str("stream", c.stream).Str("event", string(seat.CameraOffline)).Str("error", reason).Msg("[analytics] detected")
	}
}

// cameOnline says once that access units come again. A camera that was never away causes no event, only its row.
func (c *Camera) cameOnline(now, received time.Time) {
	var event seat.EventType
	if online := c.online.Load(); online != nil {
		if *online {
			return
		}
		event = seat.CameraOnline
	}
	if c.tell(event, store.CameraRow{Online: true}, now, received, received) && event != "" {
		c.looker.Log.Info().Str("stream", c.stream).Str("event", string(event)).Msg("[analytics] detected")
	}
}

// tell commits the row, and the event if there is one. What could not be committed is tried again at the next tick.
func (c *Camera) tell(event seat.EventType, row store.CameraRow, now, received, captured time.Time) bool {
	if err := c.looker.Ledger.Open(); err != nil {
		return false
	}
	c.deciding.Lock()
	defer c.deciding.Unlock()
	if c.gone || len(c.seats.shapes) == 0 {
		return false // an edit took it away meanwhile, and its row; or it is a preview
	}
	row.StoreID, row.Stream, row.UpdatedAt = c.seats.storeID, c.stream, store.At(now)
	if !received.IsZero() {
		at := store.At(received)
		row.LastFrameAt = &at
	}
	change := store.Change{Cameras: []store.CameraRow{row}}
	if event != "" {
		e, err := newEvent(row.StoreID, row.Stream, event, captured, now)
		if err != nil {
			return false
		}
		change.Events = []store.EventRow{e}
	}
	if err := c.looker.Ledger.Commit(&change); err != nil {
		c.looks.failed(&c.looker.Log, c.stream, err, now)
		return false
	}
	c.online.Store(&row.Online)
	c.turned = false // the row says nothing of it any more
	return true
}

package look

import (
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// Hold keeps looks and presence from deciding anything until Release: an edit changes what they decide about. The calls
// below require it.
func (c *Camera) Hold() { c.deciding.Lock() }

// Release is the end of Hold.
func (c *Camera) Release() { c.deciding.Unlock() }

// Seats are the camera's.
func (c *Camera) Seats() *Seats { return c.seats }

// SetSeats gives the camera other seats.
func (c *Camera) SetSeats(s *Seats) { c.seats = s }

// Drop ends all deciding: what a look under way finds counts for nothing.
func (c *Camera) Drop() { c.gone = true }

// Forget has the camera tell anew whether it is there: its row has gone.
func (c *Camera) Forget() { c.online.Store(nil) }

// Restore takes up what the database remembers: the seats' states, and whether the camera was there. So a restart tells
// no change that did not happen.
func (c *Camera) Restore(memories map[string][]byte, row *store.CameraRow) error {
	c.Hold()
	defer c.Release()
	if row != nil {
		c.online.Store(new(row.Online))
	}
	return c.seats.Restore(memories)
}

// Memories are the states of its seats as they are.
func (c *Camera) Memories() ([]store.Memory, error) {
	c.Hold()
	defer c.Release()
	return c.seats.Memories()
}

// IsPreview tells whether the camera has no seats.
func (c *Camera) IsPreview() bool {
	c.Hold()
	defer c.Release()
	return len(c.seats.shapes) == 0
}

// Soon has the camera looked at as soon as it can be: what it is to look for has changed.
func (c *Camera) Soon(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sampler != nil {
		c.sampler.SetDue(now, min(seat.CloserLook, c.schedule.Interval))
	}
}

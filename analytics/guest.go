package analytics

import (
	"fmt"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
)

// Somebody who draws the first seat of a camera wants to see what a look at it finds, and proposals. So a stream
// without seats is looked at for a while, as a guest, from when that is asked for: it has no rows and no events.
const (
	guestFor  = 15 * time.Minute // since it was asked for last
	maxGuests = 4                // at a time; one more takes the place of the one that was asked for longest ago, unless all are followed
)

var errGuests = fmt.Errorf("%d streams without seats are looked at already", maxGuests)

// lookerOf is the camera of a stream, which becomes a guest where it has no seats; nil where there is no such stream.
func (a *Analytics) lookerOf(stream string, now time.Time) (*camera, error) {
	if c := a.layout.Load().looker(stream); c != nil {
		c.welcome(now)
		return c, nil
	}
	if streams.Get(stream) == nil {
		return nil, nil
	}
	_ = a.remember()
	a.edit.Lock()
	defer a.edit.Unlock()
	l := a.layout.Load()
	if c := l.looker(stream); c != nil {
		c.welcome(now)
		return c, nil
	}
	if a.ctx.Err() != nil {
		return nil, a.ctx.Err()
	}
	guests := l.guestNames()
	if len(guests) >= maxGuests {
		longest := -1
		for i, c := range l.guests {
			if !c.isFollowed() && (longest < 0 || c.wantedAt().Before(l.guests[longest].wantedAt())) {
				longest = i
			}
		}
		if longest < 0 {
			return nil, errGuests
		}
		guests = slices.Delete(guests, longest, longest+1)
	}
	if err := a.entertain(l, append(guests, stream)); err != nil {
		return nil, err
	}
	c := a.layout.Load().looker(stream)
	c.welcome(now)
	return c, nil
}

// entertain changes who is a guest. It wants edit held.
func (a *Analytics) entertain(l *layout, guests []string) error {
	next, gone := l.with(a, l.config, guests)
	if next.model == nil {
		var err error
		if next.model, err = a.openModel(); err != nil {
			return err
		}
	}
	for _, c := range gone {
		c.looking.Lock()
		c.gone = true
		c.looking.Unlock()
	}
	a.layout.Store(next)
	a.settle(next, gone)
	return nil
}

// settle starts and ends cameras after the layout has changed. It wants edit held.
func (a *Analytics) settle(next *layout, gone []*camera) {
	a.startWorkers(next.model)
	for _, c := range gone {
		c.end()
		a.metrics.vanish(c.stream)
	}
	for _, c := range next.all() {
		if c.stop == nil {
			a.metrics.appear(c.stream)
		}
		a.startCamera(c)
	}
}

// dismiss ends guests that nobody has asked for lately.
func (a *Analytics) dismiss(now time.Time) {
	a.edit.Lock()
	defer a.edit.Unlock()
	l := a.layout.Load()
	var stay []string
	for _, c := range l.guests {
		if c.isFollowed() || now.Sub(c.wantedAt()) < guestFor {
			stay = append(stay, c.stream)
		}
	}
	if len(stay) < len(l.guests) && a.ctx.Err() == nil {
		if err := a.entertain(l, stay); err != nil {
			log.Error().Err(err).Msg("[analytics] dismiss guests")
		}
	}
}

// guestsAfter are the guests with other seats: somebody who takes the last seat of a camera away while looking at it
// goes on looking, and is proposed places by what was seen.
func (l *layout) guestsAfter(c config.Config, now time.Time) []string {
	names, guests := c.StreamNames(), l.guestNames()
	for _, c := range l.cameras {
		if !slices.Contains(names, c.stream) && len(guests) < maxGuests && (c.isFollowed() || now.Sub(c.wantedAt()) < guestFor) {
			guests = append(guests, c.stream)
		}
	}
	return guests
}

// welcome notes that somebody wants to see the camera's looks.
func (c *camera) welcome(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wanted = now
}

func (c *camera) wantedAt() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wanted
}

// isFollowed tells whether somebody is sent the camera's looks just now.
func (c *camera) isFollowed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.readers) > 0
}

// isGuest tells whether nobody has given the camera a seat.
func (c *camera) isGuest() bool {
	c.looking.Lock()
	defer c.looking.Unlock()
	return len(c.watch.seats) == 0
}

// Package look makes looks: from the access units of a stream to committed changes of its seats.
//
// A Camera stays joined to one stream, keeps its open GOP, and says when a look is due; the workers of a Looker visit
// the cameras whose look is due, oldest first. A look takes the newest picture there is, so that a slow model makes
// looks rarer and never later, and it delays no viewer. What a look decides is committed before the camera becomes it:
// after a commit that failed, the next look decides the same facts again.
//
// Commit, settings, metrics and logger are handed in. Eyes, Schedule and Seats work without a Camera, on any clock:
// cmd/replay runs them over a file on media time. Begin reading at Looker.look.
package look

import (
	"fmt"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/rs/zerolog"
)

// Options are what looks need from outside.
type Options struct {
	Interval time.Duration // between two looks at a camera
	Rules    seat.Rules    // of the seats; a camera without any is looked at by the same
	IsItem   func(class string) bool
	Ledger   Ledger
	Meter    Meter
	Log      zerolog.Logger
}

// Ledger is where changes are committed. Both calls may take as long as the disk does.
type Ledger interface {
	// Open opens the database, if it is not, and has the seats restored. No seat is decided before it has succeeded.
	Open() error
	// Commit puts a change on disk and publishes it. After an error nothing has changed.
	Commit(*store.Change) error
}

// Meter counts what looks do. Its methods must not block.
type Meter interface {
	Looked(stream string, spent Stages, err error)
	Dropped(stream string) // a look was due while the one before still waited
	Damaged(stream string) // an access unit could not be read
}

// Error tells which stage of a look went wrong.
type Error struct {
	Stage string // decode, detect, seats, store
	Err   error
}

func (e *Error) Error() string { return e.Stage + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// look is one visit to one camera: the newest picture becomes committed changes.
func (l *Looker) look(e *Eyes, c *Camera) error {
	if err := l.Ledger.Open(); err != nil {
		return &Error{"store", err}
	}
	picture, found, err := e.See(c, l.Rules.Floor())
	if err != nil || picture == nil {
		return err
	}
	c.deciding.Lock()
	defer c.deciding.Unlock()
	if c.gone {
		picture.Close()
		return nil
	}
	if found, err = c.seats.See(e, picture, found); err != nil {
		picture.Close()
		return err
	}
	if err = c.seats.Observe(picture.At(), time.Now(), found, e.Timed(l.Ledger.Commit)); err != nil {
		picture.Close()
		return &Error{"store", fmt.Errorf("seats of %s: %w", c.stream, err)}
	}
	c.Looked(picture, found, &e.Spent)
	c.aimed(picture.At(), time.Now())
	return nil
}

// movedText is the error of a camera that shows another scene than its seats were drawn on.
const movedText = "the picture has moved, check the seats"

// aimed says once that the camera was turned away, and once that it is back. The caller must Hold the camera.
func (c *Camera) aimed(at, now time.Time) {
	turned := c.seats.sight.aim.turned()
	if turned == c.turned {
		return
	}
	row := store.CameraRow{StoreID: c.seats.storeID, Stream: c.stream, Online: true, LastFrameAt: new(store.At(at)), UpdatedAt: store.At(now)}
	if turned {
		row.Error = new(movedText)
	}
	if err := c.looker.Ledger.Commit(&store.Change{Cameras: []store.CameraRow{row}}); err != nil {
		return // said with the next look
	}
	c.turned = turned
	if turned {
		c.looker.Log.Warn().Str("stream", c.stream).Msg("[analytics] " + movedText)
	}
}

// Looked keeps the picture and what was found in it until the next one, and brings the next look forward where a seat
// calls for a closer one. The caller must Hold the camera.
func (c *Camera) Looked(picture *video.Picture, found []seat.Detection, spent *Stages) {
	now := time.Now()
	c.mu.Lock()
	c.shapes, c.evidence = c.seats.shapes, c.seats.evidence(c.evidence[:0])
	c.number++
	c.tally.looked(now, spent)
	c.places.Add(picture.At(), found)
	old := c.picture
	c.picture, c.lookedAt = picture, now
	c.found = append(c.found[:0], found...)
	c.schedule.Looked(c.sampler, picture.At(), c.seats.NextLook(c.schedule.Interval))
	for f := range c.followers {
		f.tell()
	}
	c.mu.Unlock()
	if old != nil {
		old.Close()
	}
}

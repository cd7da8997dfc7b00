package look

import (
	"image"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/propose"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// Look is what one look at a camera found, as API and pages have it. Coordinates are 0..1 of the picture.
type Look struct {
	Stream     string     `json:"stream"`
	CapturedAt store.Time `json:"captured_at"` // when the picture was received
	Width      int        `json:"width"`       // of the picture, in pixels
	Height     int        `json:"height"`
	Boxes      []Box      `json:"boxes"`

	Number int `json:"-"` // of the camera's looks, from 1
}

// Box is one person or thing.
type Box struct {
	Class      string     `json:"class"`
	Confidence float64    `json:"confidence"`
	Box        [4]float32 `json:"box"`     // x0, y0, x1, y1
	Foot       [2]float32 `json:"foot"`    // bottom centre
	SeatID     *string    `json:"seat_id"` // that it was given to
}

// LastLook is nil where there was none. What is neither a person nor belongings is left out: nothing is decided by it.
func (c *Camera) LastLook() *Look {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.picture == nil {
		return nil
	}
	v := &Look{Stream: c.stream, CapturedAt: store.At(c.picture.At()), Boxes: []Box{}, Number: c.number}
	v.Width, v.Height = c.picture.Size()
	isItem := c.looker.IsItem
	c.owners.Assign(c.shapes, c.found, isItem)
	for i, d := range c.found {
		if d.Class != seat.Person && !isItem(d.Class) {
			continue
		}
		foot := d.Box.Foot()
		b := Box{
			Class: d.Class, Confidence: confidence(d.Confidence),
			Box: [4]float32{d.Box.X0, d.Box.Y0, d.Box.X1, d.Box.Y1}, Foot: [2]float32{foot.X, foot.Y},
		}
		if owner := c.owners.Seats[i]; owner >= 0 {
			b.SeatID = &c.shapes[owner].ID
		}
		v.Boxes = append(v.Boxes, b)
	}
	return v
}

// LastPicture is a copy of the picture of the last look, what was found in it, and when it was received; nil where
// there was none.
func (c *Camera) LastPicture() (*image.RGBA, []seat.Detection, time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.picture == nil {
		return nil, nil, time.Time{}, nil
	}
	img, err := c.picture.Image()
	return img, slices.Clone(c.found), c.picture.At(), err
}

// Proposals are places that may be seats beside those there are, by what was seen since a time; zero: nothing yet.
func (c *Camera) Proposals(seats []seat.Seat) (list []propose.Proposal, since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.places.Proposals(seats), c.places.Since()
}

// Follower is a client that follows the looks at a camera. News tells that there is a new one, which the client takes
// by LastLook when it comes to it: one that is slow sees fewer, never old ones.
type Follower struct{ News chan struct{} }

func (f *Follower) tell() {
	select {
	case f.News <- struct{}{}:
	default: // it has not come to the last one yet
	}
}

// Follow begins with the look that there is. Each Follow has its Unfollow.
func (c *Camera) Follow() *Follower {
	f := &Follower{make(chan struct{}, 1)}
	f.tell()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.followers == nil {
		c.followers = map[*Follower]struct{}{}
	}
	c.followers[f] = struct{}{}
	return f
}

// Unfollow is the end of Follow.
func (c *Camera) Unfollow(f *Follower) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.followers, f)
}

// Ask notes that a client asked for the camera's looks.
func (c *Camera) Ask(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.askedAt = now
}

// AskedAt is when a client last asked for the camera's looks.
func (c *Camera) AskedAt() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.askedAt
}

// Followed tells whether a client follows the looks just now.
func (c *Camera) Followed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.followers) > 0
}

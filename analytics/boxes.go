package analytics

import (
	"net/http"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// lookView is what the last look at a camera found: the reply of GET api/seats/boxes and the WebSocket message
// "seats/look". Coordinates are 0..1 of the picture.
type lookView struct {
	Stream     string     `json:"stream"`
	CapturedAt store.Time `json:"captured_at"` // when the frame was received
	Width      int        `json:"width"`       // of the picture, in pixels
	Height     int        `json:"height"`
	Boxes      []boxView  `json:"boxes"`

	number int // of the camera's looks
}

type boxView struct {
	Class      string     `json:"class"`
	Confidence float64    `json:"confidence"`
	Box        [4]float32 `json:"box"`     // x0, y0, x1, y1
	Foot       [2]float32 `json:"foot"`    // bottom centre
	SeatID     *string    `json:"seat_id"` // that it was given to
}

// lastLook is nil where there was none. What is neither a person nor one of the items is left out: nothing is decided by it.
func (c *camera) lastLook() *lookView {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.picture == nil {
		return nil
	}
	v := &lookView{Stream: c.stream, CapturedAt: store.At(c.picture.At()), Boxes: []boxView{}, number: c.number}
	v.Width, v.Height = c.picture.Size()
	isItem := c.a.config.IsItem
	for _, d := range c.found {
		if d.Class != seat.Person && !isItem(d.Class) {
			continue
		}
		foot := d.Box.Foot()
		b := boxView{
			Class: d.Class, Confidence: confidence(d.Confidence),
			Box: [4]float32{d.Box.X0, d.Box.Y0, d.Box.X1, d.Box.Y1}, Foot: [2]float32{foot.X, foot.Y},
		}
		if i := seat.Owner(c.seats, d, isItem); i >= 0 {
			b.SeatID = &c.seats[i].ID
		}
		v.Boxes = append(v.Boxes, b)
	}
	return v
}

func (a *Analytics) apiBoxes(w http.ResponseWriter, r *http.Request) {
	if !reads(w, r) {
		return
	}
	c := a.cameraOf(w, r)
	if c == nil {
		return
	}
	look := c.lastLook()
	if look == nil {
		http.Error(w, "no picture was looked at yet", http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	api.ResponseJSON(w, look)
}

// lookReader is one browser that follows the looks at a camera. It is told that there is a new one, and takes the newest
// when it comes to it: one that is slow sees fewer, never old ones.
type lookReader struct{ news chan struct{} }

func (r *lookReader) tell() {
	select {
	case r.news <- struct{}{}:
	default: // it has not come to the last one yet
	}
}

// follow starts a reader, with the look that there is.
func (c *camera) follow() *lookReader {
	r := &lookReader{make(chan struct{}, 1)}
	r.tell()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.readers == nil {
		c.readers = map[*lookReader]struct{}{}
	}
	c.readers[r] = struct{}{}
	return r
}

func (c *camera) unfollow(r *lookReader) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.readers, r)
}

// followTick is how often a follower sees whether the stream has another camera by now: an edit may take it away.
const followTick = time.Second

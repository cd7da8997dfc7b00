package analytics

import (
	"fmt"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// eyes are what one worker looks with: its own buffers, used for one look at a time.
type eyes struct {
	decoders *video.Decoders // shared by all workers
	session  *detect.Session
	sample   video.Sample
	found    []seat.Detection
	spent    stages
}

// stages is the processor time that each stage of a look took; detecting is one thread's work and told by the clock.
type stages struct {
	Decode time.Duration
	detect.Stages
	Seats, Store time.Duration
}

func (s *stages) add(o stages) {
	s.Decode += o.Decode
	s.Scale += o.Scale
	s.Infer += o.Infer
	s.Outputs += o.Outputs
	s.Seats += o.Seats
	s.Store += o.Store
}

// total is the time of the whole look.
func (s *stages) total() time.Duration {
	return s.Decode + s.Scale + s.Infer + s.Outputs + s.Seats + s.Store
}

// source is where a look gets its access units from: a camera, or a file.
type source interface {
	// take fills the sample with what a decoder standing at after needs, or tells that there is nothing to look at.
	take(sample *video.Sample, after video.Position) bool
	name() string
	codec() video.Codec
}

// lookError tells which stage of a look went wrong.
type lookError struct {
	stage string // decode, detect, seats, store
	err   error
}

func (e *lookError) Error() string { return e.stage + ": " + e.err.Error() }
func (e *lookError) Unwrap() error { return e.err }

// see looks at the newest picture of a source: access units in, picture and detections out. The detections are valid
// until the next look; the picture is the caller's to close. A nil picture without an error: there was nothing to see.
func (e *eyes) see(src source, floor float32) (*video.Picture, []seat.Detection, error) {
	e.spent = stages{}
	clock := startClock()

	decoder, err := e.decoders.Acquire(src.name(), src.codec())
	if err != nil {
		return nil, nil, &lookError{"decode", err}
	}
	defer e.decoders.Release(decoder)
	if !src.take(&e.sample, decoder.Position()) {
		return nil, nil, nil
	}
	picture, err := decoder.Decode(&e.sample)
	e.spent.Decode = clock.lap()
	if err != nil {
		return nil, nil, &lookError{"decode", err}
	}
	e.found, err = e.session.Detect(picture, nil, floor, e.found[:0])
	e.spent.Stages = e.session.Spent
	if err != nil {
		picture.Close()
		return nil, nil, &lookError{"detect", err}
	}
	return picture, e.found, nil
}

// look is one visit to one camera: the newest picture becomes committed changes. Decide, commit, then become: when the
// commit fails nothing has changed, and the next look decides the same facts again.
func (a *Analytics) look(e *eyes, c *camera) error {
	if err := a.remember(); err != nil {
		return &lookError{"store", err}
	}
	picture, found, err := e.see(c, a.config.Rules().Keep)
	if err != nil || picture == nil {
		return err
	}
	c.looking.Lock()
	defer c.looking.Unlock()
	if c.gone {
		picture.Close()
		return nil
	}
	clock := startClock()
	decision, err := c.watch.decide(picture.At(), time.Now(), found)
	e.spent.Seats = clock.lap()
	if err == nil {
		err = a.commit(&decision.change)
	}
	e.spent.Store = clock.lap()
	if err != nil {
		picture.Close()
		return &lookError{"store", fmt.Errorf("seats of %s: %w", c.stream, err)}
	}
	c.watch.become(decision)
	c.looked(picture, found, &e.spent)
	return nil
}

package look

import (
	"image"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/detect"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// Source is where a look gets its access units from: a camera, or a file.
type Source interface {
	// Take fills the sample with what a decoder that stands at after needs for the newest picture. It is false where
	// there is nothing that was not looked at before.
	Take(sample *video.Sample, after video.Position) bool
	Name() string
	Codec() video.Codec
}

// Eyes are what one worker looks with: its own buffers, used for one look at a time, on one OS thread.
type Eyes struct {
	Decoders *video.Decoders // shared by all workers
	Session  *detect.Session
	Sample   video.Sample
	Spent    Stages // of the last look

	clock Clock
	found []seat.Detection
	parts []image.Rectangle
}

// Stages is the processor time that each stage of a look took; detecting is one thread's, by the clock.
type Stages struct {
	Decode time.Duration
	detect.Stages
	Closer       time.Duration // cut-outs, all of them, with their decisions
	Cuts         [Kinds]int    // how many of each kind
	Seats, Store time.Duration
}

// Add sums up the stages of several looks.
func (s *Stages) Add(o Stages) {
	s.Decode += o.Decode
	s.Scale += o.Scale
	s.Infer += o.Infer
	s.Outputs += o.Outputs
	s.Closer += o.Closer
	for kind, n := range o.Cuts {
		s.Cuts[kind] += n
	}
	s.Seats += o.Seats
	s.Store += o.Store
}

// Total is the time of the whole look.
func (s *Stages) Total() time.Duration {
	return s.Decode + s.Scale + s.Infer + s.Outputs + s.Closer + s.Seats + s.Store
}

// See finds what is in the newest picture of a source; floor is the least confidence, 0..1. The detections are valid
// until the next call; the picture is the caller's to close. A nil picture without an error: there was nothing new.
func (e *Eyes) See(src Source, floor float32) (*video.Picture, []seat.Detection, error) {
	e.Spent = Stages{}
	e.clock = StartClock()

	decoder, err := e.Decoders.Acquire(src.Name(), src.Codec())
	if err != nil {
		return nil, nil, &Error{"decode", err}
	}
	defer e.Decoders.Release(decoder)
	if !src.Take(&e.Sample, decoder.Position()) {
		return nil, nil, nil
	}
	picture, err := decoder.Decode(&e.Sample)
	e.Spent.Decode = e.clock.Lap()
	if err != nil {
		return nil, nil, &Error{"decode", err}
	}
	e.found, err = e.Session.Detect(picture, floor, e.found[:0])
	e.Spent.Stages, e.Spent.Cuts[WholePicture] = e.Session.Spent, 1
	if err != nil {
		picture.Close()
		return nil, nil, &Error{"detect", err}
	}
	e.clock.Lap()
	return picture, e.found, nil
}

// closer looks at cut-outs of the picture that See gave.
func (e *Eyes) closer(p *video.Picture, parts []cutOut, floor float32, found []seat.Detection) ([]seat.Detection, error) {
	e.parts = e.parts[:0]
	for i := range parts {
		e.parts = append(e.parts, parts[i].Rectangle)
		e.Spent.Cuts[parts[i].kind]++
	}
	var err error
	e.found, err = e.Session.Closer(p, e.parts, floor, found)
	e.Spent.Closer = e.clock.Lap()
	if err != nil {
		return e.found, &Error{"detect", err}
	}
	return e.found, nil
}

// Timed measures the two stages that follow See: deciding, up to the commit, and the commit.
func (e *Eyes) Timed(commit func(*store.Change) error) func(*store.Change) error {
	return func(change *store.Change) error {
		e.Spent.Seats = e.clock.Lap()
		err := commit(change)
		e.Spent.Store = e.clock.Lap()
		return err
	}
}

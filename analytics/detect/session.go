package detect

import (
	"fmt"
	"image"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	ort "github.com/yalue/onnxruntime_go"
)

// DefaultOverlap is the intersection over union above which two boxes of a class are one thing.
const DefaultOverlap = 0.5

// Session is what one worker detects with: a model's input and output, and buffers. One goroutine uses it at a time.
type Session struct {
	Overlap float32 // of non-maximum suppression, 0..1

	// Spent is how long the last Detect took by stage. Its owner may read it until the next.
	Spent Stages

	model   *Model
	input   *ort.Tensor[float32]
	output  *ort.Tensor[float32]
	inputs  []ort.Value
	outputs []ort.Value
	found   []candidate
}

// Stages is where the time of a Detect goes.
type Stages struct{ Scale, Infer, Outputs time.Duration }

// Session makes a session. Close it before the model.
func (m *Model) Session() (*Session, error) {
	input, err := ort.NewEmptyTensor[float32](m.input)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", m.path, err)
	}
	output, err := ort.NewEmptyTensor[float32](m.output)
	if err != nil {
		_ = input.Destroy()
		return nil, fmt.Errorf("model %s: %w", m.path, err)
	}
	return &Session{
		Overlap: DefaultOverlap,
		model:   m, input: input, output: output,
		inputs: []ort.Value{input}, outputs: []ort.Value{output},
	}, nil
}

// InputSize is the model's, in pixels.
func (s *Session) InputSize() (w, h int) { return s.model.InputSize() }

// Close frees the session.
func (s *Session) Close() {
	_ = s.input.Destroy()
	_ = s.output.Destroy()
}

// Detect finds what is in a whole picture and appends it to dst, surest first. floor, 0..1, is the least confidence.
func (s *Session) Detect(p *video.Picture, floor float32, dst []seat.Detection) ([]seat.Detection, error) {
	s.found, s.Spent = s.found[:0], Stages{}
	if err := s.look(p, p.Bounds(), floor); err != nil {
		return dst, err
	}
	return s.append(p, dst), nil
}

// Closer looks at cut-outs of a picture, in pixels, at its own size, and adds to found what Detect did not see, or saw
// less surely. What touches an edge of a cut-out within the picture is left out: a part of something is not what it
// seems. found must be of this picture.
func (s *Session) Closer(p *video.Picture, parts []image.Rectangle, floor float32, found []seat.Detection) ([]seat.Detection, error) {
	s.found, s.Spent = s.found[:0], Stages{}
	for _, part := range parts {
		first := len(s.found)
		if err := s.look(p, part, floor); err != nil {
			return found, err
		}
		s.found = whole(s.found, first, part, p.Bounds())
	}
	before := len(found)
	found = s.append(p, found)
	kept := found[:before]
next:
	for _, d := range found[before:] {
		for i := range kept {
			if o := &kept[i]; o.Class == d.Class && o.Box.IoU(d.Box) > float64(s.Overlap) {
				if d.Confidence > o.Confidence {
					*o = d
				}
				continue next
			}
		}
		kept = append(kept, d)
	}
	return kept, nil
}

// edge is how near to the edge of a cut-out, in its own pixels, a box counts as cut off by it.
const edge = 2

// whole leaves out candidates, from the first on, that an edge of the part cuts off.
func whole(all []candidate, first int, part, bounds image.Rectangle) []candidate {
	kept := all[:first]
	for _, c := range all[first:] {
		if c.x0 <= float32(part.Min.X+edge) && part.Min.X > bounds.Min.X ||
			c.y0 <= float32(part.Min.Y+edge) && part.Min.Y > bounds.Min.Y ||
			c.x1 >= float32(part.Max.X-edge) && part.Max.X < bounds.Max.X ||
			c.y1 >= float32(part.Max.Y-edge) && part.Max.Y < bounds.Max.Y {
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

// append appends to dst what was found, without doubles.
func (s *Session) append(p *video.Picture, dst []seat.Detection) []seat.Detection {
	began := time.Now()
	kept := s.found
	if s.model.family.nms {
		kept = suppress(kept, s.Overlap)
	}
	w, h := p.Size()
	for i := range kept {
		c := &kept[i]
		dst = append(dst, seat.Detection{
			Class:      s.model.classes[c.class],
			Confidence: c.confidence,
			Box:        seat.Box{X0: c.x0 / float32(w), Y0: c.y0 / float32(h), X1: c.x1 / float32(w), Y1: c.y1 / float32(h)},
		})
	}
	s.Spent.Outputs += time.Since(began)
	return dst
}

// look runs the model over one part and leaves what it found in pixels of the picture.
func (s *Session) look(p *video.Picture, part image.Rectangle, floor float32) error {
	began := time.Now()
	fit, err := p.Letterbox(part, s.model.family.box, s.input.GetData())
	if err != nil {
		return err
	}
	scaled := time.Now()
	if err = s.model.session.Run(s.inputs, s.outputs); err != nil {
		return fmt.Errorf("run %s: %w", s.model.path, err)
	}
	inferred := time.Now()
	first := len(s.found)
	s.found = s.model.family.decode(s.found, s.output.GetData(), floor)
	s.found = s.found[:first+place(s.found[first:], fit, part.Intersect(p.Bounds()), part.Min)]
	s.Spent.Scale += scaled.Sub(began)
	s.Spent.Infer += inferred.Sub(scaled)
	s.Spent.Outputs += time.Since(inferred)
	return nil
}

// place moves boxes from the input to the picture, clipped to the part that was looked at, and gives how many are left.
func place(all []candidate, fit video.Fit, part image.Rectangle, origin image.Point) int {
	n := 0
	for _, c := range all {
		x0, x1 := (c.x0-fit.X)/fit.Scale+float32(origin.X), (c.x1-fit.X)/fit.Scale+float32(origin.X)
		y0, y1 := (c.y0-fit.Y)/fit.Scale+float32(origin.Y), (c.y1-fit.Y)/fit.Scale+float32(origin.Y)
		c.x0, c.x1 = max(x0, float32(part.Min.X)), min(x1, float32(part.Max.X))
		c.y0, c.y1 = max(y0, float32(part.Min.Y)), min(y1, float32(part.Max.Y))
		if c.x1 > c.x0 && c.y1 > c.y0 {
			all[n] = c
			n++
		}
	}
	return n
}

package look

import (
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/scene"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// place is a part of the picture that belongs to a seat, where its person or its belongings are, and how it looked: when
// it was empty, when something was last found in it, a look ago.
type place struct {
	area seat.Box // of the picture, 0..1
	mask scene.Mask

	now   memory
	last  memory
	empty memory // how the place looks when it is empty
	found memory // how the surroundings of what was found looked then

	against scene.Difference // now, and the empty place
	moved   scene.Difference // now, and the look before
	noise   float32          // how unlike two looks are between which nothing happens
	idle    float32          // how unlike its own picture the empty place is at most
	shows   float32          // how unlike the empty place it is while something is there; 0: not known
	calm    time.Time        // since when nothing has moved; zero where something does
	looks   int              // since then
	sure    bool             // empty is known to be so: an admin said it, or it looked alike after somebody had been there
	visited bool             // somebody has been there since empty was taken
}

// memory is one view of a part of the picture.
type memory struct {
	at   time.Time // zero: there is none
	area seat.Box
	view scene.View
}

var everywhere = func() (m scene.Mask) {
	m.Cells(func(_, _ float32) bool { return true })
	return m
}()

// take makes a view of a part of a picture that has moved by so much.
func (m *memory) take(maker *scene.Maker, p *video.Picture, area seat.Box, by scene.Shift) error {
	w, h := p.Size()
	x, y := float64(w), float64(h)
	err := p.Luma((float64(area.X0)+by.X)*x, (float64(area.Y0)+by.Y)*y, (float64(area.X1)+by.X)*x, (float64(area.Y1)+by.Y)*y,
		maker.Luma, scene.Width, scene.Height)
	if err != nil {
		return err
	}
	maker.Make(&m.view)
	m.at, m.area = p.At(), area
	return nil
}

// The parameters of places.
const (
	movesWithin = 1500 * time.Millisecond // a look before this saw what was there before, not what moves
	lastFor     = 10 * time.Second        // a look before this says nothing of movement
	leastMoving = 0.30                    // of scene.Difference.Strongest: less is noise
	// of scene.Difference.Local: less is noise
	leastChanged = 0.30
	// and at most this share of how unlike it was while something was there
	bareShare = 0.35
	// a lamp, the sun or a hand before the lens changes most of a place; what people leave does not
	mostSpread = 0.55
	// an empty place is known after this many looks at which nothing moved, over this long
	emptyLooks = 3
	emptyAfter = 1200 * time.Millisecond
	// and is looked at anew so often
	emptyFresh = 30 * time.Second
	// one that was surely empty, and looked quite different for so long, looks so now: somebody moved the furniture
	emptyAnew = 10 * time.Minute
	// as does one that nobody is sure of, after so long
	emptyDoubt = 5 * time.Second
)

// look makes the view of now, and weighs it.
func (p *place) look(maker *scene.Maker, picture *video.Picture, by scene.Shift) error {
	p.last = p.now
	if err := p.now.take(maker, picture, p.area, by); err != nil {
		return err
	}
	p.weigh()
	return nil
}

// weigh holds the view of now against what is known.
func (p *place) weigh() {
	p.against, p.moved = scene.Difference{}, scene.Difference{}
	if !p.empty.at.IsZero() {
		p.against = p.now.view.Unlike(&p.empty.view, &p.mask)
	}
	if p.last.at.IsZero() || p.now.at.Sub(p.last.at) > lastFor {
		p.calm = time.Time{}
		return
	}
	p.moved = p.now.view.Since(&p.last.view, &p.mask)
	if p.moves() {
		p.calm = time.Time{}
		return
	}
	p.noise += (p.moved.Strongest - p.noise) / 16
	if p.calm.IsZero() {
		p.calm, p.looks = p.last.at, 1
	}
	p.looks++
}

func (p *place) moves() bool { return p.moved.Strongest > max(leastMoving, 2*p.noise) }

// changed is the least difference from the empty place that is more than light and noise.
func (p *place) changed() float32 { return min(max(leastChanged, 3*p.idle), scene.Other) }

// bare tells whether the place looks as it does when it is empty.
func (p *place) bare() bool {
	return !p.empty.at.IsZero() && p.against.Strongest <= scene.Same && p.against.Local <= 0.6*p.changed()
}

// scene is what the look says of the place; found tells whether a detection was found in it.
func (p *place) scene(found bool) (s seat.Scene) {
	if p.moves() && p.now.at.Sub(p.last.at) <= movesWithin {
		s |= seat.Moving
	}
	if p.empty.at.IsZero() {
		return s
	}
	switch d := p.against; {
	case found:
		p.shows = d.Local
	case p.bare() && p.shows >= p.changed() && d.Local <= bareShare*p.shows:
		s |= seat.Bare
		p.sure = p.sure || p.visited
	case p.cleared():
	case d.Local >= p.changed() && d.Spread <= mostSpread:
		s |= seat.Changed
	}
	return s
}

// cleared tells whether the picture of the empty place had something in it that is gone, where nobody is sure of it.
func (p *place) cleared() bool {
	if p.sure || p.empty.at.IsZero() || p.against.Local < p.changed() {
		return false
	}
	now, then := p.now.view.Detail(&p.empty.view, &p.mask)
	return now < clearedShare*then
}

// clearedShare is how much less there is to see, at most, where a thing was taken away.
const clearedShare = 0.7

// keep remembers how the surroundings of what was found look.
func (p *place) keep(maker *scene.Maker, picture *video.Picture, box seat.Box, by scene.Shift) error {
	return p.found.take(maker, picture, box, by)
}

// since holds the surroundings of what was last found against how they look now; now is only lent.
func (p *place) since(maker *scene.Maker, picture *video.Picture, by scene.Shift, now *memory) (seat.Scene, error) {
	if p.found.at.IsZero() {
		return 0, nil
	}
	if err := now.take(maker, picture, p.found.area, by); err != nil {
		return 0, err
	}
	switch d := now.view.Unlike(&p.found.view, &everywhere); {
	case d.Strongest <= scene.Same:
		return seat.Kept, nil
	case d.Strongest >= scene.Other:
		return seat.Altered, nil
	}
	return 0, nil
}

// learn takes the place as it looks for the empty one, where nothing speaks against it. The caller is sure that nobody
// and nothing is there, as sure as detectors make it.
func (p *place) learn() {
	still := !p.calm.IsZero() && p.looks >= emptyLooks && p.now.at.Sub(p.calm) >= emptyAfter
	if still && !p.empty.at.IsZero() {
		if d := p.against.Local; d > p.idle {
			p.idle += (d - p.idle) / 4
		} else {
			p.idle += (d - p.idle) / 64
		}
	}
	switch {
	case !still:
	case p.empty.at.IsZero(),
		p.bare() && p.now.at.Sub(p.empty.at) >= emptyFresh,
		p.against.Spread > mostSpread && p.now.at.Sub(p.calm) >= emptyAnew,
		p.cleared() && p.now.at.Sub(p.calm) >= emptyDoubt:
		p.empty = p.now
	}
}

// furniture tells whether what was found in a box stands in the empty place too.
func (p *place) furniture(box seat.Box) bool {
	if p.empty.at.IsZero() {
		return false
	}
	var under scene.Mask
	n := under.Cells(func(x, y float32) bool {
		at := seat.Point{X: p.area.X0 + x*(p.area.X1-p.area.X0), Y: p.area.Y0 + y*(p.area.Y1-p.area.Y0)}
		return at.X >= box.X0 && at.X <= box.X1 && at.Y >= box.Y0 && at.Y <= box.Y1
	})
	return n > 0 && p.now.view.Unlike(&p.empty.view, &under).Strongest <= furnitureLike
}

// furnitureLike is the most, of scene.Difference.Strongest in the cells of its box, that furniture differs from itself.
const furnitureLike = 0.25

// bodyArea is where the body of somebody in a seat is seen: the polygon's bounds, and as much above them.
func bodyArea(s *seat.Seat) seat.Box {
	b := s.ROI.Bounds()
	b.Y0 = max(0, b.Y0-(b.Y1-b.Y0))
	return b
}

// maskOf marks the cells of an area that lie in a polygon; above it where they are a body's. Those in another polygon
// are left out: the desk before a body has changes of its own.
func maskOf(area seat.Box, roi, without seat.ROI, body bool) (m scene.Mask) {
	bounds := roi.Bounds()
	n := m.Cells(func(x, y float32) bool {
		at := seat.Point{X: area.X0 + x*(area.X1-area.X0), Y: area.Y0 + y*(area.Y1-area.Y0)}
		return !without.Contains(at) && (roi.Contains(at) || body && at.Y < bounds.Y0+(bounds.Y1-bounds.Y0)/2)
	})
	if n == 0 {
		return everywhere
	}
	return m
}

// grown is a box larger by a share of its size on each side, within the picture.
func grown(b seat.Box, share float32) seat.Box {
	w, h := (b.X1-b.X0)*share, (b.Y1-b.Y0)*share
	return seat.Box{X0: max(0, b.X0-w), Y0: max(0, b.Y0-h), X1: min(1, b.X1+w), Y1: min(1, b.Y1+h)}
}

package rooms

import (
	"cmp"
	"image"
	"image/draw"
	"math"
	"math/rand/v2"
	"slices"
)

// visit is one stay of somebody in a seat: seated from Sit to Go, in seconds; the walk there and away comes on top.
type visit struct {
	who       *person
	sit, gone float64
	in, out   float64 // seconds of walking; 0: there already, or still there at the end
	left      bool    // comes from and goes to the left edge of the picture
	poses     []bend
	mirror    bool
}

// bend is a time in which somebody leans over (radians), or has the head down by some metres.
type bend struct {
	span       Span
	lean, down float64
}

// lay is a thing at a seat for a time. It lies dx metres beside the seat's middle and dz from the desk's near edge.
type lay struct {
	what   thing
	span   Span
	dx, dz float64
	angle  float64 // radians
}

// place is a seat.
type place struct {
	id     string
	x      float64 // metres
	desk   *desk
	far    bool    // behind the desk, facing the camera; else in front of it, seen from behind
	tall   float64 // of the chair's back, metres; 0: no chair
	push   func(t float64) vec
	visits []visit
	lays   []lay
	extra  []Span // times in which something lies there that is drawn elsewhere
}

// at is where the sitter's chair stands.
func (p *place) at() vec {
	if p.far {
		return vec{p.x, 0, p.desk.z1 + 0.28}
	}
	return vec{p.x, 0, p.desk.z0 - 0.30}
}

// stroll is somebody who crosses the room: a point of the floor for each second in at. Two equal points are a pause.
type stroll struct {
	who  *person
	path []vec
	at   []float64
}

// stage is a room, and what happens in it.
type stage struct {
	lens    lens
	plate   *image.RGBA
	layers  []layer
	places  []*place
	strolls []stroll
	moving  []func(t float64) (depth float64, draws func(dst *image.RGBA))
	salt    uint32
	chair   tone
	zoom    float64 // of a finisher that enlarges the picture; else 1
	r       *rand.Rand
}

// build draws what stands still. It is called once all is on the stage.
func (s *stage) build() {
	always := Span{0, math.Inf(1)}
	desks := map[*desk]bool{}
	for _, p := range s.places {
		if !desks[p.desk] {
			desks[p.desk] = true
			d := *p.desk
			s.layers = append(s.layers, s.lens.layer(s.deskDepth(p.desk), always, func(dst *image.RGBA) { s.lens.desk(dst, d) }))
		}
		for _, y := range p.lays {
			at, depth := s.spot(p, y)
			s.layers = append(s.layers, s.lens.layer(depth, y.span, func(dst *image.RGBA) { s.lens.put(dst, y.what, at, y.angle) }))
		}
		if p.tall == 0 {
			continue
		}
		c := chair{p.at(), p.far, p.tall, 0, s.chair}
		side := -0.05 // the back is nearer than the sitter
		if p.far {
			side = 0.05
		}
		if p.push != nil {
			s.moving = append(s.moving, func(t float64) (float64, func(*image.RGBA)) {
				c := c
				v := p.push(t)
				c.at, c.turn = c.at.add(vec{v.X, 0, v.Z}), v.Y
				return s.lens.depth(c.at) + side, func(dst *image.RGBA) {
					s.lens.pan(dst, c)
					s.lens.back(dst, c)
				}
			})
			continue
		}
		depth := s.lens.depth(c.at)
		s.layers = append(s.layers,
			s.lens.layer(depth+0.04, always, func(dst *image.RGBA) { s.lens.pan(dst, c) }),
			s.lens.layer(depth+side, always, func(dst *image.RGBA) { s.lens.back(dst, c) }))
	}
}

func (s *stage) deskDepth(d *desk) float64 { return s.lens.depth(vec{0, 0, (d.z0 + d.z1) / 2}) }

// spot is where a thing lies, and how far away it counts as.
func (s *stage) spot(p *place, y lay) (vec, float64) {
	if y.what.drape {
		at := p.at()
		if p.far {
			return vec{at.X, p.tall + 0.03, at.Z + 0.20}, s.lens.depth(at) + 0.045
		}
		return vec{at.X, p.tall + 0.03, at.Z - 0.24}, s.lens.depth(at) - 0.06
	}
	return vec{p.x + y.dx, deskTop, p.desk.z0 + y.dz}, s.deskDepth(p.desk) - 0.002 + 0.001*y.dz
}

// fixture puts something on a desk for good: furniture.
func (s *stage) fixture(d *desk, span Span, draws func(dst *image.RGBA)) {
	s.layers = append(s.layers, s.lens.layer(s.deskDepth(d)-0.001, span, draws))
}

// drawing is something to draw at a distance.
type drawing struct {
	depth float64
	draws func(dst *image.RGBA)
}

// frame draws the stage at a second of the clip.
func (s *stage) frame(dst *image.RGBA, t float64) {
	copy(dst.Pix, s.plate.Pix)
	var all []drawing
	for _, y := range s.layers {
		if y.span.holds(t) {
			all = append(all, drawing{y.depth, func(dst *image.RGBA) { draw.Draw(dst, y.img.Rect, y.img, y.img.Rect.Min, draw.Over) }})
		}
	}
	for _, m := range s.moving {
		depth, draws := m(t)
		all = append(all, drawing{depth, draws})
	}
	for i, p := range s.places {
		for k, v := range p.visits {
			if d, ok := s.visitor(p, v, t, float64(17*i+k)); ok {
				all = append(all, d)
			}
		}
	}
	for _, w := range s.strolls {
		if d, ok := s.walker(w, t); ok {
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(a, b drawing) int { return cmp.Compare(b.depth, a.depth) })
	for _, d := range all {
		d.draws(dst)
	}
}

// edge is the first x outside the picture at a depth of the room, in metres.
func (s *stage) edge(z float64, left bool) float64 {
	x := float64(s.lens.W)/2*s.lens.depth(vec{0, 0.8, z})/s.lens.Focal + 0.45
	if left {
		return -x
	}
	return x
}

// sink is how long it takes to sit down or stand up, in seconds; what a seat is meanwhile is not judged.
const sink = 0.8

// visitor draws somebody on the way to a seat, in it, or on the way out.
func (s *stage) visitor(p *place, v visit, t, n float64) (drawing, bool) {
	at := p.at()
	switch {
	case t >= v.sit && t < v.gone:
		return s.sitter(p, v, t, n, 1), true
	case v.in > 0 && t < v.sit && t >= v.sit-sink:
		return s.sitter(p, v, t, n, 1-(v.sit-t)/sink), true
	case v.out > 0 && t >= v.gone && t < v.gone+sink:
		return s.sitter(p, v, t, n, 1-(t-v.gone)/sink), true
	}
	aisle := at.Z - 0.55
	if p.far {
		aisle = at.Z + 0.60
	}
	out := vec{s.edge(aisle, v.left), 0, aisle}
	path := []vec{out, {at.X, 0, aisle}, at}
	if from := v.sit - sink - v.in; v.in > 0 && t >= from && t < v.sit-sink {
		return s.walker(stroll{v.who, path, []float64{from, from + 0.85*v.in, from + v.in}}, t)
	}
	if from := v.gone + sink; v.out > 0 && t >= from && t < from+v.out {
		slices.Reverse(path)
		return s.walker(stroll{v.who, path, []float64{from, from + 0.15*v.out, from + v.out}}, t)
	}
	return drawing{}, false
}

// seatLow is how much lower a sitting figure's feet would be if it stood: a thigh, in metres.
const seatLow = 0.45

// sitter draws somebody who sits: down is 1 when seated and 0 when just standing up.
func (s *stage) sitter(p *place, v visit, t, n, down float64) drawing {
	at := p.at()
	// a still person: slow drifts, and now and then a quicker movement
	stir := grain(t/1.3, n, s.salt) - 0.5
	if grain(t/9, n, s.salt+1) > 0.62 {
		stir *= 3
	}
	o := pose{Mirror: v.mirror, Lean: 0.05*stir + 0.05*(grain(t/4, n, s.salt+2)-0.5), Scale: 1 + 0.012*(grain(t/2.1, n, s.salt+3)-0.5)}
	at.X += 0.035*stir + 0.03*(grain(t/7, n, s.salt+4)-0.5)
	low := 0.0
	for _, b := range v.poses {
		k := ease((t-b.span.From)/0.7) * ease((b.span.To-t)/0.7)
		o.Lean += k * b.lean
		low += k * b.down
	}
	img := sprite{}
	if bust := v.who.bust; bust != nil && p.far && down == 1 { // only a whole figure can stand up
		img = *bust
		at.Y = 1.27 - img.Metres
		o.Above = max(0, 0.5-at.Y)
	} else {
		img = v.who.stand[swing(int(t*5)+int(31*n), len(v.who.stand))]
		at.Y = -seatLow
		o.Above = (0.5 + seatLow) * down
	}
	at.Y += seatLow*(1-down) - low
	if low > 0 {
		o.Above += low
	}
	return drawing{s.lens.depth(p.at()), func(dst *image.RGBA) { s.lens.stand(dst, img, at, o) }}
}

// ease is 0 below 0, 1 above 1 and smooth between.
func ease(x float64) float64 {
	x = min(1, max(0, x))
	return x * x * (3 - 2*x)
}

// swing goes to and fro over n frames.
func swing(i, n int) int {
	if n < 2 {
		return 0
	}
	i %= 2*n - 2
	if i >= n {
		return 2*n - 2 - i
	}
	return i
}

// walker draws somebody on a path.
func (s *stage) walker(w stroll, t float64) (drawing, bool) {
	if len(w.at) == 0 || t < w.at[0] || t >= w.at[len(w.at)-1] {
		return drawing{}, false
	}
	i := 1
	for w.at[i] <= t {
		i++
	}
	a, b := w.path[i-1], w.path[i]
	at := a.mix(b, (t-w.at[i-1])/(w.at[i]-w.at[i-1]))
	steps, n := w.who.walk, int(t*10)
	if a == b {
		if w.who.stand != nil {
			steps = w.who.stand
			n /= 2
		} else {
			n /= 6
		}
	}
	img := steps[swing(n, len(steps))]
	o := pose{Mirror: (b.X < a.X) != w.who.left}
	return drawing{s.lens.depth(at), func(dst *image.RGBA) {
		s.lens.shadow(dst, at, 0.36, 0.2, 0.5)
		s.lens.stand(dst, img, at, o)
	}}, true
}

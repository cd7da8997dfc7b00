package rooms

import (
	"fmt"
	"image"
	"math"
)

// person is somebody cut out of the material.
type person struct {
	name  string
	walk  []sprite // full figures, 10 a second; empty where only a sitting figure is known
	stand []sprite // full figures that stand and stir, 5 a second, seen from behind
	bust  *sprite  // the upper body, seen from the front
	left  bool     // walk goes to the left
}

// visits are the six people of the clip, when each stands at the table and how tall they are in metres. The halves share
// nobody.
var visits = []struct {
	half   Half
	stand  Span
	leave  Span    // seen walking, whole
	bare   [2]Span // nobody is there, before and after: the table is moved a little by each
	least  float64 // how much darker or lighter than the empty room counts, of 255; the camera's exposure moves
	metres float64
}{
	{Tune, Span{9, 17}, Span{18.6, 20.2}, [2]Span{{1, 5}, {20.5, 22.5}}, 20, 1.68},
	{Tune, Span{28, 36}, Span{43.8, 45.4}, [2]Span{{20.5, 22.5}, {46, 50}}, 36, 1.80},
	{Tune, Span{56, 64}, Span{69, 70.6}, [2]Span{{46, 50}, {71, 74}}, 20, 1.70},
	{Final, Span{77.5, 84}, Span{85.6, 87.2}, [2]Span{{71, 74}, {88, 92}}, 20, 1.78},
	{Final, Span{98, 106}, Span{118.6, 120.2}, [2]Span{{88, 92}, {121, 123}}, 20, 1.66},
	{Final, Span{127, 133.5}, Span{}, [2]Span{{121, 123}, {137, 139}}, 20, 1.82},
}

const walkW, walkH = 768, 432 // pixels of the clip

// walkPlate is the clip's room without anybody.
func (m Material) walkPlate(from, to float64) (*image.RGBA, error) {
	return still(m.clip(walkClip), walkW, walkH, Span{from, to}, 5)
}

// standing cuts the half's people out of the clip in which six come one by one.
func (m Material) standing(half Half) (all []*person, err error) {
	for i, v := range visits {
		if v.half != half {
			continue
		}
		var plates [2]*image.RGBA
		for k := range plates {
			if plates[k], err = m.walkPlate(v.bare[k].From, v.bare[k].To); err != nil {
				return nil, err
			}
		}
		p := &person{name: fmt.Sprintf("visitor %d", i+1)}
		var tall []int
		err = frames(m.clip(walkClip), walkW, walkH, v.stand, 5, func(_ float64, img *image.RGBA) error {
			f := lift(img, image.Point{}, moved(img, plates[0], v.least))
			tall = append(tall, f.Rect.Dy())
			p.stand = append(p.stand, sprite{f, v.metres})
			return nil
		})
		if err != nil {
			return nil, err
		}
		if v.leave.To == 0 {
			v.leave = Span{v.stand.From, v.stand.From + 0.8} // their legs do not move
		}
		err = frames(m.clip(walkClip), walkW, walkH, v.leave, 10, func(_ float64, img *image.RGBA) error {
			mk := moved(img, plates[1], v.least)
			r := mk.bounds()
			if r.Min.X < 3 || r.Max.X > walkW-3 || r.Max.Y > walkH-3 || r.Dy() < tall[0]*3/4 {
				return nil // not wholly in the picture
			}
			f := lift(img, image.Point{}, mk)
			p.walk = append(p.walk, sprite{f, v.metres})
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(p.walk) < 3 {
			p.walk = p.stand[:8]
		}
		all = append(all, p)
	}
	return all, nil
}

// moved is what of a picture differs from the plate, as one solid patch. A shadow is the plate with less light: in the
// lowest eighth it does not count.
func moved(img, plate *image.RGBA, least float64) mask {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	m := newMask(w, h)
	for i := range m.a {
		p, b := img.Pix[4*i:4*i+3], plate.Pix[4*i:4*i+3]
		var d float64
		for c := range 3 {
			d = max(d, math.Abs(float64(p[c])-float64(b[c])))
		}
		m.a[i] = float32(min(1, max(0, (d-least)/(1.5*least)+0.5)))
	}
	closed(m, 1)
	m = soften(m)
	r := patchOf(m)
	low := r.Max.Y - r.Dy()/8
	for i := low * w; i < len(m.a); i++ {
		p, b := img.Pix[4*i:4*i+3], plate.Pix[4*i:4*i+3]
		lo, hi := 2.0, 0.0
		for c := range 3 {
			k := (float64(p[c]) + 8) / (float64(b[c]) + 8)
			lo, hi = min(lo, k), max(hi, k)
		}
		if lo > 0.52 && hi-lo < 0.12 {
			m.a[i] = 0
		}
	}
	solid(m)
	return soften(m)
}

// patchOf is where the largest patch of a mask lies.
func patchOf(m mask) image.Rectangle {
	n := newMask(m.w, m.h)
	for i, in := range largest(m, func(i int) bool { return m.a[i] >= 0.5 }) {
		if in {
			n.a[i] = 1
		}
	}
	return n.bounds()
}

// busts are people of COCO who can sit behind a desk: the photograph, the label in it, where the head is in the box (the
// middle and half its width, 0..1 of the box), and how much of them is seen, in metres.
var busts = []struct {
	half      Half
	id, label int
	head      [3]float64
	metres    float64
}{
	{Tune, 8844, 0, [3]float64{0.52, 0.28, 0.17}, 0.62},
	{Tune, 8532, 1, [3]float64{0.49, 0.33, 0.22}, 0.62},
	{Tune, 11699, 1, [3]float64{0.71, 0.14, 0.27}, 0.72},
	{Tune, 11051, 2, [3]float64{0.52, 0.20, 0.18}, 0.85},
	{Final, 11051, 1, [3]float64{0.73, 0.20, 0.16}, 0.80},
	{Final, 11699, 0, [3]float64{0.31, 0.11, 0.18}, 0.95},
	{Final, 9448, 1, [3]float64{0.45, 0.17, 0.17}, 0.95},
}

// sitting cuts the half's people out of COCO, the upper body only.
func (m Material) sitting(half Half) (all []*person, err error) {
	for _, b := range busts {
		if b.half != half {
			continue
		}
		img, err := m.cut(b.id, b.label, bust(b.head))
		if err != nil {
			return nil, err
		}
		all = append(all, &person{name: fmt.Sprintf("photo %d", b.id), bust: &sprite{img, b.metres}})
	}
	return all, nil
}

// track is somebody who crosses the picture of vtest.avi, followed from frame to frame.
type track struct {
	last   image.Rectangle
	frames []sprite
	start  int // x of the first box, pixels
	lost   bool
}

const vtestW, vtestH = 768, 576 // pixels

// vtestSpan is the half's part of vtest.avi, in seconds.
func vtestSpan(half Half) Span {
	if half == Tune {
		return Span{0, 39.5}
	}
	return Span{40, 79.4}
}

// walking cuts people out of vtest.avi who walk alone for two seconds or more: 50 to 110 pixels tall.
func (m Material) walking(half Half) (all []*person, err error) {
	plate, err := still(m.Vtest, vtestW, vtestH, Span{0, 79}, 0.6)
	if err != nil {
		return nil, err
	}
	var tracks []*track
	err = frames(m.Vtest, vtestW, vtestH, vtestSpan(half), 10, func(_ float64, img *image.RGBA) error {
		mk := changed(img, plate)
		seen := make([]bool, len(mk.a))
		found := map[*track]bool{}
		for i := range mk.a {
			if seen[i] || mk.a[i] < 0.5 {
				continue
			}
			patch := grow(mk, []int{i}, seen, func(i int) bool { return mk.a[i] >= 0.5 })
			r, one := crop(mk, patch)
			if r.Dy() < 45 || r.Dy() > 130 || r.Dx()*100 > r.Dy()*58 || r.Dx()*100 < r.Dy()*27 ||
				!r.In(image.Rect(4, 4, vtestW-4, vtestH-4)) {
				continue
			}
			t := follow(tracks, r)
			if t == nil {
				t = &track{start: r.Min.X}
				tracks = append(tracks, t)
			}
			solid(one)
			t.last = r
			t.frames = append(t.frames, sprite{lift(img, r.Min, soften(one)), 1.72})
			found[t] = true
		}
		for _, t := range tracks {
			t.lost = t.lost || !found[t]
		}
		return nil
	})
	for i, t := range tracks {
		if len(t.frames) >= 20 {
			all = append(all, &person{name: fmt.Sprintf("walker %d", i), walk: t.frames[:min(60, len(t.frames))], left: t.last.Min.X < t.start})
		}
	}
	return all, err
}

// crop makes a mask of its own of one patch, and tells where it lies.
func crop(m mask, patch []int) (image.Rectangle, mask) {
	r := image.Rectangle{image.Pt(m.w, m.h), image.Point{}}
	for _, i := range patch {
		x, y := i%m.w, i/m.w
		r.Min.X, r.Min.Y = min(r.Min.X, x), min(r.Min.Y, y)
		r.Max.X, r.Max.Y = max(r.Max.X, x+1), max(r.Max.Y, y+1)
	}
	one := newMask(r.Dx(), r.Dy())
	for _, i := range patch {
		one.a[(i/m.w-r.Min.Y)*one.w+i%m.w-r.Min.X] = 1
	}
	return r, one
}

// follow is the track that a box goes on, or nil.
func follow(tracks []*track, r image.Rectangle) *track {
	for _, t := range tracks {
		both := r.Intersect(t.last)
		if !t.lost && both.Dx()*both.Dy()*10 > 6*r.Dx()*r.Dy() && abs(r.Dy()-t.last.Dy())*6 < r.Dy() {
			return t
		}
	}
	return nil
}

func abs(n int) int { return max(n, -n) }

// changed is moved without the choice of one patch.
func changed(img, plate *image.RGBA) mask {
	m := newMask(img.Rect.Dx(), img.Rect.Dy())
	for i := range m.a {
		p, b := img.Pix[4*i:4*i+3], plate.Pix[4*i:4*i+3]
		var d float64
		for c := range 3 {
			d = max(d, math.Abs(float64(p[c])-float64(b[c])))
		}
		m.a[i] = float32(min(1, max(0, (d-24)/20+0.5)))
	}
	return soften(m)
}

package rooms

import (
	"fmt"
	"image"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// setting is a room to begin with.
type setting struct {
	w, h   int     // pixels
	wide   float64 // focal length in widths of the picture: 0.8 sees 64 degrees
	height float64 // of the camera, metres
	pitch  float64 // radians
	depth  float64 // metres to the far wall
	back   string  // "room": drawn; "hall": the room of a real clip; "photo": a photograph of COCO behind the desks
}

// small is the camera that most clips have: under the ceiling of a small room.
var small = setting{1280, 720, 0.80, 2.35, 0.36, 6.2, "room"}

var palettes = map[Half][]decor{
	Tune: {
		{wall: rgb(214, 210, 200), floor: rgb(126, 118, 108)},
		{wall: rgb(188, 198, 202), floor: rgb(92, 100, 110)},
		{wall: rgb(206, 188, 164), floor: rgb(150, 116, 82)},
	},
	Final: {
		{wall: rgb(222, 222, 220), floor: rgb(108, 112, 104)},
		{wall: rgb(170, 182, 168), floor: rgb(134, 110, 88)},
		{wall: rgb(196, 176, 170), floor: rgb(88, 84, 92)},
	},
}

// rooms of COCO without anybody, for backgrounds.
var backdrops = map[Half][]int{Tune: {632, 10977}, Final: {4495, 802}}

// open is an empty stage in a setting, with random numbers of its own.
func (c *crew) open(name string, o setting) (*stage, error) {
	r := seed("rooms", string(c.half), name)
	s := &stage{
		lens: lens{o.w, o.h, o.wide * float64(o.w), o.height, o.pitch},
		salt: r.Uint32(), r: r, zoom: 1,
		chair: rgb(120, 110, 105).mix(rgb(40, 60, 90), r.Float64()).times(between(r, 0.4, 1.2)),
	}
	s.plate = newRGBA(o.w, o.h)
	switch o.back {
	case "hall":
		// read off the clip: people of 1.7 m are 250 of 432 pixels tall at the table
		s.lens.Focal, s.lens.Height, s.lens.Pitch = 700.0/walkW*float64(o.w), 2.6, 0.314
		cover(s.plate, c.hall)
	case "photo":
		img, err := c.photo(backdrops[c.half][r.IntN(2)])
		if err != nil {
			return nil, err
		}
		cover(s.plate, img)
	default:
		d := palettes[c.half][r.IntN(3)]
		d.depth, d.wide, d.hang = o.depth, max(24, o.depth/o.wide*1.15), c.photos
		if r.IntN(2) == 0 && o.depth < 10 { // a larger floor would show that it repeats
			d.boards = c.boards
		}
		s.lens.room(s.plate, d, r)
	}
	for i := 0; i < len(s.plate.Pix); i += 4 {
		p := s.plate.Pix[i : i+4]
		if p[3] == 0 { // above the far wall
			p[0], p[1], p[2] = 224, 224, 220
		}
		p[3] = 255
	}
	return s, nil
}

// cover scales a picture so that it covers another.
func cover(dst, img *image.RGBA) {
	k := max(float64(dst.Rect.Dx())/float64(img.Rect.Dx()), float64(dst.Rect.Dy())/float64(img.Rect.Dy()))
	w, h := int(k*float64(img.Rect.Dx())+0.5), int(k*float64(img.Rect.Dy())+0.5)
	at := image.Pt((dst.Rect.Dx()-w)/2, (dst.Rect.Dy()-h)/2)
	draw.CatmullRom.Scale(dst, image.Rectangle{at, at.Add(image.Pt(w, h))}, img, img.Rect, draw.Src, nil)
}

// row puts n seats at a desk along X, apart metres from middle to middle.
func (s *stage) row(ids string, style string, mid, apart, z0 float64, far bool) []*place {
	n := float64(len(ids))
	x0, x1 := mid-n*apart/2-0.1, mid+n*apart/2+0.1
	d := &desk{x0: x0, x1: x1, z0: z0, z1: z0 + 0.7, top: top(style, x1-x0, 0.7, s.salt)}
	if s.r.IntN(2) == 0 {
		d.front = plain(rgb(150, 146, 140).mix(rgb(90, 70, 56), s.r.Float64()), x1-x0, 0.7, s.salt)
	}
	var all []*place
	for i, id := range ids {
		all = append(all, &place{
			id: string(id), x: mid + (float64(i)-(n-1)/2)*apart, desk: d, far: far, tall: between(s.r, 0.86, 0.96),
		})
	}
	s.places = append(s.places, all...)
	return all
}

// pick is a thing of the half.
func (c *crew) pick(r *rand.Rand, name string) thing {
	all := c.things[name]
	if len(all) == 0 {
		panic(fmt.Sprintf("rooms: there is no %s in half %s", name, c.half))
	}
	return all[r.IntN(len(all))]
}

// stays has somebody sit at a place from one second to another.
func (s *stage) stays(p *place, who *person, sit, gone float64, poses ...bend) {
	p.visits = append(p.visits, visit{
		who: who, sit: sit, gone: gone, in: between(s.r, 2.2, 3.8), out: between(s.r, 2.2, 3.8),
		left: s.r.IntN(2) == 0, mirror: s.r.IntN(2) == 0, poses: poses,
	})
}

// lies puts a thing on a place's part of the desk, out of the way of others there.
func (s *stage) lies(p *place, what thing, from, to float64) {
	dx := [3]float64{-0.16, 0.14, 0}[len(p.lays)%3] + between(s.r, -0.04, 0.04)
	dz := between(s.r, 0.2, 0.34)
	if !p.far {
		dz += 0.12
	}
	if what.screen != nil {
		dz = 0.33
	}
	p.lays = append(p.lays, lay{what: what, span: Span{from, to}, dx: dx, dz: dz, angle: between(s.r, -0.35, 0.35)})
}

// visitsTo has somebody pass by and stop at a place for a few seconds around a moment: to put something down or take it.
func (s *stage) visitsTo(p *place, who *person, t float64) {
	z := p.at().Z - 0.35
	if p.far {
		z = p.at().Z + 0.35
	}
	s.passes(who, z, t-1.6-s.reachTime(z), []pause{{p.x, between(s.r, 2.8, 3.4)}})
}

// stride is how fast people walk, in metres a second.
const stride = 1.25

// reachTime is how long one walks from the edge of the picture to its middle, at a depth of the room.
func (s *stage) reachTime(z float64) float64 { return s.edge(z, false) / stride }

// pause is a stop on a walk: where, in metres, and for how many seconds.
type pause struct{ x, seconds float64 }

// passes has somebody cross the room at a depth, beginning at a second, with stops; from the left or the right by chance.
// It is back out of the picture at the second that it returns.
func (s *stage) passes(who *person, z, t float64, stops []pause) float64 {
	from, to := s.edge(z, true), s.edge(z, false)
	if len(stops) < 2 && s.r.IntN(2) == 0 {
		from, to = to, from
	}
	w := stroll{who: who, path: []vec{{from, 0, z}}, at: []float64{t}}
	x := from
	for _, p := range append(stops, pause{to, 0}) {
		t += max(p.x-x, x-p.x) / stride
		w.path, w.at = append(w.path, vec{p.x, 0, z}), append(w.at, t)
		if p.seconds > 0 {
			t += p.seconds
			w.path, w.at = append(w.path, vec{p.x, 0, z}), append(w.at, t)
		}
		x = p.x
	}
	s.strolls = append(s.strolls, w)
	return t
}

package rooms

import (
	"image"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// deskTop is how high a desk is, in metres.
const deskTop = 0.74

// desk is a table along X, from x0 to x1 and z0 (near) to z1, in metres.
type desk struct {
	x0, x1, z0, z1 float64
	top            texture
	front          texture // nil: four legs, and one sees through
	screen         float64 // how far a divider stands above its far edge, in metres; 0: none
}

// layer is a part of the picture that does not move while it is there.
type layer struct {
	depth float64 // metres; what is further away is drawn first
	span  Span
	img   *image.RGBA
}

// layer draws something once, and keeps the part of the picture that it covers.
func (l lens) layer(depth float64, span Span, draws func(dst *image.RGBA)) layer {
	all := newRGBA(l.W, l.H)
	draws(all)
	r := image.Rectangle{image.Pt(l.W, l.H), image.Point{}}
	for y := range l.H {
		row := all.Pix[y*all.Stride:][:4*l.W]
		for x := range l.W {
			if row[4*x+3] != 0 {
				r.Min.X, r.Min.Y = min(r.Min.X, x), min(r.Min.Y, y)
				r.Max.X, r.Max.Y = max(r.Max.X, x+1), max(r.Max.Y, y+1)
			}
		}
	}
	if r.Empty() {
		r = image.Rectangle{}
	}
	part := image.NewRGBA(r)
	draw.Draw(part, r, all, r.Min, draw.Src)
	return layer{depth, span, part}
}

func (l lens) depth(p vec) float64 {
	_, _, d := l.at(p)
	return d
}

// desk draws a table.
func (l lens) desk(dst *image.RGBA, d desk) {
	w, deep := d.x1-d.x0, d.z1-d.z0
	l.shadow(dst, vec{(d.x0 + d.x1) / 2, 0, (d.z0 + d.z1) / 2}, 0.62*w, 0.8*deep, 0.5)
	if d.screen > 0 {
		l.paint(dst, upright(vec{d.x0, deskTop - 0.1, d.z1}, w, d.screen+0.1), plain(rgb(120, 126, 130), w, d.screen, 5))
		l.paint(dst, upright(vec{d.x0, deskTop + d.screen, d.z1}, w, 0.02), plain(rgb(185, 185, 182), w, 0.02, 5))
	}
	if d.front != nil {
		l.paint(dst, upright(vec{d.x0 + 0.03, 0.04, d.z0 + 0.06}, w-0.06, deskTop-0.06), shaded(d.front, 0.55))
	} else {
		leg := plain(rgb(70, 70, 72), 0.05, deskTop, 3)
		for _, z := range []float64{d.z1 - 0.05, d.z0 + 0.05} {
			for _, x := range []float64{d.x0 + 0.04, d.x1 - 0.09} {
				l.paint(dst, upright(vec{x, 0, z}, 0.05, deskTop), leg)
			}
		}
	}
	l.paint(dst, flat(vec{d.x0, deskTop, d.z0}, w, deep), d.top)
	edge := d.top
	l.paint(dst, upright(vec{d.x0, deskTop - 0.035, d.z0}, w, 0.035), func(u, _ float64) tone { return edge(u, 0.01).times(0.66) })
}

// chair stands with its middle at a point of the floor. Its back is on the far side where the sitter faces the camera.
// tall is how high the back is, in metres; turn moves the back sideways as a turned chair does, in metres.
type chair struct {
	at   vec
	far  bool
	tall float64
	turn float64
	c    tone
}

// back is the chair's part that hides its sitter, or stands behind them.
func (l lens) back(dst *image.RGBA, c chair) {
	z := c.at.Z - 0.22
	if c.far {
		z = c.at.Z + 0.22
	}
	const w = 0.44
	x := c.at.X - w/2 + c.turn
	pole := plain(c.c.times(0.5), 0.05, 0.5, 9)
	l.paint(dst, upright(vec{x + 0.03, 0.0, z}, 0.04, 0.6), pole)
	l.paint(dst, upright(vec{x + w - 0.07, 0.0, z}, 0.04, 0.6), pole)
	h := c.tall - 0.5
	l.paint(dst, upright(vec{x, 0.5, z}, w, h), rounded(shaded(plain(c.c, w, h, 11), 0.7), w, h, 0.08))
}

// pan is what one sits on.
func (l lens) pan(dst *image.RGBA, c chair) {
	l.shadow(dst, vec{c.at.X, 0, c.at.Z}, 0.42, 0.36, 0.45)
	pole := plain(c.c.times(0.45), 0.05, 0.45, 9)
	for _, x := range []float64{-0.19, 0.15} {
		l.paint(dst, upright(vec{c.at.X + x, 0, c.at.Z - 0.18}, 0.04, 0.45), pole)
	}
	l.paint(dst, flat(vec{c.at.X - 0.22, 0.45, c.at.Z - 0.22}, 0.44, 0.44), plain(c.c.times(0.85), 0.44, 0.44, 13))
}

// monitor stands on a desk with its back edge at a point, 0.5 m wide.
func (l lens) monitor(dst *image.RGBA, at vec, shows *image.RGBA) {
	l.shadow(dst, at, 0.2, 0.1, 0.5)
	l.paint(dst, upright(at.add(vec{-0.03, 0, 0}), 0.06, 0.14), plain(rgb(40, 40, 42), 0.06, 0.14, 1))
	p := picture(shows)
	l.paint(dst, upright(at.add(vec{-0.25, 0.12, -0.02}), 0.50, 0.30), func(u, v float64) tone {
		if u < 0.02 || u > 0.98 || v < 0.05 || v > 0.97 {
			return rgb(28, 28, 30)
		}
		return p(u, v).times(0.8)
	})
}

// lamp is a desk lamp, 0.45 m tall.
func (l lens) lamp(dst *image.RGBA, at vec, c tone) {
	l.shadow(dst, at, 0.12, 0.08, 0.5)
	l.paint(dst, upright(at.add(vec{-0.07, 0, 0}), 0.14, 0.02), plain(c, 0.1, 0.1, 1))
	l.paint(dst, upright(at.add(vec{-0.01, 0, 0}), 0.02, 0.36), plain(c.times(0.8), 0.1, 0.1, 1))
	l.paint(dst, upright(at.add(vec{-0.11, 0.30, 0}), 0.22, 0.16), func(u, v float64) tone {
		if math.Abs(u-0.5) > 0.5-0.28*v {
			return tone{}
		}
		return c.times(0.75 + 0.4*u)
	})
}

// decor is what a room is made of, chosen by its random numbers.
type decor struct {
	wall, floor tone
	hang        []*image.RGBA
	boards      *image.RGBA // a photograph of a floor, or nil
	depth, wide float64     // metres to the far wall, and along it
}

// room paints walls and floor.
func (l lens) room(dst *image.RGBA, d decor, r *rand.Rand) {
	wide, high := d.wide, 4.0+d.depth/12
	salt := r.Uint32()
	l.paint(dst, upright(vec{-wide / 2, 0, d.depth}, wide, high), func(u, v float64) tone {
		c := d.wall.times(0.80 + 0.16*v + 0.14*clouds(u*4, v*2, salt) + 0.02*grain(u*900, v*160, salt))
		if v < 0.035 {
			return c.times(0.6)
		}
		return c
	})
	floor := carpet(d.floor, wide, d.depth, salt)
	switch {
	case d.boards != nil:
		floor = repeated(d.boards, wide, d.depth-0.2, 2.2)
	case r.IntN(3) == 0:
		floor = tiles(d.floor, wide, d.depth, 0.6, salt)
	case r.IntN(2) == 0:
		floor = wood(d.floor, wide, d.depth, 0.14, salt)
	}
	l.paint(dst, flat(vec{-wide / 2, 0, 0.2}, wide, d.depth-0.2), floor)
	for i, x := 0, -5.0*wide/24+r.Float64(); x < 5*wide/24; i, x = i+1, x+between(r, 1.4, 2.4) {
		switch r.IntN(3) {
		case 0: // a window
			l.paint(dst, upright(vec{x - 0.05, 0.85, d.depth - 0.01}, 1.3, 1.4), plain(rgb(205, 205, 200), 1.3, 1.4, salt))
			sky := rgb(215, 228, 240)
			l.paint(dst, upright(vec{x, 0.9, d.depth - 0.02}, 1.2, 1.3), func(u, v float64) tone {
				if math.Abs(u-0.5) < 0.02 {
					return rgb(190, 190, 186)
				}
				return sky.mix(rgb(120, 140, 110), max(0, 0.8-2.2*v)*clouds(u*9, v*9, salt))
			})
		case 1: // a picture
			w := between(r, 0.5, 0.9)
			img := d.hang[i%len(d.hang)]
			h := w * float64(img.Rect.Dy()) / float64(img.Rect.Dx())
			l.paint(dst, upright(vec{x - 0.04, 1.16, d.depth - 0.01}, w+0.08, h+0.08), plain(rgb(45, 40, 36), w, h, salt))
			l.paint(dst, upright(vec{x, 1.2, d.depth - 0.02}, w, h), picture(img))
		default: // a cupboard
			w := between(r, 0.7, 1.2)
			c := rgb(150, 132, 108).times(between(r, 0.5, 1.3))
			l.shadow(dst, vec{x + w/2, 0, d.depth - 0.5}, w, 0.5, 0.4)
			l.paint(dst, upright(vec{x, 0, d.depth - 0.45}, w, 1.2), shaded(wood(c, 1.2, w, 0, salt), 0.7))
			l.paint(dst, flat(vec{x, 1.2, d.depth - 0.45}, w, 0.44), plain(c.times(1.15), w, 0.4, salt))
		}
	}
}

// top is the surface of a desk in a style: white, dark, patterned, oak, stone.
func top(style string, w, d float64, salt uint32) texture {
	switch style {
	case "white":
		return plain(rgb(226, 226, 222), w, d, salt)
	case "dark":
		return wood(rgb(74, 48, 34), w, d, 0, salt)
	case "patterned":
		return checks(rgb(168, 60, 52), rgb(226, 214, 196), w, d, 0.06, salt)
	case "stone":
		return marble(rgb(96, 98, 104), rgb(190, 190, 188), w, d, salt)
	case "black":
		return plain(rgb(44, 44, 47), w, d, salt)
	case "blue":
		return checks(rgb(60, 84, 130), rgb(196, 204, 214), w, d, 0.035, salt)
	}
	return wood(rgb(186, 146, 100), w, d, 0.12, salt)
}

package rooms

import (
	"hash/fnv"
	"image"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// vec is a point of a room in metres: X to the right, Y up from the floor, Z away from the camera's foot.
type vec struct{ X, Y, Z float64 }

func (a vec) add(b vec) vec { return vec{a.X + b.X, a.Y + b.Y, a.Z + b.Z} }

func (a vec) mix(b vec, t float64) vec {
	return vec{a.X + t*(b.X-a.X), a.Y + t*(b.Y-a.Y), a.Z + t*(b.Z-a.Z)}
}

// lens is a pinhole camera without distortion that looks along Z and down.
type lens struct {
	W, H   int     // pixels
	Focal  float64 // pixels
	Height float64 // metres above the floor
	Pitch  float64 // radians below the horizon
}

// turn returns a direction as the camera sees it, in homogeneous pixels: x and y times the depth, and the depth.
func (l lens) turn(d vec) [3]float64 {
	sin, cos := math.Sincos(l.Pitch)
	depth := d.Z*cos - d.Y*sin
	up := d.Y*cos + d.Z*sin
	return [3]float64{float64(l.W)/2*depth + l.Focal*d.X, float64(l.H)/2*depth - l.Focal*up, depth}
}

// at is where a point of the room lies in the picture, in pixels, and how far away it is, in metres.
func (l lens) at(p vec) (x, y, depth float64) {
	h := l.turn(vec{p.X, p.Y - l.Height, p.Z})
	return h[0] / h[2], h[1] / h[2], h[2]
}

// tone is a colour, each channel 0..255, and its opacity 0..1; not premultiplied.
type tone struct{ R, G, B, A float64 }

func rgb(r, g, b float64) tone { return tone{r, g, b, 1} }

func (c tone) times(k float64) tone { return tone{c.R * k, c.G * k, c.B * k, c.A} }

func (c tone) mix(d tone, t float64) tone {
	return tone{c.R + t*(d.R-c.R), c.G + t*(d.G-c.G), c.B + t*(d.B-c.B), c.A + t*(d.A-c.A)}
}

// texture is what a surface looks like at u and v, 0..1 along its two edges.
type texture func(u, v float64) tone

// quad is a flat parallelogram in the room: a corner and its two edges.
type quad struct{ at, u, v vec }

// upright is a rectangle that faces the camera; at is its lower left corner, v runs upwards.
func upright(at vec, w, h float64) quad { return quad{at, vec{w, 0, 0}, vec{0, h, 0}} }

// flat is a level rectangle; at is its near left corner, v runs away from the camera.
func flat(at vec, w, d float64) quad { return quad{at, vec{w, 0, 0}, vec{0, 0, d}} }

// lying is a level rectangle around a point, turned by an angle in radians.
func lying(mid vec, w, d, angle float64) quad {
	sin, cos := math.Sincos(angle)
	u, v := vec{w * cos, 0, w * sin}, vec{-d * sin, 0, d * cos}
	return quad{vec{mid.X - u.X/2 - v.X/2, mid.Y, mid.Z - u.Z/2 - v.Z/2}, u, v}
}

// paint draws a surface, four samples a pixel.
func (l lens) paint(dst *image.RGBA, q quad, tex texture) {
	m, ok := invert([3][3]float64{l.turn(q.u), l.turn(q.v), l.turn(vec{q.at.X, q.at.Y - l.Height, q.at.Z})})
	if !ok {
		return
	}
	r := l.bounds(q).Intersect(dst.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			var sum tone
			for i := range 4 {
				px, py := float64(x)+0.25+0.5*float64(i&1), float64(y)+0.25+0.5*float64(i>>1)
				// the reverse of turn: u and v over the depth, and one over the depth
				w := m[0][2]*px + m[1][2]*py + m[2][2]
				if w <= 0 {
					continue
				}
				u, v := (m[0][0]*px+m[1][0]*py+m[2][0])/w, (m[0][1]*px+m[1][1]*py+m[2][1])/w
				if u < 0 || u > 1 || v < 0 || v > 1 {
					continue
				}
				c := tex(u, v)
				sum.R += c.R * c.A
				sum.G += c.G * c.A
				sum.B += c.B * c.A
				sum.A += c.A
			}
			if sum.A > 0 {
				over(dst.Pix[dst.PixOffset(x, y):], sum)
			}
		}
	}
}

// over lays the sum of four premultiplied samples on a pixel of RGBA.
func over(p []uint8, sum tone) {
	rest := 1 - sum.A/4
	p[0] = clamp8(sum.R/4 + float64(p[0])*rest)
	p[1] = clamp8(sum.G/4 + float64(p[1])*rest)
	p[2] = clamp8(sum.B/4 + float64(p[2])*rest)
	p[3] = clamp8(255*sum.A/4 + float64(p[3])*rest)
}

func clamp8(v float64) uint8 { return uint8(min(255, max(0, v)) + 0.5) }

// bounds is the part of the picture that a surface may cover.
func (l lens) bounds(q quad) image.Rectangle {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i := range 4 {
		p := q.at
		if i&1 != 0 {
			p = p.add(q.u)
		}
		if i&2 != 0 {
			p = p.add(q.v)
		}
		x, y, depth := l.at(p)
		if depth < 0.05 {
			return image.Rect(0, 0, l.W, l.H)
		}
		x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
	}
	lim := func(v float64) int { return int(min(1e5, max(-1e5, v))) }
	return image.Rect(lim(x0)-1, lim(y0)-1, lim(x1)+2, lim(y1)+2)
}

// invert returns the inverse of a matrix of three columns, as columns.
func invert(m [3][3]float64) (n [3][3]float64, ok bool) {
	for i := range 3 {
		for j := range 3 {
			a, b := m[(i+1)%3], m[(i+2)%3]
			n[j][i] = a[(j+1)%3]*b[(j+2)%3] - a[(j+2)%3]*b[(j+1)%3]
		}
	}
	det := m[0][0]*n[0][0] + m[0][1]*n[1][0] + m[0][2]*n[2][0]
	if math.Abs(det) < 1e-12 {
		return n, false
	}
	for i := range 3 {
		for j := range 3 {
			n[i][j] /= det
		}
	}
	return n, true
}

// sprite is something cut out of a picture, premultiplied, and how tall the whole of it is, in metres.
type sprite struct {
	Img    *image.RGBA
	Metres float64
}

// pose is how a sprite is set down.
type pose struct {
	Mirror bool
	Lean   float64 // radians to the right, about the foot
	Scale  float64 // 1 where zero
	Above  float64 // metres above the foot from which on it is drawn; what lies lower is left out
}

// stand draws a sprite with the middle of its lower edge at a point of the room.
func (l lens) stand(dst *image.RGBA, s sprite, foot vec, p pose) {
	x, y, depth := l.at(foot)
	if depth < 0.2 {
		return
	}
	size := s.Img.Rect.Size()
	if p.Scale == 0 {
		p.Scale = 1
	}
	k := l.Focal * s.Metres * p.Scale / depth / float64(size.Y)
	m := 1.0
	if p.Mirror {
		m = -1
	}
	sin, cos := math.Sincos(p.Lean)
	w, h := float64(size.X)/2, float64(size.Y)
	aff := f64.Aff3{
		k * cos * m, -k * sin, x - k*cos*m*w + k*sin*h,
		k * sin * m, k * cos, y - k*sin*m*w - k*cos*h,
	}
	src := s.Img.Rect
	src.Max.Y -= int(h * p.Above / (s.Metres * p.Scale))
	if src.Empty() {
		return
	}
	paste(dst, aff, s.Img, src, k)
}

func paste(dst *image.RGBA, aff f64.Aff3, img *image.RGBA, src image.Rectangle, scale float64) {
	if scale < 0.6 {
		draw.BiLinear.Transform(dst, aff, img, src, draw.Over, nil)
	} else {
		draw.ApproxBiLinear.Transform(dst, aff, img, src, draw.Over, nil)
	}
}

// shadow darkens a level ellipse: half axes in metres, the strength in its middle 0..1.
func (l lens) shadow(dst *image.RGBA, mid vec, rx, rz, strength float64) {
	l.paint(dst, flat(vec{mid.X - rx, mid.Y, mid.Z - rz}, 2*rx, 2*rz), func(u, v float64) tone {
		d := (u-0.5)*(u-0.5)*4 + (v-0.5)*(v-0.5)*4
		if d >= 1 {
			return tone{}
		}
		return tone{15, 12, 10, strength * (1 - d) * (1 - d)}
	})
}

// seed makes the random numbers of one thing: the same for the same words.
func seed(words ...string) *rand.Rand {
	h := fnv.New64a()
	for _, w := range words {
		_, _ = h.Write([]byte(w + "\x00")) // never fails
	}
	return rand.New(rand.NewPCG(h.Sum64(), 14))
}

// between is a random number of [lo, hi).
func between(r *rand.Rand, lo, hi float64) float64 { return lo + r.Float64()*(hi-lo) }

func newRGBA(w, h int) *image.RGBA { return image.NewRGBA(image.Rect(0, 0, w, h)) }

package rooms

import (
	"image"
	"math"
)

// mask says of each pixel, row by row, how much of it belongs to the thing, 0..1.
type mask struct {
	w, h int
	a    []float32
}

func newMask(w, h int) mask { return mask{w, h, make([]float32, w*h)} }

// cutOut finds the thing in a box of a photograph: two histograms of colour, of the thing and of what is around it,
// learn from each other, and neighbours of the same colour agree. A poor man's GrabCut: no graph is cut, each pixel
// listens to the mean of its neighbours (mean field).
func cutOut(img *image.RGBA, box image.Rectangle, form shape) *image.RGBA {
	margin := max(box.Dx(), box.Dy()) / 7
	around := box.Inset(-margin).Intersect(img.Rect)
	w, h := around.Dx(), around.Dy()
	prior, q := newMask(w, h), newMask(w, h)
	for y := range h {
		for x := range w {
			u := (float64(around.Min.X+x)+0.5-float64(box.Min.X))/float64(box.Dx())*2 - 1
			v := (float64(around.Min.Y+y)+0.5-float64(box.Min.Y))/float64(box.Dy())*2 - 1
			p := 0.02 + 0.93/(1+math.Exp(10*(form(u, v)-1)))
			if max(math.Abs(u), math.Abs(v)) > 1 {
				p = 0.002
			}
			prior.a[y*w+x] = float32(math.Log(p / (1 - p)))
			q.a[y*w+x] = float32(p)
		}
	}
	bins := make([]int, w*h)
	for y := range h {
		for x := range w {
			p := img.Pix[img.PixOffset(around.Min.X+x, around.Min.Y+y):]
			bins[y*w+x] = int(p[0])>>4<<8 | int(p[1])>>4<<4 | int(p[2])>>4
		}
	}
	links := neighbours(img, around)
	unary := make([]float32, w*h)
	for range 6 {
		var in, out [4096]float64
		for i, b := range bins {
			in[b] += float64(q.a[i])
			out[b] += 1 - float64(q.a[i])
		}
		spread(&in)
		spread(&out)
		for i, b := range bins {
			odds := math.Log((in[b] + 1e-5) / (out[b] + 1e-5))
			unary[i] = prior.a[i] + float32(1.0*min(4, max(-4, odds)))
		}
		for range 8 {
			q = agree(q, unary, links)
		}
	}
	solid(q)
	return lift(img, around.Min, soften(q))
}

// shape is less than 1 inside a form and more outside; u and v are -1..1 across the box and down.
type shape func(u, v float64) float64

// oval is an ellipse that fills the box for a power of 2, and nearly the box for 8.
func oval(power float64) shape {
	return func(u, v float64) float64 {
		return math.Pow(math.Pow(math.Abs(u), power)+math.Pow(math.Abs(v), power), 1/power)
	}
}

// bust is a head, its middle and half its width in 0..1 of the box, over shoulders that widen to the box.
func bust(head [3]float64) shape {
	return func(u, v float64) float64 {
		x, y := (u+1)/2, (v+1)/2
		top := math.Hypot((x-head[0])/head[2], (y-head[1])/(1.35*head[2]))
		down := y - head[1] - 1.1*head[2] // below the chin
		if down < 0 {
			return min(top, 2)
		}
		wide := min(0.52, 0.7*head[2]+1.1*down)
		mid := head[0] + (0.5-head[0])*min(1, 2.5*down)
		return min(top, math.Abs(x-mid)/wide)
	}
}

// spread smooths a histogram of 16 by 16 by 16 colours and makes its sum 1.
func spread(h *[4096]float64) {
	for _, step := range []int{1, 16, 256} {
		var n [4096]float64
		for i := range h {
			k := i / step % 16
			n[i] = 0.5 * h[i]
			if k > 0 {
				n[i] += 0.25 * h[i-step]
			}
			if k < 15 {
				n[i] += 0.25 * h[i+step]
			}
		}
		*h = n
	}
	var sum float64
	for _, v := range h {
		sum += v
	}
	for i := range h {
		h[i] /= sum + 1e-9
	}
}

// neighbours tells how much each pixel is like the one to its right and the one below.
func neighbours(img *image.RGBA, r image.Rectangle) [2][]float32 {
	w, h := r.Dx(), r.Dy()
	var links [2][]float32
	for k := range links {
		links[k] = make([]float32, w*h)
		for y := range h - k {
			for x := range w - 1 + k {
				a := img.Pix[img.PixOffset(r.Min.X+x, r.Min.Y+y):]
				b := img.Pix[img.PixOffset(r.Min.X+x+1-k, r.Min.Y+y+k):]
				var d float64
				for c := range 3 {
					d += math.Pow(float64(a[c])-float64(b[c]), 2)
				}
				links[k][y*w+x] = float32(0.3 + 2.2*math.Exp(-d/900))
			}
		}
	}
	return links
}

// agree is one step in which every pixel listens to its neighbours.
func agree(q mask, unary []float32, links [2][]float32) mask {
	n := newMask(q.w, q.h)
	for y := range q.h {
		for x := range q.w {
			i := y*q.w + x
			s := unary[i]
			if x > 0 {
				s += links[0][i-1] * (2*q.a[i-1] - 1)
			}
			if x < q.w-1 {
				s += links[0][i] * (2*q.a[i+1] - 1)
			}
			if y > 0 {
				s += links[1][i-q.w] * (2*q.a[i-q.w] - 1)
			}
			if y < q.h-1 {
				s += links[1][i] * (2*q.a[i+q.w] - 1)
			}
			n.a[i] = float32(1 / (1 + math.Exp(-float64(s))))
		}
	}
	return n
}

// solid leaves of a mask its largest patch, without holes in it.
func solid(m mask) {
	in := func(i int) bool { return m.a[i] >= 0.5 }
	best := largest(m, in)
	outside := flood(m, func(i int) bool { return !best[i] })
	for i := range m.a {
		switch {
		case best[i]:
		case outside[i]:
			m.a[i] = 0
		default: // a hole
			m.a[i] = 1
		}
	}
}

// largest is the largest connected patch of the pixels that belong.
func largest(m mask, belongs func(i int) bool) []bool {
	seen, best := make([]bool, len(m.a)), []int(nil)
	for i := range m.a {
		if seen[i] || !belongs(i) {
			continue
		}
		if patch := grow(m, []int{i}, seen, belongs); len(patch) > len(best) {
			best = patch
		}
	}
	out := make([]bool, len(m.a))
	for _, i := range best {
		out[i] = true
	}
	return out
}

// flood is what can be reached from the left, right and upper edge.
func flood(m mask, free func(i int) bool) []bool {
	seen := make([]bool, len(m.a))
	for y := range m.h {
		for _, x := range []int{0, m.w - 1} {
			if i := y*m.w + x; !seen[i] && free(i) {
				grow(m, []int{i}, seen, free)
			}
		}
	}
	for x := range m.w {
		if !seen[x] && free(x) {
			grow(m, []int{x}, seen, free)
		}
	}
	return seen
}

func grow(m mask, patch []int, seen []bool, belongs func(i int) bool) []int {
	seen[patch[0]] = true
	for n := 0; n < len(patch); n++ {
		i := patch[n]
		x := i % m.w
		for _, j := range [4]int{i - 1, i + 1, i - m.w, i + m.w} {
			if j < 0 || j >= len(m.a) || (j == i-1 && x == 0) || (j == i+1 && x == m.w-1) || seen[j] || !belongs(j) {
				continue
			}
			seen[j] = true
			patch = append(patch, j)
		}
	}
	return patch
}

// soften takes the jags off an edge: the mean of nine pixels, made steeper.
func soften(m mask) mask {
	n := newMask(m.w, m.h)
	for y := range m.h {
		for x := range m.w {
			var sum, count float32
			for dy := max(0, y-1); dy <= min(m.h-1, y+1); dy++ {
				for dx := max(0, x-1); dx <= min(m.w-1, x+1); dx++ {
					sum += m.a[dy*m.w+dx]
					count++
				}
			}
			n.a[y*m.w+x] = min(1, max(0, (sum/count-0.3)*2))
		}
	}
	return n
}

// lift takes what a mask shows out of a picture; from is where the mask lies there. The result has no empty border but
// one pixel.
func lift(img *image.RGBA, from image.Point, m mask) *image.RGBA {
	r := m.bounds()
	out := newRGBA(r.Dx()+2, r.Dy()+1) // the lower edge is where it stands
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			a := m.a[y*m.w+x]
			p := img.Pix[img.PixOffset(from.X+x, from.Y+y):]
			o := out.Pix[out.PixOffset(x-r.Min.X+1, y-r.Min.Y+1):]
			for c := range 3 {
				o[c] = uint8(float32(p[c])*a + 0.5)
			}
			o[3] = uint8(255*a + 0.5)
		}
	}
	return out
}

// bounds is the smallest rectangle with all that is more than half there.
func (m mask) bounds() image.Rectangle {
	r := image.Rectangle{image.Pt(m.w, m.h), image.Point{}}
	for i, a := range m.a {
		if a > 0.5 {
			x, y := i%m.w, i/m.w
			r.Min.X, r.Min.Y = min(r.Min.X, x), min(r.Min.Y, y)
			r.Max.X, r.Max.Y = max(r.Max.X, x+1), max(r.Max.Y, y+1)
		}
	}
	if r.Empty() {
		return image.Rect(0, 0, 1, 1)
	}
	return r
}

// closed joins what is no further apart than 2r pixels, across and down.
func closed(m mask, r int) {
	for _, widest := range []bool{true, false} {
		for _, down := range []bool{false, true} {
			step, lines, n := 1, m.h, m.w
			if down {
				step, lines, n = m.w, m.w, m.h
			}
			line := make([]float32, n)
			for k := range lines {
				first := k * m.w
				if down {
					first = k
				}
				for i := range n {
					v := m.a[first+i*step]
					for j := max(0, i-r); j <= min(n-1, i+r); j++ {
						if a := m.a[first+j*step]; a > v == widest {
							v = a
						}
					}
					line[i] = v
				}
				for i, v := range line {
					m.a[first+i*step] = v
				}
			}
		}
	}
}

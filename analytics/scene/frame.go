package scene

import (
	"math"
	"slices"
)

// The size of a whole picture as Frame takes it, in pixels.
const (
	FrameWidth  = 256
	FrameHeight = 144
	strips      = 5 // that a picture is divided into, each way
)

// Frame is where the edges of a whole picture lie: in each of a few strips, sums over its columns, and over its rows.
// That is enough to tell by how much a camera was moved. Who walks through the picture moves some strips, not most.
type Frame struct {
	columns [strips][FrameWidth]float32
	rows    [strips][FrameHeight]float32

	Contrast float32 // how strong the edges are, on average, 0..255: next to nothing in the dark
}

// MakeFrame makes a frame of brightness, FrameWidth times FrameHeight, 0..255.
func MakeFrame(luma []byte) (f Frame) {
	for y := 1; y < FrameHeight-1; y++ {
		for x := 1; x < FrameWidth-1; x++ {
			at := y*FrameWidth + x
			f.columns[y*strips/FrameHeight][x] += float32(distance(luma[at+1], luma[at-1]))
			f.rows[x*strips/FrameWidth][y] += float32(distance(luma[at+FrameWidth], luma[at-FrameWidth]))
		}
	}
	for _, strip := range f.columns {
		for _, sum := range strip {
			f.Contrast += sum / (FrameWidth * FrameHeight)
		}
	}
	for i := range strips {
		level(f.columns[i][1 : FrameWidth-1])
		level(f.rows[i][1 : FrameHeight-1])
	}
	return f
}

func distance(a, b byte) int {
	if a > b {
		return int(a - b)
	}
	return int(b - a)
}

// level takes the mean out and makes the length one.
func level(sums []float32) {
	var mean, square float64
	for _, s := range sums {
		mean += float64(s) / float64(len(sums))
	}
	for _, s := range sums {
		square += (float64(s) - mean) * (float64(s) - mean)
	}
	length := math.Sqrt(square) + 1e-6
	for i, s := range sums {
		sums[i] = float32((float64(s) - mean) / length)
	}
}

// Shift is by how much a picture has moved.
type Shift struct {
	X, Y float64 // to the right and down, -1..1 of the picture's width and height
	Fit  float64 // how alike the pictures are so moved, 1 for the same
}

// farthest is the largest shift that is looked for, of the picture's width or height.
const farthest = 0.08

// Against tells how the frame has moved since another one.
func (f *Frame) Against(before *Frame) Shift {
	var x, y, fit [strips]float64
	for i := range strips {
		var fx, fy float64
		x[i], fx = shift(f.columns[i][:], before.columns[i][:])
		y[i], fy = shift(f.rows[i][:], before.rows[i][:])
		fit[i] = min(fx, fy)
	}
	return Shift{X: median(x) / FrameWidth, Y: median(y) / FrameHeight, Fit: median(fit)}
}

func median(list [strips]float64) float64 {
	slices.Sort(list[:])
	return list[strips/2]
}

// shift is where b, moved by so many places, is most like a, to a part of a place, and how alike.
func shift(a, b []float32) (at, fit float64) {
	most := int(farthest * float64(len(a)))
	score := func(by int) (sum float64) {
		var left, right float64
		for i := max(0, by); i < min(len(a), len(a)+by); i++ {
			p, q := float64(a[i]), float64(b[i-by])
			sum, left, right = sum+p*q, left+p*p, right+q*q
		}
		return sum / (math.Sqrt(left*right) + 1e-9)
	}
	best := 0
	fit = score(0)
	for by := -most; by <= most; by++ {
		if s := score(by); s > fit {
			best, fit = by, s
		}
	}
	if best == -most || best == most {
		return float64(best), fit
	}
	// the top of the parabola through the best and its neighbours
	l, r := score(best-1), score(best+1)
	if curve := l - 2*fit + r; curve < 0 {
		return float64(best) + 0.5*(l-r)/curve, fit
	}
	return float64(best), fit
}

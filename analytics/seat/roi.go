package seat

import (
	"fmt"
	"math"
)

// ROI is a simple polygon, in 0..1 of the picture, without a closing point.
type ROI []Point

// The bounds of a polygon that Validate accepts.
const (
	MinPoints = 3
	MaxPoints = 64

	// minArea is 0.0001 of the picture, 14 pixels square in 1080p: less can only be a slip of the hand.
	minArea = 1e-4
)

// Validate tells in one sentence what is wrong with the polygon: too few or too many points, a point outside 0..1,
// edges that cross or touch, or no area.
func (r ROI) Validate() error {
	if len(r) < MinPoints || len(r) > MaxPoints {
		return fmt.Errorf("has %d points, wants %d to %d", len(r), MinPoints, MaxPoints)
	}
	for i, p := range r {
		// written so that NaN is refused too
		if !(p.X >= 0 && p.X <= 1 && p.Y >= 0 && p.Y <= 1) {
			return fmt.Errorf("point %d is outside 0..1", i+1)
		}
	}
	n := len(r)
	for i := range n {
		if r[i] == r[(i+1)%n] {
			return fmt.Errorf("points %d and %d are the same", i+1, (i+1)%n+1)
		}
		for j := i + 2; j < n; j++ {
			if i == 0 && j == n-1 {
				continue // neighbours share a point
			}
			if cross(r[i], r[i+1], r[j], r[(j+1)%n]) {
				return fmt.Errorf("edges %d and %d cross", i+1, j+1)
			}
		}
	}
	if math.Abs(r.area()) < minArea {
		return fmt.Errorf("covers next to nothing of the picture")
	}
	return nil
}

// Pairs are the points as JSON shows them; nil where there are none.
func (r ROI) Pairs() (out [][2]float32) {
	for _, p := range r {
		out = append(out, [2]float32{p.X, p.Y})
	}
	return out
}

// Bounds is the smallest box around the polygon.
func (r ROI) Bounds() Box {
	b := Box{1, 1, 0, 0}
	for _, p := range r {
		b = Box{min(b.X0, p.X), min(b.Y0, p.Y), max(b.X1, p.X), max(b.Y1, p.Y)}
	}
	return b
}

// area is the shoelace sum: positive or negative by the sense of the points.
func (r ROI) area() float64 {
	var sum float64
	for i, p := range r {
		q := r[(i+1)%len(r)]
		sum += float64(p.X)*float64(q.Y) - float64(q.X)*float64(p.Y)
	}
	return sum / 2
}

// Contains tells whether p lies inside or on an edge.
func (r ROI) Contains(p Point) bool {
	inside := false
	for i, a := range r {
		b := r[(i+1)%len(r)]
		if onEdge(a, b, p) {
			return true
		}
		if (a.Y > p.Y) != (b.Y > p.Y) {
			x := float64(a.X) + float64(p.Y-a.Y)/float64(b.Y-a.Y)*float64(b.X-a.X)
			if float64(p.X) < x {
				inside = !inside
			}
		}
	}
	return inside
}

// Share is the part of the box, 0..1, that lies in the polygon: clipped by Sutherland and Hodgman (1974), which is exact
// here because the box, the clip window, is convex.
func (r ROI) Share(b Box) float64 {
	whole := b.Area()
	if !(whole > 0) {
		return 0
	}
	// each of the four sides at most doubles no count of points: it adds one point an edge that it cuts
	var bufs [2][2 * (MaxPoints + 4)]Point
	poly := append(ROI(bufs[0][:0]), r...)
	for side := range 4 {
		poly = clip(poly, ROI(bufs[1-side%2][:0]), b, side)
	}
	return math.Min(1, math.Abs(poly.area())/whole)
}

// clip appends to dst the part of src on the inner side of one side of the box.
func clip(src, dst ROI, b Box, side int) ROI {
	dist := func(p Point) float32 {
		switch side {
		case 0:
			return p.X - b.X0
		case 1:
			return b.X1 - p.X
		case 2:
			return p.Y - b.Y0
		default:
			return b.Y1 - p.Y
		}
	}
	for i, p := range src {
		q := src[(i+1)%len(src)]
		dp, dq := dist(p), dist(q)
		if dp >= 0 {
			dst = append(dst, p)
		}
		if (dp >= 0) != (dq >= 0) {
			t := dp / (dp - dq)
			dst = append(dst, Point{p.X + t*(q.X-p.X), p.Y + t*(q.Y-p.Y)})
		}
	}
	return dst
}

// turn is twice the signed area of the triangle abc.
func turn(a, b, c Point) float64 {
	return float64(b.X-a.X)*float64(c.Y-a.Y) - float64(b.Y-a.Y)*float64(c.X-a.X)
}

// onEdge tells whether p lies on the segment ab, to within the rounding of float32.
func onEdge(a, b, p Point) bool {
	const eps = 1e-7
	if math.Abs(turn(a, b, p)) > eps*math.Hypot(float64(b.X-a.X), float64(b.Y-a.Y)) {
		return false
	}
	return p.X >= min(a.X, b.X) && p.X <= max(a.X, b.X) && p.Y >= min(a.Y, b.Y) && p.Y <= max(a.Y, b.Y)
}

// cross tells whether the segments ab and cd share a point.
func cross(a, b, c, d Point) bool {
	if onEdge(a, b, c) || onEdge(a, b, d) || onEdge(c, d, a) || onEdge(c, d, b) {
		return true
	}
	return (turn(a, b, c) > 0) != (turn(a, b, d) > 0) && (turn(c, d, a) > 0) != (turn(c, d, b) > 0)
}

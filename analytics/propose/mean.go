package propose

import (
	"math"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// memory is how many values a mean goes over: a person who shifts on a chair moves its place along.
const memory = 200

type mean4 struct {
	n              float64
	x0, y0, x1, y1 float64
}

func (m *mean4) add(b seat.Box) {
	m.n = min(m.n+1, memory)
	m.x0 += (float64(b.X0) - m.x0) / m.n
	m.y0 += (float64(b.Y0) - m.y0) / m.n
	m.x1 += (float64(b.X1) - m.x1) / m.n
	m.y1 += (float64(b.Y1) - m.y1) / m.n
}

func (m *mean4) box() seat.Box {
	return seat.Box{X0: float32(m.x0), Y0: float32(m.y0), X1: float32(m.x1), Y1: float32(m.y1)}
}

// mean2 is the mean of points and how far they lie from it.
type mean2 struct {
	n, x, y    float64
	varX, varY float64
}

// add is Welford's (1962), with a weight that does not fall below 1/memory.
func (m *mean2) add(x, y float64) {
	m.n = min(m.n+1, memory)
	dx, dy := x-m.x, y-m.y
	m.x += dx / m.n
	m.y += dy / m.n
	m.varX += (dx*(x-m.x) - m.varX) / m.n
	m.varY += (dy*(y-m.y) - m.varY) / m.n
}

// spread is the standard deviation of both.
func (m *mean2) spread() (x, y float64) { return math.Sqrt(max(0, m.varX)), math.Sqrt(max(0, m.varY)) }

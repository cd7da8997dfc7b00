// Package scene compares how a place looks with how it looked before: with its own empty picture, with the moment when
// something was last found there, with the look before. It finds what no detector has a name for, and tells a reader who
// moves from the coat on his chair.
//
// A place is kept as a View, small and with local brightness and contrast taken out, so that dusk, a lamp and the
// camera's exposure change little of it. Everything here is a plain value: no clock, no I/O. Begin with View.Unlike.
package scene

import (
	"math"
	"slices"
)

// The size of a view, in pixels, and of the cells that are compared.
const (
	Width  = 96
	Height = 72
	cell   = 8
	across = Width / cell // cells in a row
	cells  = across * (Height / cell)
)

// View is a place as it looked: brightness beside the mean of the surroundings, over their contrast, in steps of
// 1/scale.
type View [Width * Height]int8

const (
	around   = 12  // pixels each way that count as surroundings
	flat     = 10. // least contrast, of 0..255: noise on a white desk is no pattern
	scale    = 40  // steps of a view for one contrast
	most     = 127 // the brightest and darkest step
	strong   = 4   // cells that tell the difference
	maxShift = 2   // pixels of a view that a place may have moved
)

// Maker makes views; it is reused from look to look. One goroutine uses it at a time.
type Maker struct {
	Luma []byte // Width times Height, 0..255: what the next view is made of

	sums, squares []uint32 // integral images, one row and column larger
}

// NewMaker is ready to be filled.
func NewMaker() *Maker {
	n := (Width + 1) * (Height + 1)
	return &Maker{Luma: make([]byte, Width*Height), sums: make([]uint32, n), squares: make([]uint32, n)}
}

// Make makes a view of Luma.
func (m *Maker) Make(v *View) {
	const stride = Width + 1
	for y := range Height {
		var sum, square uint32
		for x := range Width {
			l := uint32(m.Luma[y*Width+x])
			sum, square = sum+l, square+l*l
			at := (y+1)*stride + x + 1
			m.sums[at] = m.sums[at-stride] + sum
			m.squares[at] = m.squares[at-stride] + square
		}
	}
	box := func(table []uint32, x0, y0, x1, y1 int) float32 {
		return float32(table[y1*stride+x1] - table[y0*stride+x1] - table[y1*stride+x0] + table[y0*stride+x0])
	}
	for y := range Height {
		y0, y1 := max(0, y-around), min(Height, y+around+1)
		for x := range Width {
			x0, x1 := max(0, x-around), min(Width, x+around+1)
			n := float32((x1 - x0) * (y1 - y0))
			mean := box(m.sums, x0, y0, x1, y1) / n
			contrast := float32(math.Sqrt(float64(max(0, box(m.squares, x0, y0, x1, y1)/n-mean*mean))))
			z := (float32(m.Luma[y*Width+x]) - mean) / (contrast + flat) * scale
			v[y*Width+x] = int8(min(max(z, -most), most))
		}
	}
}

// Mask is which cells of a view count.
type Mask [cells]bool

// Cells marks the cells whose middle, 0..1 of the view, is inside.
func (m *Mask) Cells(inside func(x, y float32) bool) (n int) {
	for i := range m {
		m[i] = inside((float32(i%across)+0.5)/across, (float32(i/across)+0.5)/(cells/across))
		if m[i] {
			n++
		}
	}
	return n
}

// Difference is how unlike two views of a place are.
type Difference struct {
	Strongest float32 // mean of the few cells that differ most; below Same it is light and noise, things make Other and more
	Local     float32 // Strongest above the median of all cells: what light, noise and compression change is everywhere
	Spread    float32 // the share of cells, 0..1, that differ as much as a thing makes them
}

// The limits of Strongest: at most Same is the same place, at least Other another. Between them nothing is said.
const (
	Same  = 0.45
	Other = 0.62
)

// Unlike compares two views of a place in the cells of a mask, the second moved by a few pixels where that fits better.
func (v *View) Unlike(other *View, mask *Mask) Difference {
	best := v.Since(other, mask)
	for x, y, better := 0, 0, true; better && best.Strongest > Same; {
		better = false
		for _, step := range [...][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
			dx, dy := x+step[0], y+step[1]
			if max(dx, -dx, dy, -dy) > maxShift {
				continue
			}
			if d := v.unlike(other, mask, dx, dy); d.Strongest < best.Strongest {
				best, x, y, better = d, dx, dy, true
				break
			}
		}
	}
	return best
}

// Since compares two views of a place that were taken one after the other.
func (v *View) Since(other *View, mask *Mask) Difference { return v.unlike(other, mask, 0, 0) }

// Detail is how much there is to see in the few cells of a mask in which two views differ most, in each of them: a thing
// on a plain desk has edges, the desk has few.
func (v *View) Detail(other *View, mask *Mask) (here, there float32) {
	per := v.differences(other, mask, 0, 0)
	for range strong {
		most := 0
		for i := range per {
			if per[i] > per[most] {
				most = i
			}
		}
		if per[most] <= 0 {
			break
		}
		per[most] = 0
		here, there = here+v.edges(most), there+other.edges(most)
	}
	return here, there
}

// edges is the sum of the steps between neighbours in a cell.
func (v *View) edges(c int) float32 {
	x0, y0 := c%across*cell, c/across*cell
	var sum int32
	for y := y0; y < y0+cell-1; y++ {
		for x := x0; x < x0+cell-1; x++ {
			at := int32(v[y*Width+x])
			right, below := int32(v[y*Width+x+1])-at, int32(v[(y+1)*Width+x])-at
			sum += max(right, -right) + max(below, -below)
		}
	}
	return float32(sum)
}

// differences is the mean difference of each cell of a mask, in contrasts.
func (v *View) differences(other *View, mask *Mask, dx, dy int) (per [cells]float32) {
	var sums [cells]int32
	for y := max(0, -dy); y < min(Height, Height-dy); y++ {
		for c := range across {
			if !mask[y/cell*across+c] {
				continue
			}
			x0, x1 := max(c*cell, -dx), min((c+1)*cell, Width-dx)
			row, moved := v[y*Width+x0:y*Width+x1], other[(y+dy)*Width+x0+dx:(y+dy)*Width+x1+dx]
			moved = moved[:len(row)]
			var sum int32
			for i, a := range row {
				d := int32(a) - int32(moved[i])
				sum += max(d, -d)
			}
			sums[y/cell*across+c] += sum
		}
	}
	for i := range sums {
		per[i] = float32(sums[i]) / (cell * cell * scale)
	}
	return per
}

func (v *View) unlike(other *View, mask *Mask, dx, dy int) Difference {
	per := v.differences(other, mask, dx, dy)
	var d Difference
	n := 0
	for i, c := range per {
		if !mask[i] {
			continue
		}
		if c >= Other {
			d.Spread++
		}
		per[n] = c
		n++
	}
	if n == 0 {
		return d
	}
	d.Spread /= float32(n)
	slices.Sort(per[:n])
	top := per[max(0, n-strong):n]
	for _, c := range top {
		d.Strongest += c / float32(len(top))
	}
	d.Local = d.Strongest - per[n/2]
	return d
}

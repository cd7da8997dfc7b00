package rooms

import (
	"image"
	"math"
	"math/rand/v2"
)

// finisher changes a drawn frame as light, lens or sensor do; t is in seconds.
type finisher func(img *image.RGBA, t float64, n int)

// graded multiplies red, green and blue.
func graded(gain func(t float64) [3]float64) finisher {
	return func(img *image.RGBA, t float64, _ int) {
		g := gain(t)
		if g == [3]float64{1, 1, 1} {
			return
		}
		var lut [3][256]uint8
		for c := range 3 {
			for i := range 256 {
				lut[c][i] = clamp8(float64(i) * g[c])
			}
		}
		for i := 0; i < len(img.Pix); i += 4 {
			p := img.Pix[i : i+3]
			p[0], p[1], p[2] = lut[0][p[0]], lut[1][p[1]], lut[2][p[2]]
		}
	}
}

// lit multiplies by a map that changes slowly: it is drawn anew every so many frames, in 8 by 8 pixels.
func lit(every int, gain func(t, x, y float64) [3]float64) finisher {
	var cells [][3]float32
	return func(img *image.RGBA, t float64, n int) {
		w, h := img.Rect.Dx(), img.Rect.Dy()
		cw, ch := w/8+2, h/8+2
		if n%every == 0 || cells == nil {
			t = math.Floor(t*1000) / 1000
			cells = make([][3]float32, cw*ch)
			for i := range cells {
				g := gain(t, float64(i%cw)*8/float64(w), float64(i/cw)*8/float64(h))
				cells[i] = [3]float32{float32(g[0]), float32(g[1]), float32(g[2])}
			}
		}
		for y := range h {
			fy := float32(y%8) / 8
			for x := range w {
				i := y/8*cw + x/8
				fx := float32(x%8) / 8
				p := img.Pix[y*img.Stride+4*x:]
				for c := range 3 {
					a := cells[i][c] + fx*(cells[i+1][c]-cells[i][c])
					b := cells[i+cw][c] + fx*(cells[i+cw+1][c]-cells[i+cw][c])
					p[c] = uint8(min(255, float32(p[c])*(a+fy*(b-a))+0.5))
				}
			}
		}
	}
}

// blurred is a lens out of focus: boxes of 2r+1 pixels, twice.
func blurred(r int) finisher {
	return func(img *image.RGBA, _ float64, _ int) {
		w, h := img.Rect.Dx(), img.Rect.Dy()
		line := make([]uint8, 4*max(w, h))
		for range 2 {
			for y := range h {
				box(img.Pix[y*img.Stride:], 4, w, r, line)
			}
			for x := range w {
				box(img.Pix[4*x:], img.Stride, h, r, line)
			}
		}
	}
}

// box replaces n pixels that lie step bytes apart by the mean of themselves and r to either side.
func box(pix []uint8, step, n, r int, line []uint8) {
	for c := range 3 {
		sum := 0
		for i := -r; i < n+r; i++ {
			if i >= 0 && i < n {
				line[i] = pix[i*step+c]
			}
		}
		for i := -r; i <= r; i++ {
			sum += int(line[min(n-1, max(0, i))])
		}
		for i := range n {
			pix[i*step+c] = uint8(sum / (2*r + 1))
			sum += int(line[min(n-1, i+r+1)]) - int(line[max(0, i-r)])
		}
	}
}

// grey is how a camera sees by its infrared lamp: no colour, by a share of 0..1.
func grey(share float64) finisher {
	return func(img *image.RGBA, _ float64, _ int) {
		k := int(share * 256)
		for i := 0; i < len(img.Pix); i += 4 {
			p := img.Pix[i : i+3]
			y := (77*int(p[0]) + 150*int(p[1]) + 29*int(p[2])) >> 8
			for c := range 3 {
				p[c] = uint8((int(p[c])*(256-k) + y*k) >> 8)
			}
		}
	}
}

// sensor adds grain with this deviation, of 255, and darkens the corners a little.
func sensor(sigma func(t float64) float64, r *rand.Rand) finisher {
	const size = 1 << 16
	base := make([]float64, size)
	for i := range base {
		base[i] = r.NormFloat64()
	}
	var noise [size]int8
	last := -1.0
	return func(img *image.RGBA, t float64, _ int) {
		if s := sigma(t); s != last {
			last = s
			for i, v := range base {
				noise[i] = int8(min(120, max(-120, math.Round(v*s))))
			}
		}
		w := img.Rect.Dx()
		for y := range img.Rect.Dy() {
			at := r.IntN(size)
			row := img.Pix[y*img.Stride:][:4*w]
			for x := range w {
				at = (at + 1) & (size - 1)
				k := int(noise[at])
				for c := range 3 {
					v := int(row[4*x+c]) + k + int(noise[(at*7+c*911)&(size-1)])/3
					row[4*x+c] = uint8(min(255, max(0, v)))
				}
			}
		}
	}
}

func steady(sigma float64) func(t float64) float64 { return func(float64) float64 { return sigma } }

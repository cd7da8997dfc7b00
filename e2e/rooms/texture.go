package rooms

import (
	"image"
	"math"
)

// lattice is a number of 0..1 that belongs to a point of a grid.
func lattice(x, y int, salt uint32) float64 {
	h := uint32(x)*0x85ebca6b ^ uint32(y)*0xc2b2ae35 ^ salt*0x27d4eb2f
	h ^= h >> 15
	h *= 0x2c1b3c6d
	h ^= h >> 12
	h *= 0x297a2d39
	h ^= h >> 15
	return float64(h) / (1 << 32)
}

// grain is smooth noise of 0..1 with bumps one unit wide.
func grain(x, y float64, salt uint32) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	i, j := int(fx), int(fy)
	x, y = x-fx, y-fy
	x, y = x*x*(3-2*x), y*y*(3-2*y)
	a := lattice(i, j, salt)*(1-x) + lattice(i+1, j, salt)*x
	b := lattice(i, j+1, salt)*(1-x) + lattice(i+1, j+1, salt)*x
	return a*(1-y) + b*y
}

// clouds is noise of several sizes, 0..1.
func clouds(x, y float64, salt uint32) float64 {
	return 0.5*grain(x, y, salt) + 0.3*grain(2.1*x, 2.1*y, salt+1) + 0.2*grain(4.3*x, 4.3*y, salt+2)
}

// plain is one colour with faint wear; w and h are the surface's size in metres.
func plain(c tone, w, h float64, salt uint32) texture {
	return func(u, v float64) tone {
		k := 0.94 + 0.10*clouds(u*w*2, v*h*2, salt) + 0.03*grain(u*w*90, v*h*90, salt+7)
		return c.times(k)
	}
}

// wood has grain along u, in boards of the given width in metres, 0 for a single board.
func wood(c tone, w, h, board float64, salt uint32) texture {
	return func(u, v float64) tone {
		x, y := u*w, v*h
		n := 0
		k := 1.0
		if board > 0 {
			n = int(y / board)
			x += 3.7 * lattice(n, 0, salt)
			if f := y/board - float64(n); f < 0.04 {
				k = 0.72
			}
			n = n*31 + int(x/1.4)
		}
		k *= 0.80 + 0.22*lattice(n, 1, salt) +
			0.16*grain(x*3, y*70+3*grain(x*2, y*6, salt), salt+uint32(n)) + 0.06*grain(x*40, y*300, salt+3)
		return c.times(k)
	}
}

// checks is a cloth of squares, side in metres.
func checks(a, b tone, w, h, side float64, salt uint32) texture {
	return func(u, v float64) tone {
		t := float64(int(u*w/side)&1+int(v*h/side)&1) / 2
		return a.mix(b, t).times(0.92 + 0.12*clouds(u*w*5, v*h*5, salt))
	}
}

// marble is stone with veins.
func marble(a, b tone, w, h float64, salt uint32) texture {
	return func(u, v float64) tone {
		n := clouds(u*w*3, v*h*3, salt)
		vein := math.Pow(1-math.Abs(math.Sin(5*u*w+9*n+2*v*h)), 3)
		return a.mix(b, vein).times(0.93 + 0.1*n)
	}
}

// tiles of a side in metres with joints.
func tiles(c tone, w, h, side float64, salt uint32) texture {
	return func(u, v float64) tone {
		x, y := u*w/side, v*h/side
		i, j := math.Floor(x), math.Floor(y)
		if x-i < 0.025 || y-j < 0.025 {
			return c.times(0.7)
		}
		return c.times(0.90 + 0.08*lattice(int(i), int(j), salt) + 0.07*clouds(x*3, y*3, salt))
	}
}

// carpet has coarse and fine spots.
func carpet(c tone, w, h float64, salt uint32) texture {
	return func(u, v float64) tone {
		return c.times(0.82 + 0.14*clouds(u*w, v*h, salt) + 0.14*grain(u*w*60, v*h*60, salt))
	}
}

// picture shows an image, its upper edge at v = 1.
func picture(img *image.RGBA) texture {
	size := img.Rect.Size()
	return func(u, v float64) tone {
		x, y := int(u*float64(size.X)), int((1-v)*float64(size.Y))
		p := img.Pix[img.PixOffset(img.Rect.Min.X+min(x, size.X-1), img.Rect.Min.Y+min(y, size.Y-1)):]
		if p[3] == 0 {
			return tone{}
		}
		a := float64(p[3]) / 255
		return tone{float64(p[0]) / a, float64(p[1]) / a, float64(p[2]) / a, a}
	}
}

// repeated lays a photograph of a surface as tiles of a side in metres, every other mirrored so that no seam shows.
func repeated(img *image.RGBA, w, h, side float64) texture {
	at := picture(img)
	fold := func(x float64) float64 {
		x = math.Mod(x, 2)
		if x > 1 {
			return 2 - x
		}
		return x
	}
	return func(u, v float64) tone { return at(fold(u*w/side), fold(v*h/side)) }
}

// rounded cuts the corners off a surface of w times h, by a radius in the same unit.
func rounded(t texture, w, h, radius float64) texture {
	return func(u, v float64) tone {
		x, y := math.Abs(u-0.5)*w-w/2+radius, math.Abs(v-0.5)*h-h/2+radius
		if x > 0 && y > 0 && x*x+y*y > radius*radius {
			return tone{}
		}
		return t(u, v)
	}
}

// shaded makes a surface darker towards v = 0.
func shaded(t texture, least float64) texture {
	return func(u, v float64) tone { return t(u, v).times(least + (1-least)*v) }
}

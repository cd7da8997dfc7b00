package scene

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// world is a smooth random picture, larger than what is seen of it: brightness at any point, 0..255.
type world struct{ waves [][4]float64 }

func newWorld(seed uint64) world {
	r := rand.New(rand.NewPCG(seed, 1))
	var w world
	for range 40 {
		w.waves = append(w.waves, [4]float64{r.NormFloat64() * .3, r.NormFloat64() * .3, r.Float64() * 2 * math.Pi, 4 + 8*r.Float64()})
	}
	return w
}

func (w world) at(x, y float64) float64 {
	l := 128.
	for _, v := range w.waves {
		l += v[3] * math.Sin(v[0]*x+v[1]*y+v[2])
	}
	return l
}

// seen is the world in so many pixels, with what light and camera make of it.
func seen(width, height int, light func(x, y int) float64) []byte {
	luma := make([]byte, width*height)
	for y := range height {
		for x := range width {
			luma[y*width+x] = byte(min(max(light(x, y), 0), 255))
		}
	}
	return luma
}

func view(light func(x, y int) float64) *View {
	m := NewMaker()
	copy(m.Luma, seen(Width, Height, light))
	var v View
	m.Make(&v)
	return &v
}

var all = func() (m Mask) {
	m.Cells(func(_, _ float32) bool { return true })
	return m
}()

// TestUnlike: light, exposure, noise and a small shift change little; a thing changes much, also on a plain desk.
func TestUnlike(t *testing.T) {
	w := newWorld(1)
	random := rand.New(rand.NewPCG(2, 2))
	desks := map[string]func(x, y int) float64{
		"patterned": func(x, y int) float64 { return w.at(float64(x), float64(y)) },
		"white":     func(_, _ int) float64 { return 210 },
		"dark":      func(x, _ int) float64 { return 40 + float64(x)/20 },
	}
	for name, desk := range desks {
		t.Run(name, func(t *testing.T) {
			empty := view(desk)
			for change, light := range map[string]func(x, y int) float64{
				"noise":    func(x, y int) float64 { return desk(x, y) + random.NormFloat64()*4 },
				"dusk":     func(x, y int) float64 { return desk(x, y) * .6 },
				"exposure": func(x, y int) float64 { return desk(x, y)*1.1 + 15 },
				"gradient": func(x, y int) float64 { return desk(x, y) + float64(x)*.4 },
				"nudge":    func(x, y int) float64 { return desk(x+1, y) },
			} {
				d := view(light).Unlike(empty, &all)
				require.LessOrEqual(t, d.Strongest, float32(Same), change)
				require.Less(t, d.Local, float32(.3), change)
			}
			thing := func(x, y int) float64 {
				if dx, dy := float64(x-48)/8, float64(y-36)/6; dx*dx+dy*dy < 1 {
					return 20
				}
				return desk(x, y)
			}
			d := view(thing).Unlike(empty, &all)
			require.Greater(t, d.Local, float32(.3))
			require.Less(t, d.Spread, float32(.2), "it is a small part of the desk")

			var elsewhere Mask
			require.Positive(t, elsewhere.Cells(func(x, _ float32) bool { return x < .25 }))
			require.Less(t, view(thing).Unlike(empty, &elsewhere).Local, float32(.3), "and not where it is not")
		})
	}
}

func TestNoCells(t *testing.T) {
	v := view(func(x, _ int) float64 { return float64(x) })
	require.Zero(t, v.Unlike(&View{}, &Mask{}))
}

// TestShift: by how much a camera was nudged, to about a pixel of the small picture, whoever walks through it.
func TestShift(t *testing.T) {
	for seed := range uint64(5) {
		w := newWorld(seed)
		was := MakeFrame(seen(FrameWidth, FrameHeight, func(x, y int) float64 { return w.at(float64(x)/3, float64(y)/3) }))
		for _, by := range [][2]float64{{0, 0}, {3, 0}, {-1.5, 2.5}, {8, -6}} {
			now := MakeFrame(seen(FrameWidth, FrameHeight, func(x, y int) float64 {
				if x > 100 && x < 120 && y > 60 {
					return 30 // somebody
				}
				return w.at((float64(x)-by[0])/3, (float64(y)-by[1])/3)
			}))
			s := now.Against(&was)
			require.InDelta(t, by[0], s.X*FrameWidth, 1.3, "seed %d by %v", seed, by)
			require.InDelta(t, by[1], s.Y*FrameHeight, 1.3, "seed %d by %v", seed, by)
		}
		again := MakeFrame(seen(FrameWidth, FrameHeight, func(x, y int) float64 { return w.at(float64(x)/3-1, float64(y)/3)*.8 + 10 }))
		require.Greater(t, again.Against(&was).Fit, .8, "seed %d: nudged, and darker", seed)
		other := newWorld(seed + 100)
		turned := MakeFrame(seen(FrameWidth, FrameHeight, func(x, y int) float64 { return other.at(float64(x)/3, float64(y)/3) }))
		require.Less(t, turned.Against(&was).Fit, .8, "seed %d: another scene", seed)
	}
}

func BenchmarkMake(b *testing.B) {
	m := NewMaker()
	var v View
	for b.Loop() {
		m.Make(&v)
	}
}

func BenchmarkUnlike(b *testing.B) {
	w := newWorld(1)
	a := view(func(x, y int) float64 { return w.at(float64(x), float64(y)) })
	o := view(func(x, y int) float64 { return w.at(float64(y), float64(x)) })
	for b.Loop() {
		a.Unlike(o, &all)
	}
}

func BenchmarkFrame(b *testing.B) {
	w := newWorld(1)
	luma := seen(FrameWidth, FrameHeight, func(x, y int) float64 { return w.at(float64(x), float64(y)) })
	was := MakeFrame(luma)
	for b.Loop() {
		f := MakeFrame(luma)
		f.Against(&was)
	}
}

// TestDetail: a thing on a plain desk shows more than the desk, whichever of the two is now.
func TestDetail(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	desk := view(func(_, _ int) float64 { return 200 + random.NormFloat64()*2 })
	thing := view(func(x, y int) float64 {
		if x > 40 && x < 64 && y > 30 && y < 46 {
			return 90 + 40*float64((x/3+y/3)%2) + random.NormFloat64()*2
		}
		return 200 + random.NormFloat64()*2
	})
	with, without := thing.Detail(desk, &all)
	require.Greater(t, with, 1.8*without)
	without, with = desk.Detail(thing, &all)
	require.Greater(t, with, 1.8*without)
	a, b := desk.Detail(desk, &all)
	require.Zero(t, a+b, "nothing differs")
}

package rooms

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// thing is something that lies or stands on a table, or hangs over a chair.
type thing struct {
	name   string
	class  string  // of COCO, "" where COCO has none
	up     *sprite // stands, seen from the side
	top    texture // lies, seen from above: w by d metres
	w, d   float64 // metres
	thick  float64 // metres, of what lies
	screen texture // of a laptop: stands at the far edge of top
	drape  bool    // hangs over the back of the chair
}

// pieces are things of COCO that stand: the photograph, the label, the shape to begin with, how tall, in metres.
var pieces = []struct {
	half      Half
	class     string
	id, label int
	fill      float64
	metres    float64
}{
	{Tune, "bottle", 10707, 0, 4, 0.27},
	{Tune, "cup", 2431, 1, 4, 0.13},
	{Tune, "cup", 9590, 7, 3, 0.12},
	{Tune, "handbag", 11511, 5, 2.5, 0.34},
	{Tune, "backpack", 1268, 8, 3, 0.46},
	{Tune, "vase", 139, 14, 3, 0.30},
	{Final, "bottle", 5193, 7, 4, 0.26},
	{Final, "cup", 2592, 1, 4, 0.14},
	{Final, "cup", 12576, 2, 4, 0.13},
	{Final, "handbag", 11511, 4, 2.5, 0.32},
	{Final, "suitcase", 11699, 4, 4, 0.50},
}

// covers are photographs that stand for the covers of books and the screens of laptops, and hang on walls: nobody in them.
var covers = map[Half][]int{
	Tune:  {1818, 5992, 2923, 7784, 776},
	Final: {7108, 1532, 7888, 12667, 9914},
}

// things returns the half's things by name: those of COCO, and those that are drawn because COCO has none that lie.
func (m Material) things(half Half) (map[string][]thing, []*image.RGBA, error) {
	all := map[string][]thing{}
	for _, p := range pieces {
		if p.half != half {
			continue
		}
		img, err := m.cut(p.id, p.label, oval(p.fill))
		if err != nil {
			return nil, nil, fmt.Errorf("cut a %s: %w", p.class, err)
		}
		all[p.class] = append(all[p.class], thing{name: p.class, class: p.class, up: &sprite{img, p.metres}})
	}
	bottle, err := m.clipBottle(half)
	if err != nil {
		return nil, nil, err
	}
	all["bottle"] = append(all["bottle"], bottle)
	var photos []*image.RGBA
	for i, id := range covers[half] {
		img, err := m.photo(id)
		if err != nil {
			return nil, nil, err
		}
		photos = append(photos, img)
		r := seed("things", string(half), fmt.Sprint(i))
		all["book"] = append(all["book"], book(img, r))
		all["laptop"] = append(all["laptop"], laptop(img, r))
		all["phone"] = append(all["phone"], phone(r))
		all["paper"] = append(all["paper"], paper(r))
		all["charger"] = append(all["charger"], charger(r))
		all["bag"] = append(all["bag"], darkBag(r))
		all["coat"] = append(all["coat"], coat(r))
	}
	return all, photos, nil
}

// clipBottle is a bottle of Intel's clip, against what is there when it has been taken away.
func (m Material) clipBottle(half Half) (thing, error) {
	// the right bottle is away from 32 to 35.2 s, the left one from 18 to 27.6 s
	there, away, part := Span{3, 5}, Span{20, 26}, image.Rect(10, 40, 180, 350)
	if half == Final {
		there, away, part = Span{3, 5}, Span{33, 34.6}, image.Rect(460, 40, 625, 350)
	}
	const w, h = 640, 360
	with, err := still(m.clip("bottle-detection.mp4"), w, h, there, 4)
	if err != nil {
		return thing{}, err
	}
	plate, err := still(m.clip("bottle-detection.mp4"), w, h, away, 4)
	if err != nil {
		return thing{}, err
	}
	cropped := func(img *image.RGBA) *image.RGBA {
		out := newRGBA(part.Dx(), part.Dy())
		draw.Draw(out, out.Rect, img, part.Min, draw.Src)
		return out
	}
	a, b := cropped(with), cropped(plate)
	return thing{name: "bottle", class: "bottle", up: &sprite{lift(a, image.Point{}, moved(a, b, 26)), 0.24}}, nil
}

func book(img *image.RGBA, r *rand.Rand) thing {
	cover, pages := picture(img), rgb(225, 220, 205)
	return thing{name: "book", class: "book", w: between(r, 0.15, 0.22), d: between(r, 0.21, 0.29), thick: 0.03, top: func(u, v float64) tone {
		if u > 0.97 {
			return pages
		}
		return cover(0.2+0.6*u, v).mix(rgb(60, 40, 40), 0.15)
	}}
}

func laptop(img *image.RGBA, r *rand.Rand) thing {
	body := rgb(150, 152, 155).times(between(r, 0.35, 1.2))
	show := picture(img)
	return thing{name: "laptop", class: "laptop", w: 0.34, d: 0.24, thick: 0.015, top: func(u, v float64) tone {
		if u > 0.08 && u < 0.92 && v > 0.42 && v < 0.92 { // keys
			if math.Mod(u*16, 1) < 0.82 && math.Mod(v*12, 1) < 0.78 {
				return rgb(30, 30, 32)
			}
		}
		if u > 0.36 && u < 0.64 && v > 0.06 && v < 0.34 {
			return body.times(0.86)
		}
		return body
	}, screen: func(u, v float64) tone {
		if u < 0.03 || u > 0.97 || v < 0.06 || v > 0.96 {
			return rgb(25, 25, 27)
		}
		return show(u, v).mix(rgb(235, 240, 250), 0.35)
	}}
}

func phone(r *rand.Rand) thing {
	edge, glass := rgb(50, 50, 54).times(between(r, 0.5, 2.5)), rgb(18, 20, 26)
	angle := between(r, 0.5, 2)
	return thing{name: "phone", class: "cell phone", w: 0.075, d: 0.155, thick: 0.009, top: rounded(func(u, v float64) tone {
		if u < 0.05 || u > 0.95 || v < 0.03 || v > 0.97 {
			return edge
		}
		if g := u + angle*v; g > 1 && g < 1.25 { // the lamp above in the glass
			return rgb(70, 76, 86)
		}
		return glass
	}, 0.075, 0.155, 0.012)}
}

func paper(r *rand.Rand) thing {
	margin := between(r, 0.1, 0.2)
	salt := r.Uint32()
	return thing{name: "paper", w: 0.21, d: 0.297, thick: 0.002, top: func(u, v float64) tone {
		line := int(v * 40)
		if u > margin && u < 1-margin-0.4*math.Max(0, lattice(line, 0, salt)-0.6) && v > 0.08 && v < 0.92 &&
			math.Mod(v*40, 1) < 0.45 && lattice(int(u*60), line, salt) > 0.2 {
			return rgb(105, 105, 112)
		}
		return rgb(238, 238, 233)
	}}
}

func charger(r *rand.Rand) thing {
	c := rgb(235, 235, 235)
	if r.IntN(2) == 0 {
		c = rgb(28, 28, 30)
	}
	bend := between(r, 1.5, 3)
	return thing{name: "charger", w: 0.24, d: 0.14, thick: 0.015, top: func(u, v float64) tone {
		if u < 0.22 && v > 0.3 && v < 0.75 {
			return c
		}
		if math.Abs(v-0.5-0.38*math.Sin(bend*math.Pi*u)*math.Min(1, 2*(u-0.2))) < 0.055 && u >= 0.2 {
			return c.times(0.9)
		}
		return tone{}
	}}
}

// darkBag is a bag without much of a shape, in a colour that a shadow might have.
func darkBag(r *rand.Rand) thing {
	c := rgb(38, 36, 40).times(between(r, 0.6, 1.3))
	salt := r.Uint32()
	const w, h = 120, 100
	img := newRGBA(w, h)
	for y := range h {
		for x := range w {
			u, v := (float64(x)+0.5)/w*2-1, 1-(float64(y)+0.5)/h
			a := 0.0
			edge := 0.86 + 0.1*grain(v*5, 0, salt) - 0.28*v*v
			switch {
			case v < 0.72 && math.Abs(u) < edge:
				a = math.Min(1, (edge-math.Abs(u))*25) * math.Min(1, (0.72-v)*20)
			case v >= 0.68:
				d := math.Hypot(u/0.5, (v-0.68)/0.3)
				a = 1 - math.Min(1, math.Abs(d-0.9)*9)
			}
			k := 0.7 + 0.8*clouds(u*4, v*6, salt) + 0.5*math.Max(0, v-0.3)
			over(img.Pix[img.PixOffset(x, y):], tone{4 * a * c.R * k, 4 * a * c.G * k, 4 * a * c.B * k, 4 * a})
		}
	}
	return thing{name: "bag", class: "handbag", up: &sprite{img, between(r, 0.26, 0.34)}}
}

// coat hangs over the back of a chair, with folds and an uneven seam.
func coat(r *rand.Rand) thing {
	c := []tone{rgb(60, 62, 74), rgb(110, 88, 64), rgb(52, 70, 58), rgb(34, 34, 38), rgb(122, 48, 52)}[r.IntN(5)]
	salt := r.Uint32()
	return thing{name: "coat", drape: true, w: 0.54, d: 0.60, top: func(u, v float64) tone {
		x := math.Abs(u-0.5) * 2
		wide := 0.97 - 0.06*grain(v*6, 2, salt) // with the sleeves
		if v < 0.2+0.05*grain(u*3, 4, salt) {
			wide = 0.66 // below them
		}
		if v > 0.84 {
			wide *= 0.55 + 0.45*math.Sqrt((1-v)/0.16) // shoulders
		}
		if x > wide || v < 0.07*grain(u*5, 1, salt) {
			return tone{}
		}
		k := 0.62 + 0.55*grain(u*4+1.5*v, v*2.5+u, salt) + 0.10*grain(u*110, v*110, salt+1)
		if math.Abs(x-0.68) < 0.035 && v < 0.86 {
			k *= 0.6 // where a sleeve hangs
		}
		if v > 0.9 && x < 0.32 {
			k *= 0.7 // the collar
		}
		return c.times(k)
	}}
}

// put draws a thing at a point of a table. angle is in radians, for what lies.
func (l lens) put(dst *image.RGBA, t thing, at vec, angle float64) {
	if t.up != nil {
		w := t.up.Metres * float64(t.up.Img.Rect.Dx()) / float64(t.up.Img.Rect.Dy())
		l.shadow(dst, at.add(vec{0.15 * w, 0, 0.04}), 0.75*w, 0.45*w, 0.55)
		l.stand(dst, *t.up, at, pose{})
		return
	}
	if t.drape {
		l.paint(dst, upright(at.add(vec{-t.w / 2, -t.d, 0}), t.w, t.d), t.top)
		return
	}
	l.shadow(dst, at.add(vec{0.01, 0, 0}), 0.72*t.w, 0.72*t.d, 0.35)
	if t.thick > 0.01 && t.name != "charger" { // its side, seen as a darker copy below
		under := t.top
		l.paint(dst, lying(at.add(vec{0, 0.3 * t.thick, 0}), t.w, t.d, angle), func(u, v float64) tone { return under(u, v).times(0.45) })
	}
	l.paint(dst, lying(at.add(vec{0, t.thick, 0}), t.w, t.d, angle), t.top)
	if t.screen != nil {
		sin, cos := math.Sincos(angle)
		hinge := at.add(vec{-t.w/2*cos - t.d/2*sin, t.thick, -t.w/2*sin + t.d/2*cos})
		l.paint(dst, quad{hinge, vec{t.w * cos, 0, t.w * sin}, vec{-0.07 * sin, 0.21, 0.07 * cos}}, t.screen)
	}
}

package rooms

import (
	"image"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// zoom is how much larger than drawn the picture of a nudged camera is, so that no edge comes into view.
const zoom = 1.08

// nudge is where the camera points from a second on: pixels to the right and down, and radians.
type nudge struct{ at, dx, dy, angle float64 }

// camera is a camera that is nudged and turned while the seats' polygons stay where they were drawn.
func camera(c *crew) (all []*Clip, err error) {
	for _, d := range []struct {
		name, about string
		nudges      []nudge
	}{
		{"nudged", "The camera is nudged by 3 pixels, and later by 10.", []nudge{{30, 2.6, 1.5, 0}, {66, -7.4, 7, 0}}},
		{"pushed", "The camera is pushed by 30 pixels, and later back.", []nudge{{34, 26, 15, 0}, {90, 1, -1, 0}}},
		{"turned", "The camera is turned by a degree, and later by two more.", []nudge{{32, 3, 2, 0.0175}, {72, 5, -4, 0.052}}},
	} {
		s, err := c.open("camera "+d.name, small)
		if err != nil {
			return nil, err
		}
		s.zoom = zoom
		c.evening(s, 110)
		c.clutter(s, s.places[0].desk, s.places)
		all = append(all, c.clip("camera", d.name, d.about, []string{"empty", "motion", "filter"}, s, 110, 25,
			coding{Rate: 5, GOP: 2}, moves(d.nudges), sensor(steady(2.2), s.r)))
	}
	return all, nil
}

// moves shows the picture as the camera sees it that was nudged; each move takes 0.4 s and swings a little.
func moves(nudges []nudge) finisher {
	var drawn *image.RGBA
	return func(img *image.RGBA, t float64, _ int) {
		var n nudge
		for _, m := range nudges {
			if t < m.at {
				break
			}
			k := ease((t - m.at) / 0.4)
			if since := t - m.at; since < 2 {
				k += 0.25 * math.Sin(14*since) * math.Exp(-3*since) * k
			}
			n = nudge{0, n.dx + k*(m.dx-n.dx), n.dy + k*(m.dy-n.dy), n.angle + k*(m.angle-n.angle)}
		}
		if drawn == nil {
			drawn = newRGBA(img.Rect.Dx(), img.Rect.Dy())
		}
		copy(drawn.Pix, img.Pix)
		cx, cy := float64(img.Rect.Dx())/2, float64(img.Rect.Dy())/2
		sin, cos := math.Sincos(n.angle)
		a, b := zoom*cos, zoom*sin
		draw.ApproxBiLinear.Transform(img, f64.Aff3{
			a, -b, cx + n.dx - a*cx + b*cy,
			b, a, cy + n.dy - b*cx - a*cy,
		}, drawn, drawn.Rect, draw.Src, nil)
	}
}

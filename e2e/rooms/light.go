package rooms

import (
	"math"
	"math/rand/v2"
)

// light is one room in every light: the same kind of evening at a desk, and only what reaches the sensor differs.
func light(c *crew) (all []*Clip, err error) {
	for _, d := range []struct {
		name, about string
		seconds     float64
		code        coding
		tries       []string
		post        func(s *stage) []finisher
	}{
		{"dusk", "Dusk: the half hour in which it grows dark, ten times as fast; the camera's gain and its grain follow.", 180, coding{Rate: 5, GOP: 2}, []string{"empty", "motion", "filter"}, dusk},
		{"lamp", "A lamp is switched on, off and on again.", 110, coding{Rate: 5, GOP: 2}, []string{"empty", "motion"}, lamp},
		{"sun", "Stripes of sun move across the desks.", 120, coding{Rate: 5, GOP: 2}, []string{"empty", "motion"}, sun},
		{"exposure", "The camera's exposure jumps.", 110, coding{Rate: 5, GOP: 2}, []string{"empty", "motion", "filter"}, exposure},
		{"night", "Night: no colour, and grain.", 110, coding{Rate: 5, GOP: 4}, []string{"filter", "motion", "empty"}, night},
		{"poor", "300 kbit/s and a lens out of focus.", 110, coding{Rate: 5, GOP: 4, Bitrate: 300_000}, []string{"cutouts", "filter", "empty"}, poor},
	} {
		s, err := c.open("light "+d.name, small)
		if err != nil {
			return nil, err
		}
		c.evening(s, d.seconds)
		all = append(all, c.clip("light", d.name, d.about, d.tries, s, d.seconds, 25, d.code, d.post(s)...))
	}
	return all, nil
}

// evening is what happens at the desk: A sits for long, B leaves something, C stays empty and is passed by.
func (c *crew) evening(s *stage, seconds float64) {
	r := s.r
	styles := []string{"white", "oak", "dark", "stone", "patterned"}
	row := s.row("ABC", styles[r.IntN(len(styles))], 0, 0.95, between(r, 2.5, 2.9), r.IntN(2) == 0)
	cast := c.company(r, 2)
	down := seconds * between(r, 0.5, 0.6)
	s.stays(row[0], cast[0], between(r, 11, 16), seconds-between(r, 10, 14), bend{Span{down, down + 9}, 0.2, 0.2})
	sit := between(r, 14, 20)
	gone := sit + between(r, 12, 20)
	s.stays(row[1], cast[1], sit, gone)
	name := []string{"book", "bottle", "laptop", "bag", "cup"}[r.IntN(5)]
	taken := gone + between(r, 38, 46)
	s.lies(row[1], c.pick(r, name), sit+2, taken)
	s.visitsTo(row[1], c.passer(r), taken)
	s.passes(c.passer(r), row[2].at().Z+0.5, seconds*0.45, []pause{{row[2].x, 4}})
}

func dusk(s *stage) []finisher {
	level := func(t float64) float64 { return 1 - 0.78*ease((t-15)/145) }
	return []finisher{
		graded(func(t float64) [3]float64 {
			k := level(t)
			gain := math.Min(1.9, math.Pow(1/k, 0.55)) // what the camera makes up for
			cold := 1 - k
			return [3]float64{k * gain * (1 - 0.12*cold), k * gain * (1 - 0.03*cold), k * gain * (1 + 0.10*cold)}
		}),
		sensor(func(t float64) float64 { return math.Round(2*(2+9*(1-level(t)))) / 2 }, s.r),
	}
}

func lamp(s *stage) []finisher {
	on := func(t float64) float64 {
		for _, sw := range []Span{{22, 55}, {75, 1e9}} {
			if sw.holds(t) {
				return math.Min(1, (t-sw.From)/0.4)
			}
		}
		return 0
	}
	x0, y0 := between(s.r, 0.2, 0.8), 0.45
	return []finisher{
		lit(1, func(t, x, y float64) [3]float64 {
			k := on(t) * math.Exp(-((x-x0)*(x-x0)*1.8+(y-y0)*(y-y0))/0.09)
			base := 0.62 + 0.10*on(t)
			return [3]float64{base + 0.75*k, base + 0.60*k, base + 0.36*k}
		}),
		sensor(steady(3.5), s.r),
	}
}

func sun(s *stage) []finisher {
	slope, speed := between(s.r, 0.25, 0.5), between(s.r, 0.0016, 0.0026)
	return []finisher{
		lit(5, func(t, x, y float64) [3]float64 {
			p := x + slope*y - speed*t
			p = math.Abs(p/0.17-math.Floor(p/0.17)-0.5) * 2 // 0 in the middle of a stripe
			k := ease((0.55-p)/0.12) * ease((y-0.3)/0.15)
			k *= 0.75 + 0.25*math.Sin(t/11) // a thin cloud
			return [3]float64{0.74 + 0.72*k, 0.74 + 0.66*k, 0.76 + 0.50*k}
		}),
		sensor(steady(2.2), s.r),
	}
}

func exposure(s *stage) []finisher {
	var jumps []float64
	for t := 9.0; t < 200; t += between(s.r, 6, 15) {
		jumps = append(jumps, t)
	}
	levels := make([]float64, len(jumps)+1)
	levels[0] = 1
	for i := range jumps {
		levels[i+1] = []float64{0.55, 0.75, 1, 1.3, 1.55}[s.r.IntN(5)]
	}
	return []finisher{
		graded(func(t float64) [3]float64 {
			k := levels[0]
			for i, at := range jumps {
				if t >= at {
					k += (levels[i+1] - k) * math.Min(1, (t-at)/0.6)
				}
			}
			return [3]float64{k, k, k * 1.01}
		}),
		sensor(steady(2.5), s.r),
	}
}

func night(s *stage) []finisher {
	x0 := between(s.r, 0.4, 0.6)
	return []finisher{
		grey(1),
		lit(1<<30, func(_, x, y float64) [3]float64 { // the camera's own lamp
			k := 0.16 + 0.62*math.Exp(-((x-x0)*(x-x0)+(y-0.6)*(y-0.6))/0.16)
			return [3]float64{k, k, k}
		}),
		sensor(steady(11), s.r),
	}
}

func poor(s *stage) []finisher {
	return []finisher{blurred(2), sensor(steady(3), s.r)}
}

// company is n people who can sit side by side, each once where there are enough.
func (c *crew) company(r *rand.Rand, n int) (out []*person) {
	all := append(append([]*person(nil), c.busts...), c.standing...)
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i := range n {
		out = append(out, all[i%len(all)])
	}
	return out
}

package rooms

import (
	"image"
	"math"
)

// furniture is moved by people who pass: none of it is anybody's belongings.
func furniture(c *crew) (all []*Clip, err error) {
	for _, build := range []func(*crew) (*Clip, error){chairs, belongingsOfTheHouse} {
		clip, err := build(c)
		if err != nil {
			return nil, err
		}
		all = append(all, clip)
	}
	return all, nil
}

// chairs are pushed, turned and taken away.
func chairs(c *crew) (*Clip, error) {
	s, err := c.open("furniture chairs", small)
	if err != nil {
		return nil, err
	}
	r := s.r
	row := s.row("ABC", "oak", 0, 1.0, between(r, 2.6, 2.9), false)
	c.clutter(s, row[0].desk, row)
	pushed, turned, away := between(r, 18, 24), between(r, 40, 46), between(r, 62, 68)
	side := between(r, 0.15, 0.3)
	row[0].push = func(t float64) vec {
		return vec{side * ease((t-pushed)/1.2), 0.06 * ease((t-pushed)/1.2), -0.3 * ease((t-pushed)/1.2)}
	}
	row[1].push = func(t float64) vec { return vec{0, 0.12 * ease((t-turned)/0.8), 0.1 * ease((t-turned)/0.8)} }
	row[2].push = func(t float64) vec {
		if t < away+0.5 {
			return vec{}
		}
		return vec{(t - away - 0.5) * stride, 0, -0.3} // out of the picture, with whoever takes it
	}
	for i, at := range []float64{pushed, turned, away} {
		s.visitsTo(row[i], c.standing[r.IntN(len(c.standing))], at)
	}
	w := &s.strolls[len(s.strolls)-1]
	to := vec{s.edge(w.path[0].Z, false), 0, w.path[0].Z}
	if w.path[0].X > 0 { // whoever takes the chair goes to the right
		w.path[0].X = -w.path[0].X
	}
	w.path[len(w.path)-1] = to
	s.stays(row[1], c.sitter(r), 78, 96)
	return c.clip("furniture", "chairs", "Chair A is pushed, chair B turned, chair C taken away, by people who pass; later somebody sits in B.",
		[]string{"empty", "stays"}, s, 110, 25, coding{Rate: 5, GOP: 2}, sensor(steady(2.2), r)), nil
}

// belongingsOfTheHouse is a desk whose furniture looks like belongings and is put elsewhere on the same desk.
func belongingsOfTheHouse(c *crew) (*Clip, error) {
	s, err := c.open("furniture things", small)
	if err != nil {
		return nil, err
	}
	r := s.r
	row := s.row("ABC", "white", 0, 1.0, between(r, 2.6, 2.9), true)
	d := row[0].desk
	shows := c.photos[r.IntN(len(c.photos))]
	jug, cup, book := c.pick(r, "bottle"), c.pick(r, "cup"), c.pick(r, "book")
	lamp, jugAt := between(r, 22, 27), between(r, 44, 50)
	at := func(p *place, dx, dz float64) vec { return vec{p.x + dx, deskTop, d.z1 - dz} }
	forever := math.Inf(1)
	s.fixture(d, Span{0, forever}, func(dst *image.RGBA) {
		s.lens.monitor(dst, at(row[2], 0.02, 0.12), shows)
		s.lens.put(dst, cup, at(row[2], 0.27, 0.3), 0)
		s.lens.put(dst, book, at(row[1], 0.2, 0.3), 0.1)
	})
	for _, k := range []struct {
		span Span
		dx   float64
	}{{Span{0, lamp}, -0.2}, {Span{lamp, forever}, 0.16}} {
		s.fixture(d, k.span, func(dst *image.RGBA) { s.lens.lamp(dst, at(row[0], k.dx, 0.18), rgb(150, 60, 40)) })
	}
	for _, k := range []struct {
		span Span
		dx   float64
	}{{Span{0, jugAt}, -0.22}, {Span{jugAt, forever}, -0.04}} {
		s.fixture(d, k.span, func(dst *image.RGBA) { s.lens.put(dst, jug, at(row[1], k.dx, 0.16), 0) })
	}
	s.visitsTo(row[0], c.passer(r), lamp)
	s.visitsTo(row[1], c.passer(r), jugAt)
	// and real belongings among them
	sit := between(r, 58, 62)
	s.stays(row[2], c.sitter(r), sit, sit+12)
	s.lies(row[2], c.pick(r, "phone"), sit+2, 118)
	return c.clip("furniture", "things", "Lamp (A) and bottle (B) of the house are put elsewhere on the same desk, a book and a cup of the house lie there all the time; C is left with a phone.",
		[]string{"empty", "cutouts"}, s, 120, 25, coding{Rate: 5, GOP: 2}, sensor(steady(2.2), r)), nil
}

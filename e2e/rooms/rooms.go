package rooms

import "image"

// rooms are large rooms seen by one camera in 1080p and 4K: people are 40 to 120 pixels tall, a share of the picture that
// a look at the whole of it cannot see.
func rooms(c *crew) (all []*Clip, err error) {
	for _, d := range []struct {
		name    string
		o       setting
		rows    []float64 // metres to each row of desks
		bare    []float64 // metres to rows of desks that are nobody's
		seconds float64
	}{
		{"1080p", setting{1920, 1080, 0.60, 3.6, 0.46, 15, "room"}, []float64{6.6, 9.2, 11.6}, []float64{3.8}, 120},
		{"4k", setting{3840, 2160, 0.42, 4.5, 0.50, 20, "room"}, []float64{9.2, 12.2, 15.6}, []float64{4, 6.6}, 75},
	} {
		s, err := c.open("rooms "+d.name, d.o)
		if err != nil {
			return nil, err
		}
		r := s.r
		styles := []string{"white", "oak", "dark", "stone", "black"}
		for i, z := range d.rows {
			for side := range 2 {
				ids := "ABCDEFGHIJKL"[4*i+2*side:][:2]
				mid := (float64(side) - 0.5) * between(r, 0.55, 0.7) * z
				s.row(ids, styles[r.IntN(len(styles))], mid, between(r, 1.0, 1.3), z, (i+side)%2 == 0)
			}
		}
		for _, z := range d.bare {
			for _, mid := range []float64{-0.35 * z, 0.33 * z} {
				b := desk{x0: mid - 1.1, x1: mid + 1.1, z0: z, z1: z + 0.8, top: top(styles[r.IntN(len(styles))], 2.2, 0.8, s.salt)}
				s.layers = append(s.layers, s.lens.layer(s.deskDepth(&b), Span{0, 1e9}, func(dst *image.RGBA) { s.lens.desk(dst, b) }))
			}
		}
		cast := c.company(r, len(s.places))
		names := []string{"bag", "laptop", "book", "bottle", "cup"}
		for i, p := range s.places {
			switch i % 4 {
			case 0: // sits to the end
				s.stays(p, cast[i], between(r, 11, 25), d.seconds-between(r, 4, 15))
			case 1: // sits, leaves something, and it stays
				sit := between(r, 11, 16)
				s.stays(p, cast[i], sit, sit+between(r, 14, 20))
				s.lies(p, c.pick(r, names[r.IntN(2)]), sit+2, d.seconds)
			case 2: // comes late, and goes
				sit := between(r, 25, 35)
				s.stays(p, cast[i], sit, sit+between(r, 22, 30))
				s.lies(p, c.pick(r, names[r.IntN(len(names))]), sit+2, sit+20)
			default: // stays empty; somebody stops at it
				s.visitsTo(p, c.walkers[r.IntN(len(c.walkers))], between(r, 20, 70))
			}
		}
		for i := range 6 {
			z := d.rows[i%3] + between(r, 1.7, 2.0)
			s.passes(c.walkers[r.IntN(len(c.walkers))], z, 8+float64(i)*11, nil)
		}
		all = append(all, c.clip("rooms", d.name, "A large room with twelve seats; people are 40 to 120 pixels tall.",
			[]string{"cutouts", "assign", "stays"}, s, d.seconds, 30, coding{Rate: 5, GOP: 2}, sensor(steady(2), r)))
	}
	return all, nil
}

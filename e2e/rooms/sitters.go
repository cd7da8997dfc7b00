package rooms

// sitters are people of whom a desk hides the legs, then a divider or a high chair everything below the chest; they sit
// still for a minute or more, lean over and lay the head down, neighbours 0.3 of a box apart. Nobody leaves anything but
// where a coat hangs over an empty chair.
func sitters(c *crew) (all []*Clip, err error) {
	for _, d := range []struct {
		name, about, style string
		far                bool
		apart              float64 // metres from middle to middle; a sitting box is half a metre wide
		hide               float64 // metres: of the divider on the desk, or of the chair's back above 0.9
		ids                string
		tries              []string
	}{
		{"desk", "Readers behind a desk that hides their legs; they stir, lean over and lay the head down.", "oak", true, 0.85, 0, "ABC", []string{"motion", "filter"}},
		{"divider", "Readers behind a divider: no more than head and shoulders is seen. A coat hangs over the chair of C, where nobody sits.", "white", true, 0.85, 0.26, "ABC", []string{"motion", "filter", "cutouts"}},
		{"backs", "Readers seen from behind, hidden below the chest by the backs of their chairs.", "dark", false, 0.80, 0.20, "ABC", []string{"motion", "filter"}},
		{"neighbours", "Four seats at one desk, neighbours 0.3 of a box apart, who come and go one beside the other.", "white", true, 0.65, 0, "ABCD", []string{"assign", "filter"}},
	} {
		s, err := c.open("sitters "+d.name, small)
		if err != nil {
			return nil, err
		}
		r := s.r
		row := s.row(d.ids, d.style, between(r, -0.2, 0.2), d.apart, between(r, 2.6, 3.0), d.far)
		if d.far {
			row[0].desk.screen = d.hide
			if d.hide > 0 {
				row[2].tall = 1.12 // so that the coat is seen above the divider
			}
		} else {
			for _, p := range row {
				p.tall += d.hide
			}
		}
		const long, after = 120, 25
		cast := c.company(r, len(row))
		for i, p := range row {
			sit, gone := 11+4*float64(i)+between(r, 0, 2), 98+4*float64(i)+between(r, 0, 2)
			if d.name == "neighbours" && i%2 == 1 { // their neighbours stay
				sit, gone = 28+6*float64(i)+between(r, 0, 3), 62+6*float64(i)+between(r, 0, 3)
			}
			if d.name == "divider" && i == 2 {
				// the coat's owner was there for a short while
				s.stays(p, cast[i], 14, 26)
				s.lies(p, c.pick(r, "coat"), 15, 105)
				s.visitsTo(p, c.passer(r), 105)
				continue
			}
			over := between(r, 34, 48)
			down := between(r, 62, 70)
			poses := []bend{{Span{over, over + between(r, 5, 9)}, between(r, 0.2, 0.35), 0.07}}
			if i != 1 {
				poses = append(poses, bend{Span{down, down + between(r, 12, 22)}, between(r, -0.3, -0.15), 0.24})
			}
			s.stays(p, cast[i], sit, gone, poses...)
		}
		all = append(all, c.clip("sitters", d.name, d.about, d.tries, s, long, after, coding{Rate: 5, GOP: 2}, sensor(steady(2.2), r)))
	}
	return all, nil
}

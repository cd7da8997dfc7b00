package rooms

import (
	"bytes"
	"fmt"
	"image"
)

// passers are people who are nobody's: they walk across the seats' polygons and stop there for 2 to 8 seconds.
func passers(c *crew) (all []*Clip, err error) {
	for _, build := range []func(*crew) (*Clip, error){walkway, aisle, corridor} {
		clip, err := build(c)
		if err != nil {
			return nil, err
		}
		all = append(all, clip)
	}
	return all, nil
}

// walkwayROI are polygons on the walkway of vtest.avi in which nobody of the half's part stays for eight seconds.
var walkwayROI = map[Half]map[string][][2]float64{
	Tune: {
		"A": {{0.40, 0.42}, {0.52, 0.42}, {0.52, 0.56}, {0.40, 0.56}},
		"B": {{0.66, 0.48}, {0.80, 0.50}, {0.80, 0.66}, {0.66, 0.60}},
		"C": {{0.20, 0.38}, {0.32, 0.38}, {0.32, 0.50}, {0.20, 0.48}},
	},
	Final: {
		"A": {{0.58, 0.44}, {0.72, 0.46}, {0.72, 0.60}, {0.58, 0.56}},
		"B": {{0.28, 0.40}, {0.40, 0.40}, {0.40, 0.52}, {0.28, 0.50}},
		"C": {{0.78, 0.44}, {0.90, 0.46}, {0.90, 0.62}, {0.78, 0.58}},
	},
}

// walkway is vtest.avi itself: real people on a walkway, and seats laid on it that must stay silent.
func walkway(c *crew) (*Clip, error) {
	span := vtestSpan(c.half)
	clip := &Clip{
		About: "People on a walkway (vtest.avi of opencv-doc); the polygons lie where they walk, and nobody sits.",
		Kind:  "passers", Half: c.half, Tries: []string{"stays", "filter"}, Abandoned: "20s",
		Duration: span.To - span.From, EmptyAt: 0, name: "passers-walkway", w: vtestW, h: vtestH, coding: coding{Rate: 10, GOP: 2},
	}
	for _, id := range []string{"A", "B", "C"} {
		roi := walkwayROI[c.half][id]
		clip.Seats = append(clip.Seats, Seat{SeatID: id, ROI: roi, ItemsROI: roi, States: States(clip.Duration, 20, nil, nil)})
	}
	const at, part = 10, 40 // frames a second, and how many are decoded at a time
	var pictures [][]byte
	from := -part
	clip.frame = func(dst *image.RGBA, n int) error {
		if n/part*part != from {
			from = n / part * part
			pictures = pictures[:0]
			begin := span.From + float64(from)/at
			err := frames(c.Vtest, vtestW, vtestH, Span{begin, min(span.To, begin+part/at)}, at, func(_ float64, img *image.RGBA) error {
				pictures = append(pictures, bytes.Clone(img.Pix))
				return nil
			})
			if err != nil {
				return err
			}
		}
		if n-from >= len(pictures) {
			return fmt.Errorf("%s has no frame %d", c.Vtest, n)
		}
		copy(dst.Pix, pictures[n-from])
		return nil
	}
	return clip, nil
}

// aisle is a desk whose seats stand beside an aisle: people walk behind it and before it, some stop; one seat is taken.
func aisle(c *crew) (*Clip, error) {
	s, err := c.open("passers aisle", small)
	if err != nil {
		return nil, err
	}
	r := s.r
	row := s.row("ABC", "white", 0, 0.95, between(r, 2.5, 2.8), true)
	s.stays(row[1], c.sitter(r), 30, 85)
	for t := 9.0; t < 100; {
		who := c.passer(r)
		z := row[0].at().Z + between(r, 0.45, 0.8)
		if r.IntN(3) == 0 {
			z = row[0].desk.z0 - between(r, 0.35, 0.5)
		}
		var stops []pause
		if r.IntN(5) > 0 {
			at := row[[]int{0, 2}[r.IntN(2)]].x + between(r, -0.15, 0.15)
			stops = append(stops, pause{at, between(r, 2, 7.5)})
		}
		t = s.passes(who, z, t, stops) + between(r, 0.5, 3)
	}
	return c.clip("passers", "aisle", "People walk behind a desk and before it, and stop for 2 to 8 s at seats A and C, where nobody sits; somebody sits in B.",
		[]string{"stays", "assign", "filter"}, s, 110, 25, coding{Rate: 10, GOP: 1}, sensor(steady(2.2), r)), nil
}

// corridor is the hall of the real clip with chairs seen from behind along a counter, and people who cross it.
func corridor(c *crew) (*Clip, error) {
	o := small
	o.back = "hall"
	s, err := c.open("passers corridor", o)
	if err != nil {
		return nil, err
	}
	r := s.r
	row := s.row("ABC", "oak", -0.2, 1.0, 4.1, false)
	for t := 9.0; t < 95; {
		z := row[0].at().Z - between(r, 0.2, 0.7)
		var stops []pause
		if r.IntN(4) > 0 {
			stops = append(stops, pause{row[r.IntN(3)].x + between(r, -0.2, 0.2), between(r, 2, 7.5)})
		}
		t = s.passes(c.standing[r.IntN(len(c.standing))], z, t, stops) + between(r, 1, 5)
	}
	return c.clip("passers", "corridor", "Chairs at a counter, seen from behind; people walk past before them and stop for 2 to 8 s. Nobody sits.",
		[]string{"stays", "filter"}, s, 100, 25, coding{Rate: 10, GOP: 2}, sensor(steady(2.2), r)), nil
}

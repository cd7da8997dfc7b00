package rooms

import (
	"image"
	"math/rand/v2"
)

// desks are tables of several looks with things on them of 20 to 80 pixels. Things with a class of COCO are too small
// for a look at the whole frame; paper, charger and coat have none.
func desks(c *crew) (all []*Clip, err error) {
	for i, d := range []struct {
		name, style string
		back        string
		things      [3]string
		tries       []string
	}{
		{"white", "white", "room", [3]string{"phone", "book", "bottle"}, []string{"cutouts", "empty"}},
		{"dark", "dark", "hall", [3]string{"cup", "laptop", "phone"}, []string{"cutouts", "empty"}},
		{"patterned", "patterned", "room", [3]string{"book", "charger", "bottle"}, []string{"cutouts", "empty"}},
		{"cluttered", "oak", "photo", [3]string{"cup", "bag", "paper"}, []string{"cutouts", "empty"}},
		{"unnamed", "stone", "room", [3]string{"paper", "coat", "charger"}, []string{"empty", "motion"}},
	} {
		o := small
		o.back = d.back
		s, err := c.open("desks "+d.name, o)
		if err != nil {
			return nil, err
		}
		r := s.r
		after := float64(20 + 5*r.IntN(2))
		row := s.row("ABC", d.style, 0, 0.95, near(r, d.back), i%3 != 1)
		if d.name == "cluttered" {
			c.clutter(s, row[0].desk, row)
		}
		// A: somebody sits, leaves things and comes back too late or not at all
		sit := between(r, 11, 14)
		gone := sit + between(r, 12, 18)
		s.stays(row[0], c.sitter(r), sit, gone)
		taken := gone + after + between(r, 12, 20)
		s.lies(row[0], c.pick(r, d.things[0]), sit+2, taken)
		s.visitsTo(row[0], c.passer(r), taken)
		// B: something is put down by somebody who does not sit
		down := between(r, 20, 26)
		s.visitsTo(row[1], c.passer(r), down)
		s.lies(row[1], c.pick(r, d.things[1]), down, 120)
		// C: somebody has a thing and takes it along
		sit = between(r, 36, 42)
		gone = between(r, 70, 78)
		s.stays(row[2], c.sitter(r), sit, gone)
		s.lies(row[2], c.pick(r, d.things[2]), sit+2, gone-1)
		all = append(all, c.clip("desks", d.name,
			"A desk, "+d.style+", with "+d.things[0]+" (A, left behind), "+d.things[1]+" (B, put down by a passer-by) and "+d.things[2]+" (C, taken along).",
			d.tries, s, 100, after, coding{Rate: 5, GOP: 2}, sensor(steady(2.2), r)))
	}
	return all, nil
}

// near is where the near edge of the desks lies, in metres: the real hall's camera looks from higher up.
func near(r *rand.Rand, back string) float64 {
	if back == "hall" {
		return between(r, 3.7, 4.0)
	}
	return between(r, 2.5, 2.9)
}

// clutter puts furniture on a desk that looks like belongings: a monitor, a lamp, jugs, a bottle that belongs to the house.
func (c *crew) clutter(s *stage, d *desk, row []*place) {
	always := Span{0, 1e9}
	shows := c.photos[s.r.IntN(len(c.photos))]
	jug, cup := c.pick(s.r, "bottle"), c.pick(s.r, "cup")
	s.fixture(d, always, func(dst *image.RGBA) {
		s.lens.monitor(dst, vec{row[1].x + 0.42, deskTop, d.z1 - 0.12}, shows)
		s.lens.lamp(dst, vec{row[0].x - 0.30, deskTop, d.z1 - 0.15}, rgb(40, 110, 90))
		s.lens.put(dst, jug, vec{row[0].x + 0.27, deskTop, d.z1 - 0.16}, 0)
		s.lens.put(dst, cup, vec{row[2].x + 0.26, deskTop, d.z1 - 0.2}, 0)
	})
}

// sitter is somebody who can sit at a desk.
func (c *crew) sitter(r *rand.Rand) *person {
	if r.IntN(2) == 0 {
		return c.busts[r.IntN(len(c.busts))]
	}
	return c.standing[r.IntN(len(c.standing))]
}

// passer is somebody who can cross a room.
func (c *crew) passer(r *rand.Rand) *person {
	if r.IntN(2) == 0 {
		return c.standing[r.IntN(len(c.standing))]
	}
	return c.walkers[r.IntN(len(c.walkers))]
}

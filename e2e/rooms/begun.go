package rooms

import (
	"image"
	"math"
	"slices"
)

// begun are clips of other kinds that begin while people sit: nobody has seen the seats empty, as after the first start
// in the middle of a day.
func begun(c *crew) (all []*Clip, err error) {
	for _, b := range []struct {
		kind func(*crew) ([]*Clip, error)
		of   string
		at   float64 // seconds
	}{
		{desks, "desks-white", 16}, {sitters, "sitters-divider", 20}, {rooms, "rooms-1080p", 24}, {light, "light-lamp", 22},
	} {
		clips, err := b.kind(c)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(clips, func(c *Clip) bool { return c.name == b.of })
		all = append(all, clips[i].from(b.at))
	}
	return all, nil
}

// from is the clip from a second on.
func (c *Clip) from(at float64) *Clip {
	later := *c
	later.Kind, later.name = "begun", "begun-"+c.name
	later.About = c.About + " It begins while people sit."
	later.Duration, later.EmptyAt, later.Seats = c.Duration-at, 0, nil
	for _, s := range c.Seats {
		first := 0
		for i := range s.States {
			if s.States[i].At <= at {
				first = i
			}
		}
		states := slices.Clone(s.States[first:])
		for i := range states {
			states[i].At = math.Max(0, math.Round((states[i].At-at)*1000)/1000)
		}
		s.States = states
		var ignore []Span
		for _, span := range s.Ignore {
			if span.To > at {
				ignore = append(ignore, Span{math.Max(0, span.From-at), span.To - at})
			}
		}
		s.Ignore = ignore
		later.Seats = append(later.Seats, s)
	}
	skip := int(at * c.coding.Rate)
	later.frame = func(dst *image.RGBA, n int) error {
		for k := 0; n == 0 && k < skip; k++ { // grain and persons go on from frame to frame
			if err := c.frame(dst, k); err != nil {
				return err
			}
		}
		return c.frame(dst, n+skip)
	}
	return &later
}

package seat

import (
	"slices"
	"time"
)

// Observation is what one look says about one seat.
type Observation struct {
	At     time.Time
	Person float32 // confidence of the best person in the seat, 0 where nobody is
	Item   float32 // confidence of the best of the belongings there, 0 where none are
}

// Observe tells which detections belong to which seat, all of one camera, and appends one observation a seat, in the
// seats' order, to dst. A person or a thing belongs to one seat at most, the first listed that holds its point. isItem
// tells whether a class counts as belongings.
func Observe(dst []Observation, at time.Time, seats []Seat, found []Detection, isItem func(class string) bool) []Observation {
	first := len(dst)
	for range seats {
		dst = append(dst, Observation{At: at})
	}
	obs := dst[first:]
	for _, d := range found {
		i := Owner(seats, d, isItem)
		switch {
		case i < 0:
		case d.Class == Person:
			obs[i].Person = max(obs[i].Person, d.Confidence)
		default:
			obs[i].Item = max(obs[i].Item, d.Confidence)
		}
	}
	return dst
}

// Owner is which of the seats a detection belongs to, or -1.
func Owner(seats []Seat, d Detection, isItem func(class string) bool) int {
	if d.Class == Person {
		return slices.IndexFunc(seats, func(s Seat) bool { return s.holds(d.Box) })
	}
	if !isItem(d.Class) {
		return -1
	}
	center := d.Box.Center()
	return slices.IndexFunc(seats, func(s Seat) bool { return s.items().Contains(center) })
}

// holds tells whether a person with this box is in the seat.
func (s *Seat) holds(b Box) bool {
	switch s.Anchor {
	case AnchorCenter:
		return s.ROI.Contains(b.Center())
	case AnchorOverlap:
		return s.ROI.Share(b) >= OverlapShare
	default:
		return s.ROI.Contains(b.Foot())
	}
}

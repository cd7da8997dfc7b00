package seat

import "time"

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
		if d.Class == Person {
			for i := range seats {
				if seats[i].holds(d.Box) {
					obs[i].Person = max(obs[i].Person, d.Confidence)
					break
				}
			}
		} else if isItem(d.Class) {
			center := d.Box.Center()
			for i := range seats {
				if seats[i].items().Contains(center) {
					obs[i].Item = max(obs[i].Item, d.Confidence)
					break
				}
			}
		}
	}
	return dst
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

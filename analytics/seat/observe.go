package seat

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Observation is what one look says about one seat.
type Observation struct {
	At      time.Time
	Person  float32 // confidence of the person who is assigned to the seat, 0 where nobody is
	Box     Box     // of that person
	Hint    float32 // confidence of the best guess at a person there, however unsure
	HintBox Box     // of that guess
	Thing   float32 // confidence of the best guess at a thing there, of whatever class, however unsure
	Item    float32 // confidence of the best of the belongings there, 0 where none are
	Closely bool    // belongings were looked for in a cut-out: that none were found says something
	Left    bool    // the person who sat there was seen walking away
	Near    bool    // that person leans out of it, and belongs to no other seat
	Hidden  bool    // other people hide the seat
	Passed  bool    // nobody has looked closely enough to find who is small
	Place   Scene   // how the seat looks
	Desk    Scene   // how the place looks where belongings lie
}

// Scene is how a place looks beside its own picture when it was empty, when something was last found there, and a look
// ago. Nothing is known where it is zero: there are no such pictures, or people and light hide the place.
type Scene uint8

// What a Scene says; several may hold.
const (
	Bare    Scene = 1 << iota // as the empty place
	Changed                   // unlike the empty place
	Kept                      // as when the person or thing was last found there
	Altered                   // unlike that
	Moving                    // unlike the look before
)

// Is tells whether a scene says all of what is asked.
func (s Scene) Is(what Scene) bool { return s&what == what }

// Found are the people and things of one look, given to seats.
type Found struct {
	Seats []int // which seat each detection belongs to, -1 for none; parallel to the detections

	pairs []pair // reused
}

// pair is a person who could be in a seat.
type pair struct {
	person, seat int
	fit          float64
}

// Assign gives each detection of one look to a seat. All people are held against all seats at once, the best fit first,
// one seat a person and one person a seat; of boxes that are parts of one person only the surest counts. A thing belongs
// to the smallest polygon for belongings that holds its centre. Neither the order of the seats nor that of the
// detections decides anything.
func (f *Found) Assign(seats []Seat, found []Detection, isItem func(class string) bool) {
	f.Seats, f.pairs = f.Seats[:0], f.pairs[:0]
	for i := range found {
		owner := -1
		switch d := &found[i]; {
		case d.Class == Person:
			if partOfAnother(found, i) {
				break
			}
			for j := range seats {
				if fit := seats[j].Fit(d.Box); fit > 0 {
					f.pairs = append(f.pairs, pair{i, j, fit})
				}
			}
		case isItem(d.Class):
			owner = holder(seats, d.Box.Center())
		}
		f.Seats = append(f.Seats, owner)
	}
	slices.SortFunc(f.pairs, func(a, b pair) int {
		return cmp.Or(
			cmp.Compare(b.fit, a.fit),
			cmp.Compare(found[b.person].Confidence, found[a.person].Confidence),
			compareBoxes(found[a.person].Box, found[b.person].Box),
			cmp.Compare(seats[a.seat].ID, seats[b.seat].ID),
		)
	})
	for i, p := range f.pairs {
		taken := f.Seats[p.person] >= 0 || slices.ContainsFunc(f.pairs[:i], func(q pair) bool {
			return q.seat == p.seat && f.Seats[q.person] == p.seat
		})
		if !taken {
			f.Seats[p.person] = p.seat
		}
	}
}

func compareBoxes(a, b Box) int {
	return cmp.Or(cmp.Compare(a.X0, b.X0), cmp.Compare(a.Y0, b.Y0), cmp.Compare(a.X1, b.X1), cmp.Compare(a.Y1, b.Y1))
}

// insideShare is the part of a smaller box that must lie in a larger one for both to be one person: detectors give a
// person whole and from the waist up.
const insideShare = 0.9

// partOfAnother tells whether a person is a part of one who was found larger: inside of that box, and from its top or
// down to its bottom. One who sits before another is neither.
func partOfAnother(found []Detection, i int) bool {
	b := found[i].Box
	for j := range found {
		o := found[j].Box
		if j == i || found[j].Class != Person || o.Area() < b.Area() || o.Area() == b.Area() && j > i {
			continue
		}
		near := 0.1 * (o.Y1 - o.Y0)
		if b.Shared(o) >= insideShare*b.Area() && (b.Y0-o.Y0 < near || o.Y1-b.Y1 < near) && b.Area() > 0.25*o.Area() {
			return true
		}
	}
	return false
}

// holder is the seat with the smallest polygon for belongings that holds a point, or -1.
func holder(seats []Seat, p Point) int {
	best, least := -1, math.Inf(1)
	for i := range seats {
		items := seats[i].Items()
		if area := math.Abs(items.area()); items.Contains(p) &&
			(area < least || area == least && seats[i].ID < seats[best].ID) {
			best, least = i, area
		}
	}
	return best
}

// Observe appends one observation a seat, in the seats' order, to dst: what of the detections Assign gave to it.
func (f *Found) Observe(dst []Observation, at time.Time, seats []Seat, found []Detection) []Observation {
	first := len(dst)
	for range seats {
		dst = append(dst, Observation{At: at})
	}
	obs := dst[first:]
	for i := range found {
		d, owner := &found[i], f.Seats[i]
		switch {
		case owner < 0:
		case d.Class == Person:
			obs[owner].Person, obs[owner].Box = d.Confidence, d.Box
		default:
			obs[owner].Item = max(obs[owner].Item, d.Confidence)
		}
	}
	return dst
}

// leastShare is the part of the lower half of a person's box, 0..1, that must lie in a seat's polygon where the foot
// point does not: legs hidden by a desk leave the foot point above the polygon, a leaning neighbour has less.
const leastShare = 0.3

// Fit is how well a person with this box fits the seat, above 0 where the person may be in it, at most 1.
func (s *Seat) Fit(b Box) float64 {
	switch s.Anchor {
	case AnchorFoot:
		return s.held(b.Foot())
	case AnchorCenter:
		return s.held(b.Center())
	case AnchorOverlap:
		if share := s.ROI.Share(b); share >= OverlapShare {
			return share
		}
		return 0
	}
	share := s.ROI.Share(Box{b.X0, (b.Y0 + b.Y1) / 2, b.X1, b.Y1})
	foot := s.ROI.Contains(b.Foot())
	if share < leastShare && !foot {
		return 0
	}
	bounds := s.ROI.Bounds()
	// the bottom edges are near where they are within half of the box's height
	near := max(0, 1-2*math.Abs(float64(b.Y1-bounds.Y1))/max(float64(b.Y1-b.Y0), 1e-9))
	fit := 0.5*share + 0.2*near
	if foot {
		fit += 0.3
	}
	return max(fit, 1e-9)
}

// held is the fit of an anchor point: the nearer to the middle of the polygon's bounds, the better.
func (s *Seat) held(anchor Point) float64 {
	if !s.ROI.Contains(anchor) {
		return 0
	}
	bounds := s.ROI.Bounds()
	middle := bounds.Center()
	dx := float64(anchor.X-middle.X) / max(float64(bounds.X1-bounds.X0), 1e-9)
	dy := float64(anchor.Y-middle.Y) / max(float64(bounds.Y1-bounds.Y0), 1e-9)
	return 1 / (1 + math.Hypot(dx, dy))
}

package look

import (
	"image"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// See leaves out of found what is too unsure, looks closer at a picture where the seats call for it, adds what that finds,
// and takes in how the seats' places look. Observe with the same detections then decides by both. The detections are valid
// until the next look.
func (s *Seats) See(e *Eyes, p *video.Picture, found []seat.Detection) ([]seat.Detection, error) {
	s.guesses(found, true)
	found = s.rules.Sure(found, s.isItem)
	if len(s.shapes) == 0 {
		return found, nil
	}
	if err := s.sight.look(p); err != nil {
		return found, &Error{"seats", err}
	}
	s.note(p.At(), found)
	var err error
	if parts := s.cuts(p, e.input()); len(parts) > 0 {
		if found, err = e.closer(p, parts, s.rules.Floor(), found); err != nil {
			return found, err
		}
		s.guesses(found, false)
		found = s.rules.Sure(found, s.isItem)
		s.note(p.At(), found)
	}
	return found, s.witness(p, found)
}

// guess is a detection that may be too unsure to count.
type guess struct {
	confidence float32
	box        seat.Box
}

// guesses takes in guesses, at people, and at things of any class.
func (s *Seats) guesses(found []seat.Detection, anew bool) {
	for i := range s.shapes {
		pl, shape := &s.sight.places[i], &s.shapes[i]
		if anew {
			pl.person, pl.thing = guess{}, guess{}
		}
		items := shape.Items()
		for j := range found {
			switch d := &found[j]; {
			case d.Class == seat.Person:
				if d.Confidence > pl.person.confidence && shape.Fit(d.Box) > 0 {
					pl.person = guess{d.Confidence, d.Box}
				}
			case d.Confidence > pl.thing.confidence && !seat.Furniture(d.Class) && items.Contains(d.Box.Center()) &&
				d.Box.Area() < largestThing*items.Bounds().Area():
				pl.thing = guess{d.Confidence, d.Box}
			}
		}
	}
}

// largestThing is the largest share of the place for belongings that a guess at one of them may take.
const largestThing = 0.8

// testimony is what the picture says of a seat beside the detections.
type testimony struct {
	closely, hidden bool
	left, near      bool // see Observation
	furniture       bool // what was found of belongings is a part of the empty desk
	blind           bool // the picture does not show the seat
	place, desk     seat.Scene
}

// testify puts into observations what the picture of the same look says of the seats.
func (s *sight) testify(at time.Time, obs []seat.Observation) {
	if !s.at.Equal(at) {
		return
	}
	for i := range obs {
		t := &s.places[i].says
		obs[i].Closely, obs[i].Left, obs[i].Near, obs[i].Hidden = t.closely, t.left, t.near, t.hidden
		obs[i].Passed = s.places[i].passed
		obs[i].Place, obs[i].Desk = t.place, t.desk
		pl := &s.places[i]
		obs[i].Hint, obs[i].HintBox, obs[i].Thing = pl.person.confidence, pl.person.box, pl.thing.confidence
		if t.furniture || t.blind {
			obs[i].Item = 0
		}
		if t.blind {
			obs[i].Person, obs[i].Hidden = 0, true
		}
	}
}

// The parameters of witness.
const (
	hiddenShare = 0.15             // of a place that other people's boxes cover
	walkedShare = 0.15             // least overlap of the boxes of one who walks, from look to look
	leansShare  = 0.05             // and of one who leans, with his box when he sat upright
	leftFor     = 10 * time.Second // how long it counts that somebody was seen leaving
	around      = 0.5              // of the box of belongings, on each side, is remembered with them
)

// witness takes in what the seats' places look like, and learns it.
func (s *Seats) witness(p *video.Picture, found []seat.Detection) error {
	t := s.sight
	t.at = p.At()
	blind := t.aim.blind()
	for i := range t.places {
		pl, o, state := &t.places[i], &s.obs[i], &s.states[i]
		says := testimony{blind: blind}
		if blind {
			pl.says = says
			continue
		}
		person, item := o.Person >= s.rules.Keep, o.Item >= s.rules.KeepItem
		if state.Person.On {
			pl.body.visited, pl.desk.visited = true, true
		}
		box := s.itemBox(i, found)
		if !item && state.Item.On && pl.thing.confidence >= seat.LeastThing {
			item, box = true, pl.thing.box
		}
		says.left, says.near = s.walked(i, found)
		says.hidden = s.covered(i, pl.body.area, found, true)
		covered := s.covered(i, pl.desk.area, found, false)
		if says.furniture = item && !covered && pl.desk.furniture(box); says.furniture {
			item = false
		}
		if !says.hidden {
			says.place = pl.body.scene(person)
		}
		if err := t.remember(&pl.body, p, person, state.Person.On, o.Box, &says.place); err != nil {
			return &Error{"seats", err}
		}
		if !covered {
			says.desk, says.closely = pl.desk.scene(item), pl.closely
			if err := t.remember(&pl.desk, p, item, state.Item.On, grown(box, around), &says.desk); err != nil {
				return &Error{"seats", err}
			}
		}
		if says.furniture {
			says.desk |= seat.Bare
		}
		pl.says = says
		if pl.looks++; state.Status == seat.Empty && state.Settled() && !state.Item.On && o.Person == 0 && !says.hidden {
			pl.body.learn()
			if !item && !covered {
				pl.desk.learn()
			}
		}
	}
	return nil
}

// remember keeps how what was found looks, or, where it was not, holds what is there now against that.
func (s *sight) remember(pl *place, p *video.Picture, found, on bool, box seat.Box, says *seat.Scene) error {
	switch {
	case found:
		return pl.keep(s.maker, p, box, s.aim.shift)
	case on:
		since, err := pl.since(s.maker, p, s.aim.shift, &s.now)
		*says |= since
		return err
	}
	pl.found.at = time.Time{}
	return nil
}

// itemBox is the box of the best of a seat's belongings.
func (s *Seats) itemBox(i int, found []seat.Detection) (box seat.Box) {
	var best float32
	for j, owner := range s.found.Seats {
		if owner == i && found[j].Class != seat.Person && found[j].Confidence > best {
			best, box = found[j].Confidence, found[j].Box
		}
	}
	return box
}

// covered tells whether people hide a part of the picture from the camera; others leaves out the seat's own.
func (s *Seats) covered(i int, area seat.Box, found []seat.Detection, others bool) bool {
	for j := range found {
		d := &found[j]
		own := s.found.Seats[j] == i || s.obs[i].Person > 0 && d.Box.IoU(s.obs[i].Box) > walkedShare
		if d.Class != seat.Person || others && own {
			continue
		}
		if area.Shared(d.Box) > hiddenShare*area.Area() {
			return true
		}
	}
	return false
}

// walked follows the person who sat in a seat, the same box look by look: left tells that he was seen outside of it,
// near that he leans out of it.
func (s *Seats) walked(i int, found []seat.Detection) (left, near bool) {
	pl, o := &s.sight.places[i], &s.obs[i]
	if o.Person > 0 {
		pl.sat, pl.walker, pl.left = o.Box, o.Box, time.Time{}
		return false, false
	}
	best, next := walkedShare, seat.Box{}
	for j := range found {
		if d := &found[j]; d.Class == seat.Person && s.found.Seats[j] < 0 {
			if share := d.Box.IoU(pl.walker); share > best {
				best, next = share, d.Box
			}
		}
	}
	if pl.walker != (seat.Box{}) && next != (seat.Box{}) {
		pl.walker = next
		if near = next.IoU(pl.sat) >= leansShare; !near {
			pl.left = s.sight.at
		}
	}
	return !pl.left.IsZero() && s.sight.at.Sub(pl.left) < leftFor, near
}

// The pace of the first looks at an empty seat, which show what it looks like, and how many they are.
const (
	firstEvery = time.Second
	firstLooks = 12
)

// nextLook is how long after the last look the next one is due for a seat's picture of itself.
func (pl *seatPlaces) nextLook(state *seat.State, interval time.Duration) time.Duration {
	known := !pl.body.empty.at.IsZero() && !pl.desk.empty.at.IsZero()
	if known || state.Status != seat.Empty || pl.looks == 0 || pl.looks > firstLooks {
		return interval
	}
	return min(interval, firstEvery)
}

// adopt takes over the places of a seat that stayed where it was. Of a camera that was turned away nothing is: the edit is
// the answer to that.
func (s *sight) adopt(i int, old *sight, j int) {
	if !old.aim.lost.IsZero() {
		return
	}
	a, b := &s.places[i], &old.places[j]
	s.aim = old.aim
	if a.body.area == b.body.area && a.body.mask == b.body.mask {
		a.body = b.body
	}
	if a.desk.area == b.desk.area && a.desk.mask == b.desk.mask {
		a.desk = b.desk
	}
}

// input is the size of the model's input, in pixels.
func (e *Eyes) input() image.Point {
	w, h := e.Session.InputSize()
	return image.Pt(w, h)
}

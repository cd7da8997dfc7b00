package seat

import (
	"cmp"
	"slices"
	"time"
)

// Rules are the times and thresholds that State.Next goes by.
type Rules struct {
	AbandonedAfter time.Duration // belongings and nobody for this long, in time that was seen
	Threshold      float32       // 0..1: a person found at least this sure begins something
	Keep           float32       // 0..1, at most Threshold: one found at least this sure keeps what has begun
	Item           float32       // as Threshold, for belongings
	KeepItem       float32       // as Keep, for belongings
	Dwell          time.Duration // how long somebody must stay before the seat is his; 0: LongestDwell
	MaxGap         time.Duration // looks further apart than this were blind between
}

// KeepShare is the Keep that goes with a threshold of 1: once a person is there, a look that sees half of them still
// finds them, with less confidence, and that must not empty the seat.
const KeepShare = 0.6

// ItemShare is the Item that goes with a threshold of 1, and KeepItemShare the KeepItem: belongings are looked at in
// cut-outs, where little else is found, and stay where they are.
const (
	ItemShare     = 0.7
	KeepItemShare = 0.35
)

// Floor is the least confidence of a detection that says anything, as a guess.
func (r Rules) Floor() float32 { return min(r.Keep, r.KeepItem, leastHint, LeastThing) }

// coming is what it takes to believe that somebody has come.
func (r Rules) coming() verdict {
	return verdict{looks: 5, during: cmp.Or(r.Dwell, LongestDwell)}
}

// Sure leaves out, in place, detections that are too unsure for what they are.
func (r Rules) Sure(found []Detection, isItem func(class string) bool) []Detection {
	return slices.DeleteFunc(found, func(d Detection) bool {
		if d.Class != Person && isItem(d.Class) {
			return d.Confidence < r.KeepItem
		}
		return d.Confidence < r.Keep
	})
}

// CloserLook is how long after a look that disagrees with the state the next one is due.
const CloserLook = 500 * time.Millisecond

// State is all that must be remembered of a seat. Its zero value is an empty seat that was never looked at. It marshals
// to JSON and back without loss, so that it survives a restart.
type State struct {
	Status     Status        `json:"status"`
	Since      time.Time     `json:"since"`              // when the status began
	Person     signal        `json:"person"`             // a person is there
	Item       signal        `json:"item"`               // belongings are there
	Confidence float32       `json:"confidence"`         // of the last detection that changed something
	Alone      time.Duration `json:"alone_ns"`           // belongings and nobody so far, blind time left out
	Went       time.Time     `json:"went,omitzero"`      // when a person or belongings last came or went
	Left       time.Time     `json:"left,omitzero"`      // when a person last went
	LookedAt   time.Time     `json:"looked_at,omitzero"` // the last look
	CloserAt   time.Time     `json:"closer_at,omitzero"` // the last one that looked for belongings in a cut-out
}

// Next returns the state after one more observation, and the event that it caused, if any. It changes nothing: the
// caller keeps the old state until the event is on disk. Observations must come in the order of time; one that is not
// later than the last is passed over.
func (s State) Next(o Observation, r Rules) (State, *Event) {
	if s.Status == "" {
		s.Status, s.Since = Empty, o.At
	}
	seen := o.At.Sub(s.LookedAt)
	first := s.LookedAt.IsZero()
	if !first && seen <= 0 {
		return s, nil
	}
	if first || seen > r.MaxGap {
		// what happened meanwhile is unknown: old doubts count no more, and no timer moves
		seen = 0
		s.Person, s.Item = s.Person.calm(), s.Item.calm()
	}
	s.LookedAt = o.At

	wasAlone := s.alone()
	if o.Closely {
		s.CloserAt = o.At
	}
	last := o.At.Add(-seen)
	if seen == 0 {
		last = time.Time{}
	}
	best := max(s.Person.Best, o.Person)
	bestItem := max(s.Item.Best, o.Item)
	// belongings first: what hides them is a person who was there until now
	item := sighting{at: o.At, last: last, says: s.items(o, r), confidence: o.Item, coming: confirmItem, unseen: unseenItem, sign: true}
	person := sighting{
		at: o.At, last: last, says: s.person(o, r), confidence: o.Person, box: o.Box, coming: r.coming(),
		moving: o.Place.Is(Moving), unseen: r.coming().during, sign: o.Hint >= leastHint, hidden: o.Hidden,
	}
	var personTurned, itemTurned bool
	var personAt, itemAt time.Time
	if s.Item, itemTurned, itemAt = s.Item.look(item); s.sits(o, r) && !s.Item.On {
		s.Item = s.Item.calm()
	}
	s.Person, personTurned, personAt = s.Person.look(person)
	turnedAt := latest(personTurned, personAt, itemTurned, itemAt)
	if !turnedAt.IsZero() {
		s.Went = turnedAt
	}
	if personTurned && !s.Person.On {
		s.Left = personAt
	}
	if itemTurned && !s.Item.On && !s.Person.On && itemAt.After(s.Left) && itemAt.Sub(s.Left) < behind {
		s.Went = s.Left // he took them along
	}
	if itemTurned && s.Item.On && !s.Person.On && itemAt.Sub(s.Left) < behind {
		// he left them behind: while he sat before them nobody could see them
		turnedAt = s.Left
	}

	s = s.timed(wasAlone, seen, o.At, turnedAt)
	switch {
	case s.Person.On && s.Status != Occupied:
		return s.become(Occupied, PersonEnter, personAt, o.At, best)
	case s.Status == Occupied && !s.Person.On && !s.Item.On && s.Settled():
		return s.become(Empty, PersonLeave, s.Went, o.At, 0)
	case s.Status == Abandoned && !s.Item.On && s.Person.settled():
		return s.become(Empty, ItemRemoved, s.Went, o.At, 0)
	case s.Status != Abandoned && s.alone() && s.Alone >= r.AbandonedAfter && s.Settled():
		return s.become(Abandoned, AbandonedDetected, o.At.Add(r.AbandonedAfter-s.Alone), o.At, bestItem)
	}
	if personTurned && s.Person.On {
		s.Confidence = best
	}
	return s, nil
}

// timed moves the timer of belongings and nobody: on by the time that was seen, back to nothing when a person or no
// belongings are there. When that began is known only once it is confirmed, so the looks between are added then.
func (s State) timed(wasAlone bool, seen time.Duration, at, turnedAt time.Time) State {
	switch {
	case !s.alone():
		s.Alone = 0
	case wasAlone:
		s.Alone += seen
	default:
		s.Alone = at.Sub(turnedAt)
	}
	return s
}

func (s State) alone() bool { return s.Item.On && !s.Person.On }

// NextLook is how long after the last look the next one is due, at most interval: sooner when the last looks do not
// agree with the state, and when a timer runs out.
func (s State) NextLook(r Rules, interval time.Duration) time.Duration {
	if !s.Settled() || !s.Person.Astray.IsZero() { // who gets up may go
		return min(s.Person.nextLook(interval), s.Item.nextLook(interval))
	}
	if left := r.AbandonedAfter - s.Alone; s.alone() && s.Status != Abandoned && left < interval {
		return min(interval, max(left, CloserLook))
	}
	return interval
}

// Closer tells whether belongings are to be looked for in a cut-out, when the camera is looked at next. None while
// somebody sits there; at once when something is in doubt; else at the pace that the timer needs.
func (s State) Closer(at time.Time, r Rules) bool {
	if !s.Settled() {
		return true
	}
	return !s.Person.On && (at.Sub(s.CloserAt) >= r.Pace() || s.leaving(at))
}

// Pace is how often belongings that nobody sits at are looked for.
func (r Rules) Pace() time.Duration { return min(r.AbandonedAfter/closerShare, slowestCloser) }

// The pace of looks for belongings: a share of the timer, and at least this often.
const (
	closerShare   = 20
	slowestCloser = 30 * time.Second
)

// Settled tells that the last looks agree with the state.
func (s State) Settled() bool { return s.Person.settled() && s.Item.settled() }

// become changes the status, since the first picture that showed it, or now where that was confirmed long ago.
func (s State) become(to Status, why EventType, since, now time.Time, confidence float32) (State, *Event) {
	if since.IsZero() {
		since = now
	}
	// a change cannot have begun before the one that came before it
	if since.Before(s.Since) {
		since = s.Since
	}
	e := &Event{Type: why, Status: to, Previous: s.Status, Confidence: confidence, At: since}
	s.Status, s.Since, s.Confidence = to, since, confidence
	return s, e
}

// LeastThing is the least confidence of a guess at a thing that somebody left behind.
const LeastThing = 0.06

const (
	// unseenItem is how long things must lie there that no detector has a name for
	unseenItem = 8 * time.Second
	// behind is how long after somebody went what is found counts as his
	behind = 12 * time.Second
	// guessesFor is how long guesses alone hold a seat since a person was last found there.
	guessesFor = 5 * time.Minute
	// leastHint is the least confidence of a guess at a person: empty seats cause less.
	leastHint = 0.05
	// holdsHint is the least of one that holds a seat.
	holdsHint = 0.1
)

// person is what a look says of "a person is there".
func (s State) person(o Observation, r Rules) evidence {
	bar := r.Threshold
	if s.Person.On && s.Person.near(o.Box) {
		bar = r.Keep
	}
	switch {
	case o.Person >= bar:
		return yes
	case o.Hidden || o.Passed:
		return silent
	case !s.Person.On:
		return no
	case o.Near:
		return hold
	case o.Left:
		return noGone
	case o.Place.Is(Bare):
		return noBare
	case o.Place.Is(Kept):
		return yes
	case o.Hint >= holdsHint && s.Person.near(o.HintBox) && o.At.Sub(s.Person.Found) < guessesFor:
		return hold
	case o.Place.Is(Altered) && !o.Place.Is(Moving):
		return noStill
	}
	return no
}

// sits tells whether the look finds the person who is there.
func (s State) sits(o Observation, r Rules) bool {
	return s.Person.On && s.Person.settled() && o.Person >= r.Keep
}

// items is what a look says of "belongings are there". While a person sits before them they are not looked for.
func (s State) items(o Observation, r Rules) evidence {
	bar := r.Item
	if s.Item.On {
		bar = r.KeepItem
	}
	sits := s.sits(o, r)
	switch {
	case o.Item >= bar:
		return yes
	case o.Hidden || sits || !s.Item.On && o.Desk.Is(Moving):
		return silent
	case o.Desk.Is(Changed) && !o.Desk.Is(Moving):
		return yes
	case s.Item.On && o.Desk.Is(Bare):
		return noBare
	case s.Item.On && o.Desk.Is(Kept):
		return yes
	case o.Thing >= LeastThing && o.Person < r.Keep && !o.Desk.Is(Bare) && (s.Item.On || s.leaving(o.At)):
		return yes // of somebody who goes it is to be expected that he leaves things behind
	case !o.Closely && !o.Desk.Is(Bare):
		return silent
	case o.Desk.Is(Altered):
		return noGone
	}
	return no
}

// leaving tells whether somebody is about to go, or went a moment ago.
func (s State) leaving(at time.Time) bool {
	return s.Person.On && !s.Person.settled() || !s.Person.On && at.Sub(s.Left) < behind
}

func latest(a bool, at time.Time, b bool, bt time.Time) time.Time {
	switch {
	case a && b && bt.After(at), b && !a:
		return bt
	case a:
		return at
	}
	return time.Time{}
}

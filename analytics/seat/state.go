package seat

import "time"

// Rules are the times and thresholds that State.Next goes by.
type Rules struct {
	AbandonedAfter time.Duration // belongings and nobody for this long, in time that was seen
	Threshold      float32       // 0..1: a detection at least this sure begins something
	Keep           float32       // 0..1, at most Threshold: one at least this sure keeps what has begun
	MaxGap         time.Duration // looks further apart than this were blind between
}

// KeepShare is the Keep that goes with a threshold of 1: once a person is there, a look that sees half of them still
// finds them, with less confidence, and that must not empty the seat.
const KeepShare = 0.6

// Coming is confirmed sooner than going: an admin waits for a seat to turn taken, while a person who was missed by a
// look or two must not be sent away. Both are well above the time that it takes to walk past a seat's polygon.
var (
	confirmComing = verdict{looks: 3, during: 1500 * time.Millisecond}
	confirmGoing  = verdict{looks: 4, during: 2 * time.Second}
)

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
	LookedAt   time.Time     `json:"looked_at,omitzero"` // the last look
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
		s.Person = signal{On: s.Person.On}
		s.Item = signal{On: s.Item.On}
	}
	s.LookedAt = o.At

	wasAlone := s.alone()
	best := max(s.Person.Best, o.Person)
	bestItem := max(s.Item.Best, o.Item)
	var personTurned, itemTurned bool
	var personAt, itemAt time.Time
	s.Person, personTurned, personAt = s.Person.look(o.At, o.Person >= r.bar(s.Person.On), o.Person, r.verdict(s.Person.On))
	s.Item, itemTurned, itemAt = s.Item.look(o.At, o.Item >= r.bar(s.Item.On), o.Item, r.verdict(s.Item.On))

	s = s.timed(wasAlone, seen, o.At, latest(personTurned, personAt, itemTurned, itemAt))
	switch {
	case s.Person.On && s.Status != Occupied:
		return s.become(Occupied, PersonEnter, personAt, o.At, best)
	case s.Status == Occupied && !s.Person.On && !s.Item.On && s.Settled():
		return s.become(Empty, PersonLeave, latest(personTurned, personAt, itemTurned, itemAt), o.At, 0)
	case s.Status == Abandoned && !s.Item.On && s.Person.settled():
		return s.become(Empty, ItemRemoved, itemAt, o.At, 0)
	case s.Status != Abandoned && s.alone() && s.Alone >= r.AbandonedAfter && s.Settled():
		return s.become(Abandoned, AbandonedDetected, o.At, o.At, bestItem)
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
	if !s.Settled() {
		return min(interval, CloserLook)
	}
	if left := r.AbandonedAfter - s.Alone; s.alone() && s.Status != Abandoned && left < interval {
		return min(interval, max(left, CloserLook))
	}
	return interval
}

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

// bar is the confidence that counts as yes: lower for what is there already.
func (r Rules) bar(on bool) float32 {
	if on {
		return r.Keep
	}
	return r.Threshold
}

func (r Rules) verdict(on bool) verdict {
	if on {
		return confirmGoing
	}
	return confirmComing
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

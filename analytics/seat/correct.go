package seat

import "time"

// Corrected is the state after somebody who sees the seat has said what it is. What was learnt of it stays, and that it
// was wrong is learnt: a seat from which somebody was sent away is given more patience.
func (s State) Corrected(to Status, at time.Time, r Rules) State {
	if to == s.Status {
		return s
	}
	person, item := s.Person.calm(), s.Item.calm()
	switch to {
	case Occupied:
		if !person.On && s.Status == Empty {
			person.Lapses++
		}
		person.On, person.Found = true, at
	case Abandoned:
		person.On = false
		item.On, item.Found = true, at
	case Empty:
		person.On, item.On = false, false
	}
	s.Status, s.Since, s.Confidence = to, at, 0
	s.Person, s.Item, s.Went = person, item, at
	if s.Alone = 0; to == Abandoned {
		s.Alone = r.AbandonedAfter
	}
	return s
}

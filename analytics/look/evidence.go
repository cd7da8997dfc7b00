package look

import (
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// Evidence is what holds a seat's status, as of the last look.
type Evidence struct {
	HeldBy     string      `json:"held_by"`          // person, guess, belongings, difference; "" of an empty seat
	Person     float64     `json:"person"`           // confidence of the person found in it, 0..1
	Belongings float64     `json:"belongings"`       // of the best of the belongings found
	Unlike     *float64    `json:"unlike_empty"`     // how unlike its empty picture the desk is: a thing makes 0.3 and more; null: not known
	Moves      bool        `json:"moves"`            // something moves in the seat
	EmptyAt    *store.Time `json:"empty_picture_at"` // when the picture of the empty seat was taken; null: there is none
}

// Evidence tells for a seat what the last look has found; nil where there was none.
func (c *Camera) Evidence(seatID string) *Evidence {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.shapes {
		if c.shapes[i].ID == seatID && i < len(c.evidence) {
			return new(c.evidence[i])
		}
	}
	return nil
}

// evidence is what the look found that was just decided on, by seat; appended to dst.
func (s *Seats) evidence(dst []Evidence) []Evidence {
	for i := range s.obs {
		pl, o, state := &s.sight.places[i], &s.obs[i], &s.states[i]
		e := Evidence{
			Person: confidence(o.Person), Belongings: confidence(o.Item), Moves: o.Place.Is(seat.Moving) || o.Desk.Is(seat.Moving),
		}
		if !pl.desk.empty.at.IsZero() {
			e.EmptyAt, e.Unlike = new(store.At(pl.desk.empty.at)), new(confidence(pl.desk.against.Local))
		}
		switch {
		case state.Status == seat.Empty:
		case state.Person.On && o.Person == 0 && o.Hint > 0:
			e.HeldBy = "guess"
		case state.Person.On:
			e.HeldBy = "person"
		case o.Item == 0 && o.Desk.Is(seat.Changed):
			e.HeldBy = "difference"
		case state.Item.On:
			e.HeldBy = "belongings"
		}
		dst = append(dst, e)
	}
	return dst
}

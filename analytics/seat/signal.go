package seat

import "time"

// signal is one yes-or-no question about a seat ("is a person there?") answered by many uncertain looks.
//
// The answer changes only when it was contradicted by several looks over a while, each of them after closer looks were
// asked for. A contradiction that is itself contradicted twice is dropped: that was flicker.
type signal struct {
	On bool `json:"on"`

	// the contradiction, if there is one
	Since  time.Time `json:"since,omitzero"` // its first look
	Best   float32   `json:"best,omitempty"` // best confidence seen in it
	Agree  int       `json:"agree,omitempty"`
	Object int       `json:"object,omitempty"`
}

// verdict says how much it takes to turn a signal.
type verdict struct {
	looks  int           // looks that agree
	during time.Duration // from the first of them to the last
}

// maxObjections is how many looks may speak against a contradiction before it is dropped.
const maxObjections = 1

// look takes one more answer in, and tells whether the signal turned by it, and since when that was so.
func (s signal) look(at time.Time, on bool, confidence float32, v verdict) (next signal, turned bool, since time.Time) {
	switch {
	case on != s.On:
		if s.Agree == 0 {
			s.Since = at
		}
		s.Agree++
		s.Best = max(s.Best, confidence)
		if s.Agree >= v.looks && at.Sub(s.Since) >= v.during {
			return signal{On: on}, true, s.Since
		}
	case s.Agree > 0:
		s.Object++
		if s.Object > maxObjections {
			s = signal{On: s.On}
		}
	}
	return s, false, time.Time{}
}

func (s signal) settled() bool { return s.Agree == 0 }

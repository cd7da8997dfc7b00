package seat

import (
	"math"
	"time"
)

// signal is one yes-or-no question about a seat ("is a person there?") answered by many uncertain looks.
//
// The answer changes only when it was contradicted for long enough. How long that is comes from what misses are like:
// looks that follow one another share their error, so that a miss is a state of its own that lasts (missLasts), and a
// run of misses of length t happens to somebody who sits there with a probability of exp(-t/missLasts). A seat whose
// sitter is often missed learns so, and is patient; see patience.
type signal struct {
	On bool `json:"on"`
	// the contradiction, if there is one
	Since  time.Time `json:"since,omitzero"`  // its first look
	Before time.Time `json:"before,omitzero"` // the last look before it, which agreed
	Best   float32   `json:"best,omitempty"`  // best confidence seen in it
	Box    Box       `json:"box,omitzero"`    // of its first look; while On, of the last that found it
	Agree  int       `json:"agree,omitempty"`
	Object int       `json:"object,omitempty"`
	Still  int       `json:"still,omitempty"`  // looks of it at which nothing moved in the place
	Bare   int       `json:"bare,omitempty"`   // looks of it that showed the empty place
	Signs  int       `json:"signs,omitempty"`  // looks of it with a sign of what is missed
	Others bool      `json:"others,omitempty"` // somebody else was before the place meanwhile
	Other  stance    `json:"other,omitzero"`   // a coming with another box: looks take turns in how much of somebody they see
	// the first look, and the one before, at which its box was another one than all the time; zero: it is not
	Astray time.Time `json:"astray,omitzero"`
	Steady time.Time `json:"steady,omitzero"`
	// what was learnt of what is there, over all who were
	Found  time.Time     `json:"found,omitzero"`    // the last look that found it
	Seen   time.Duration `json:"seen_ns,omitempty"` // for how long it was there
	Lapses float32       `json:"lapses,omitempty"`  // runs of misses that ended, and had a sign of it
	Blanks float32       `json:"blanks,omitempty"`  // and those that had none
	Sure   float32       `json:"sure,omitempty"`    // mean confidence of the last looks that found it
}

// stance is a coming that waits.
type stance struct {
	Since  time.Time `json:"since,omitzero"`
	Before time.Time `json:"before,omitzero"`
	Last   time.Time `json:"last,omitzero"` // look that saw it
	Box    Box       `json:"box,omitzero"`
	Agree  int       `json:"agree,omitempty"`
}

// evidence is what one look says of a signal.
type evidence uint8

const (
	silent  evidence = iota // nothing: neither for nor against
	yes                     // found, or the place looks as it did when it was
	hold                    // it may well be there: doubts are dropped, nothing is learnt
	no                      // not seen
	noStill                 // no, the place has changed since it was found, and nothing moves there
	noBare                  // no, and the place looks as it does when it is empty
	noGone                  // no, and it was seen going, or the place has changed since it was found
)

// The parameters of patience.
const (
	// missLasts is the mean length of a run of misses.
	missLasts = 2 * time.Second
	// stay is how long something is there that came, to an order of magnitude.
	stay = 30 * time.Minute
	// surety is how much likelier it must be that it went than that it was missed.
	surety = 500
	// faintEvery is how often somebody is missed whom looks find with little confidence, and plainEvery somebody who is
	// plain to see, before anything was learnt of how often this one is.
	faintEvery = 40 * time.Second
	plainEvery = 15 * time.Minute
	// faintBelow and plainAbove are mean confidences of the two; between them it is something between.
	faintBelow = 0.65
	plainAbove = 0.8
	// lapseAhead is how many lapses what was assumed weighs as.
	lapseAhead = 1
	// learntOver bounds the memory for lapses: older ones count half.
	learntOver = time.Hour
)

// patience is how long a run of misses must last before what was there counts as gone: until
//
//	(1/stay) / rate * exp(t/missLasts) * without >= surety
//
// the left side being the odds of "went" against "missed", without those of what the run's looks saw.
func (s *signal) patience(without float64) time.Duration {
	rate, longest := s.rate(), longestWithSigns
	if s.Signs == 0 {
		rate, longest = lapses(s.Blanks, s.Seen, blankRarer*s.expected()), longestPatience
	}
	t := missLasts.Seconds() * math.Log(surety*rate*stay.Seconds()/without)
	longest -= s.Since.Sub(s.middle())
	return min(max(time.Duration(t*float64(time.Second)), confirmGoing.during), longest)
}

// rate is how many runs of misses with signs are to be expected a second.
func (s *signal) rate() float64 { return lapses(s.Lapses, s.Seen, s.expected()) }

// expected is the mean time between two runs of misses, in seconds, by how sure looks are of what is there.
func (s *signal) expected() float64 {
	plain := float64(min(max((s.Sure-faintBelow)/(plainAbove-faintBelow), 0), 1))
	return faintEvery.Seconds() * math.Pow(plainEvery.Seconds()/faintEvery.Seconds(), plain)
}

// lapses is how many there are a second, when so many were counted in what was seen, and one every so many seconds was
// expected.
func lapses(counted float32, seen time.Duration, every float64) float64 {
	return (float64(counted) + lapseAhead) / (seen.Seconds() + lapseAhead*every)
}

// near tells whether a box may be that of who is there, who leans over or is seen in part; a thing that looks like
// somebody elsewhere in the seat is not.
func (s *signal) near(b Box) bool { return s.Box == (Box{}) || b.IoU(s.Box) >= nearBox }

// surelyOver is over how many looks the mean confidence goes.
const surelyOver = 8

// unlikeOdds are the odds of "went" against "missed" that come from a place that has changed since something was found
// there, and in which nothing moves.
const unlikeOdds = 20

const (
	// blankRarer is how much rarer runs of misses are in which no look has even a guess.
	blankRarer = 20
	// otherBlank is how much of one it is after which somebody else may be there.
	otherBlank = 0.1
)

// The most that an admin waits for a seat that was left, from the likeliest moment of that, when nothing but misses
// tells, and when there were guesses at somebody on the way.
const (
	longestPatience  = 20 * time.Second
	longestWithSigns = 25 * time.Second
)

// LongestDwell is longer than most people stop before a seat that they do not take.
const LongestDwell = 6 * time.Second

// Coming is confirmed sooner than going: an admin waits for a seat to turn taken, while a person who was missed for a
// while must not be sent away. See Rules.Dwell for people.
var (
	confirmItem  = verdict{looks: 4, during: 2500 * time.Millisecond}
	confirmGoing = verdict{looks: 4, during: 2 * time.Second}
	confirmBare  = verdict{looks: 2, during: CloserLook * 4 / 5} // a picture comes when it comes
)

// passing is how many looks may find another person in the place of one who is missed.
const passing = 2

// maxObjections is how many looks may speak against a coming before it is dropped; one that is seen in every second
// look may have more.
const maxObjections = 1

// stillLooks is how many looks at a coming must show that nothing moves: who walks past, or comes after one who did, is
// never still.
const stillLooks = 1

// verdict says how much it takes to turn a signal.
type verdict struct {
	looks  int           // looks that agree
	during time.Duration // from the first of them to the last
}

// The least overlap, intersection over union, of boxes.
const (
	// sameBox is of one who stays where he is: who gets up, or comes to sit down, has another one within a second
	sameBox = 0.5
	// nearBox is of one who leans over
	nearBox = 0.3
	// walkingBox is of one who is there at all: people of 20 pixels are found now whole, now from the waist up, and who
	// walks past has left his first box altogether
	walkingBox = 0.15
)

// astrayFor is how long before he was missed somebody may have got up: the box of who gets up and walks is another one.
const astrayFor = 3 * time.Second

// look takes one more answer in, and tells whether the signal turned by it, and since when that was so: the middle
// between the looks on the two sides of the change.
func (s signal) look(o sighting) (next signal, turned bool, since time.Time) {
	if s.On {
		return s.going(o)
	}
	return s.coming(o)
}

// sighting is a look's answer to a signal's question.
type sighting struct {
	at, last   time.Time // of this look, and of the one before; zero where that was too long ago
	says       evidence
	confidence float32
	box        Box // zero where the answer has no place
	coming     verdict
	moving     bool          // something moves in the place
	sign       bool          // a guess at it, too unsure to count
	hidden     bool          // others are before the place
	unseen     time.Duration // how long a coming must last that no detection speaks for
}

func (s signal) coming(o sighting) (signal, bool, time.Time) {
	switch o.says {
	case silent, hold:
		return s, false, time.Time{}
	case yes:
		if s.Agree > 0 && o.box != (Box{}) && s.Box != (Box{}) {
			switch same := s.Box.IoU(o.box); {
			case same < walkingBox && o.at.Sub(s.Other.Last) <= astrayFor/2 && s.Other.Box.IoU(o.box) >= sameBox:
				// seen whole again, or again from the waist up
				was := stance{s.Since, s.Before, o.last, s.Box, s.Agree}
				s.Since, s.Before, s.Box, s.Agree, s.Other = s.Other.Since, s.Other.Before, s.Other.Box, s.Other.Agree, was
			case same < walkingBox:
				// another person, or one who walks on: a look ago he was not yet here
				was := stance{s.Since, s.Before, o.last, s.Box, s.Agree}
				s = s.calm()
				s.Other = was
			case same < sameBox && o.at.Sub(s.Since) <= astrayFor:
				// still on his way to where he stays
				s.Since, s.Before, s.Box = o.at, o.last, o.box
			}
		}
		s = s.contradicted(o)
		during := o.coming.during
		if s.Best == 0 {
			during = o.unseen
		}
		if !o.moving {
			s.Still++
		}
		if s.Still >= stillLooks && s.Agree >= o.coming.looks && o.at.Sub(s.middle()) >= during {
			return signal{On: true, Found: o.at, Box: o.box, Seen: s.Seen, Lapses: s.Lapses, Blanks: s.Blanks, Sure: s.Best}, true, s.middle()
		}
	default:
		if s.Agree > 0 {
			if s.Object++; s.Object > max(maxObjections, s.Agree/2) {
				s = s.calm()
			}
		}
	}
	return s, false, time.Time{}
}

func (s signal) going(o sighting) (signal, bool, time.Time) {
	switch o.says {
	case silent:
		s.Others = s.Others || o.hidden && s.Agree > 0
		return s, false, time.Time{}
	case hold:
		return s.calm(), false, time.Time{}
	case yes:
		if s.Agree > maxObjections && o.box != (Box{}) && s.Box != (Box{}) && s.Box.IoU(o.box) < sameBox {
			// somebody passes, where the one who sat there is missed: he is believed when he stays
			if s.Object++; s.Object <= passing {
				return s, false, time.Time{}
			}
		}
		next := signal{On: true, Found: o.at, Box: s.Box}
		moved := o.box != (Box{}) && s.Box != (Box{}) && s.Box.IoU(o.box) < sameBox
		switch {
		case !moved && o.box != (Box{}), moved && !s.Astray.IsZero() && o.at.Sub(s.Astray) > astrayFor:
			next.Box = o.box // where he sits now
		case moved && s.Astray.IsZero():
			next.Astray, next.Steady = o.at, o.last
		case moved:
			next.Astray, next.Steady = s.Astray, s.Steady
		}
		switch {
		case s.Agree > 0 && s.Signs > 0:
			s.Lapses++
		case s.Agree > 0 && (moved || s.Others):
			s.Blanks += otherBlank
		case s.Agree > 0:
			s.Blanks++
		}
		if !o.last.IsZero() {
			s.Seen += o.at.Sub(o.last)
		}
		if s.Seen > learntOver {
			s.Seen, s.Lapses, s.Blanks = s.Seen/2, s.Lapses/2, s.Blanks/2
		}
		next.Seen, next.Lapses, next.Blanks, next.Sure = s.Seen, s.Lapses, s.Blanks, s.Sure
		if o.confidence > 0 {
			next.Sure += (o.confidence - s.Sure) / surelyOver
		}
		return next, false, time.Time{}
	}
	s = s.contradicted(o)
	during := o.at.Sub(s.Since)
	if o.says == noBare {
		s.Bare++
	}
	if o.sign {
		s.Signs++
	}
	quick := s.Bare >= confirmBare.looks && during >= confirmBare.during ||
		o.says == noGone && s.Agree >= confirmGoing.looks && during >= confirmGoing.during
	without := 1.
	if o.says == noStill {
		without *= unlikeOdds
	}
	if quick || s.Agree >= confirmGoing.looks && during >= s.patience(without) {
		return signal{Seen: s.Seen, Lapses: s.Lapses, Blanks: s.Blanks}, true, s.middle()
	}
	return s, false, time.Time{}
}

// contradicted is the signal with one more look that speaks against it.
func (s signal) contradicted(o sighting) signal {
	if s.Agree == 0 {
		s.Since, s.Before, s.Object, s.Bare, s.Still, s.Signs, s.Others = o.at, s.otherSide(o), 0, 0, 0, 0, false
		if !s.On {
			s.Box = o.box
		} else if !s.Steady.IsZero() && o.at.Sub(s.Astray) <= astrayFor && s.Astray.Sub(s.Steady) <= astrayFor/2 {
			s.Since, s.Before = s.Astray, s.Steady
		}
	}
	s.Agree++
	s.Best = max(s.Best, o.confidence)
	return s
}

// otherSide is the last look before this one that said the opposite: for what goes, the last that found it. Looks between
// them said nothing: others stood before the camera. It is zero where that was too long ago to tell a moment by.
func (s signal) otherSide(o sighting) time.Time {
	if !s.On || s.Found.IsZero() || o.last.IsZero() || o.at.Sub(s.Found) > tellingFor {
		return o.last
	}
	return s.Found
}

// tellingFor is how far apart the looks on the two sides of a change may be.
const tellingFor = 10 * time.Second

// middle is the likeliest moment of the change.
func (s signal) middle() time.Time {
	if s.Before.IsZero() {
		return s.Since
	}
	return s.Before.Add(s.Since.Sub(s.Before) / 2)
}

// calm is the signal without doubts: what was looked at long ago speaks no more.
func (s signal) calm() signal {
	calm := signal{On: s.On, Found: s.Found, Seen: s.Seen, Lapses: s.Lapses, Blanks: s.Blanks, Sure: s.Sure}
	if s.On {
		calm.Box, calm.Astray, calm.Steady = s.Box, s.Astray, s.Steady
	}
	return calm
}

// slowerAfter is how many looks in doubt follow closely: then it is time that decides.
const slowerAfter = 4

// nextLook is how long after the last look the next one is due for a signal's doubts.
func (s signal) nextLook(interval time.Duration) time.Duration {
	switch {
	case s.settled() && s.Astray.IsZero():
		return interval
	case !s.On && s.Agree > slowerAfter:
		return min(interval, 2*CloserLook)
	}
	return min(interval, CloserLook)
}

func (s signal) settled() bool { return s.Agree == 0 }

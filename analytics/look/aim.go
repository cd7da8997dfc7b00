package look

import (
	"math"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/scene"
)

// aim is where a camera points, beside where it pointed when its seats were drawn.
type aim struct {
	shift scene.Shift // since then

	reference scene.Frame
	at        time.Time   // of the reference; zero: none
	begun     time.Time   // of the first reference
	sure      bool        // later pictures showed the same scene: it was no broken one, and no camera's greeting
	base      scene.Shift // of the reference
	lost      time.Time   // since when the picture is quite another one; zero: it is not
	away      time.Time   // the last look that showed another one
	dark      bool        // there is hardly anything to see in the picture
}

// The parameters of aim.
const (
	alike = 0.75 // fit of two pictures of which one is the other, moved
	// and of pictures of which it is not: pairs of rooms fit by 0.29 at most, one room through a day of light by 0.68 at least
	another   = 0.4
	dim       = 0.3              // of the contrast that there was: less is the dark
	lostFor   = 20 * time.Second // another picture for so long is no lorry before the lens
	sureAfter = 8 * time.Second  // pictures of one scene for so long are what the camera shows
	freshen   = time.Minute      // light and furniture change: the reference is renewed so often
	tiny      = 0.0008           // a shift of less, of the picture's size, is none
)

func (a *aim) look(luma []byte, at time.Time) {
	frame := scene.MakeFrame(luma)
	if a.at.IsZero() {
		a.reference, a.at, a.begun = frame, at, at
		return
	}
	by := frame.Against(&a.reference)
	faint := frame.Contrast < dim*a.reference.Contrast
	a.sure = a.sure || by.Fit >= another && at.Sub(a.begun) >= sureAfter
	a.dark = faint && by.Fit < alike
	switch {
	case by.Fit >= alike:
		a.lost = time.Time{}
		a.shift = scene.Shift{X: a.base.X + by.X, Y: a.base.Y + by.Y, Fit: by.Fit}
		if math.Abs(a.shift.X) < tiny {
			a.shift.X = 0
		}
		if math.Abs(a.shift.Y) < tiny {
			a.shift.Y = 0
		}
		if at.Sub(a.at) >= freshen && !faint {
			a.reference, a.at, a.base = frame, at, a.shift
		}
	case a.dark:
		// the lamps are off, or something lies on the lens: that is no other scene, nor is it the old one
	case by.Fit < another && !a.sure:
		a.reference, a.at, a.begun = frame, at, at
	case by.Fit < another:
		if a.away = at; a.lost.IsZero() {
			a.lost = at
		}
	default:
		a.lost = time.Time{}
	}
}

// blind tells whether the seats are not to be seen: another scene is, if only for a moment, or none.
func (a *aim) blind() bool { return a.dark || !a.lost.IsZero() }

// turned tells whether the camera shows another scene.
func (a *aim) turned() bool { return !a.lost.IsZero() && a.away.Sub(a.lost) >= lostFor }

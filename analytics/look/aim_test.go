package look

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/scene"
	"github.com/stretchr/testify/require"
)

// boxes is a room of light and dark furniture, as a camera sees it that was moved right by so many pixels.
func boxes(seed uint64, by int, light float64) []byte {
	random := rand.New(rand.NewPCG(seed, 1))
	luma := make([]byte, scene.FrameWidth*scene.FrameHeight)
	for range 60 {
		x0, y0 := random.IntN(scene.FrameWidth)+by, random.IntN(scene.FrameHeight)
		w, h, grey := 10+random.IntN(50), 10+random.IntN(50), byte(light*float64(random.IntN(256)))
		for y := y0; y < min(y0+h, scene.FrameHeight); y++ {
			for x := max(x0, 0); x < min(x0+w, scene.FrameWidth); x++ {
				luma[y*scene.FrameWidth+x] = grey
			}
		}
	}
	return luma
}

// TestAim: a nudge is followed and is no other scene; a camera that was turned away is noticed after a while, and that it
// is back; the dark is no other scene.
func TestAim(t *testing.T) {
	var a aim
	at := time.Unix(0, 0)
	look := func(luma []byte, seconds int) {
		for range seconds {
			at = at.Add(time.Second)
			a.look(luma, at)
		}
	}
	look(boxes(3, 0, 1), 2)
	look(boxes(1, 0, 1), 10)
	require.Zero(t, a.shift.X)
	require.False(t, a.blind(), "the first pictures were broken")

	look(boxes(1, 3, 1), 10)
	require.InDelta(t, 3., a.shift.X*scene.FrameWidth, .5)
	look(boxes(1, 3, .7), 90) // dusk, and the reference is renewed
	require.InDelta(t, 3., a.shift.X*scene.FrameWidth, .5)
	require.False(t, a.turned())

	look(boxes(1, 3, .02), 60)
	require.False(t, a.turned(), "the lamps are off")

	look(boxes(2, 0, 1), 15)
	require.False(t, a.turned(), "something passes")
	require.True(t, a.blind(), "and nothing is decided meanwhile")
	look(boxes(2, 0, .02), 30)
	require.False(t, a.turned(), "nobody can tell in the dark")
	look(boxes(2, 0, 1), 15)
	require.True(t, a.turned())
	look(boxes(1, 3, .7), 1)
	require.False(t, a.turned(), "it is back")
	require.False(t, a.blind())
}

// TestEditAnswersATurn: seats that are drawn on what a turned camera shows begin anew with it.
func TestEditAnswersATurn(t *testing.T) {
	old := newTestSeats()
	old.sight.aim.lost = time.Unix(1, 0)
	old.sight.places[0].desk.empty.at = time.Unix(1, 0)
	next := newTestSeats()
	next.Adopt(old)
	require.False(t, next.sight.aim.turned())
	require.Zero(t, next.sight.places[0].desk.empty.at)

	old.sight.aim.lost = time.Time{}
	next.Adopt(old)
	require.NotZero(t, next.sight.places[0].desk.empty.at, "else what is known of the seats stays")
}

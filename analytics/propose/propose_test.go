package propose

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/stretchr/testify/require"
)

var epoch = time.Unix(1000, 0)

func person(x, y float32) seat.Detection {
	return seat.Detection{Class: seat.Person, Confidence: .8, Box: seat.Box{X0: x - .05, Y0: y - .4, X1: x + .05, Y1: y}}
}

func thing(class string, x0, y0, x1, y1 float32) seat.Detection {
	return seat.Detection{Class: class, Confidence: .6, Box: seat.Box{X0: x0, Y0: y0, X1: x1, Y1: y1}}
}

// shaken is a person who shifts a little.
func shaken(x, y float32) seat.Detection {
	return person(x+(rand.Float32()-.5)*.01, y+(rand.Float32()-.5)*.01)
}

func TestProposals(t *testing.T) {
	var m Memory
	require.Empty(t, m.Proposals(nil))
	at := epoch
	for i := range 400 {
		at = at.Add(time.Second)
		found := []seat.Detection{thing("chair", .6, .6, .7, .9), thing("dining table", .65, .5, .9, .8), thing("dog", .1, .1, .2, .2)}
		if i%100 < 40 {
			found = append(found, shaken(.3, .8)) // four visits of 40 s
		}
		// a person walks through the room, over and over, at a metre a second
		found = append(found, person(float32(i%20)/20, .5))
		m.Add(at, found)
	}
	list := m.Proposals(nil)
	require.Len(t, list, 2, "%+v", list)
	stay, chair := list[0], list[1]
	require.True(t, stay.ROI.Contains(seat.Point{X: .3, Y: .8}))
	require.False(t, stay.ROI.Contains(seat.Point{X: .3, Y: .5}))
	require.InDelta(t, 156, stay.Because[0].Seconds, 10)
	require.Equal(t, 4, stay.Because[0].Visits)
	require.Contains(t, stay.Reason, "People stayed there 4 times, 2m")
	require.Nil(t, stay.ItemsROI)
	require.True(t, chair.ROI.Contains(seat.Point{X: .65, Y: .85}))
	require.Equal(t, "A chair is seen there.", chair.Reason)
	require.True(t, chair.ItemsROI.Contains(seat.Point{X: .8, Y: .6}), "the table beside it")
	require.Greater(t, stay.Confidence, chair.Confidence)
	require.LessOrEqual(t, stay.Confidence, 1.0)
	for _, p := range list {
		require.NoError(t, p.ROI.Validate())
	}

	// what is a seat already is not proposed
	list = m.Proposals([]seat.Seat{{ID: "A", ROI: stay.ROI}})
	require.Len(t, list, 1)
	require.Equal(t, chair, list[0])

	// a room that was rearranged is seen anew
	for range 3 * 3600 {
		at = at.Add(10 * time.Second)
		m.Add(at, nil)
	}
	require.Empty(t, m.Proposals(nil))
}

// TestStaySpeaksForAChair: both in one proposal, surer than each; a table that stands alone is one of its own.
func TestStaySpeaksForAChair(t *testing.T) {
	var m Memory
	for i := range 30 {
		m.Add(epoch.Add(time.Duration(i)*time.Second), []seat.Detection{
			shaken(.65, .9), thing("chair", .6, .6, .7, .9), thing("dining table", .1, .3, .3, .5),
		})
	}
	list := m.Proposals(nil)
	require.Len(t, list, 2)
	require.Equal(t, "A dining table is seen there.", list[1].Reason)
	require.True(t, list[1].ROI.Contains(seat.Point{X: .2, Y: .55}), "the space before it")
	require.Len(t, list[0].Because, 2)
	require.Contains(t, list[0].Reason, "omebody stayed there for ")
	require.Contains(t, list[0].Reason, " chair is seen there")
}

func TestBlindTimeCountsNothing(t *testing.T) {
	var m Memory
	for i := range 100 {
		m.Add(epoch.Add(time.Duration(i)*time.Minute), []seat.Detection{person(.3, .8)})
	}
	require.Empty(t, m.Proposals(nil))
	m.Add(epoch, []seat.Detection{person(.3, .8)}) // out of order
	require.Equal(t, epoch, m.Since())
}

// TestMemoryIsBounded: of any detections, for ever.
func TestMemoryIsBounded(t *testing.T) {
	var m Memory
	at := epoch
	found := make([]seat.Detection, 40)
	step := func(i int) {
		at = at.Add(time.Second)
		for j := range found {
			if j%2 == 0 {
				found[j] = person(float32((i/3*7+j*13)%100)/100, .9)
			} else {
				x := float32((i/3*11+j*17)%90) / 100
				found[j] = thing("chair", x, .2, x+.02, .3)
			}
		}
		m.Add(at, found)
	}
	for i := range 5000 {
		step(i)
	}
	require.LessOrEqual(t, len(m.places), MaxPlaces)
	require.LessOrEqual(t, len(m.objects), MaxFurniture)
	m.Proposals(nil)
	i := 5000
	require.Zero(t, testing.AllocsPerRun(100, func() { step(i); i++ }))
}

package seat

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func isBook(class string) bool { return class == "book" }

func observe(seats []Seat, found []Detection) []Observation {
	var f Found
	f.Assign(seats, found, isBook)
	return f.Observe(nil, epoch, seats, found)
}

func square(x0, y0, x1, y1 float32) ROI { return ROI{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}} }

func TestObserve(t *testing.T) {
	seats := []Seat{
		{ID: "A", ROI: square(0, .5, .5, 1), ItemsROI: square(0, 0, .5, .5), Anchor: AnchorFoot},
		{ID: "B", ROI: square(.5, .5, 1, 1), Anchor: AnchorFoot},
		{ID: "C", ROI: square(0, 0, 1, .4), Anchor: AnchorOverlap},
		{ID: "D", ROI: square(.9, .4, 1, .5), Anchor: AnchorCenter},
	}
	obs := observe(seats, []Detection{
		{Person, .5, Box{.1, .1, .2, .9}},    // in A
		{"book", .6, Box{.1, .1, .2, .2}},    // on A's desk
		{"book", .7, Box{.7, .6, .8, .7}},    // in B, which has no polygon for belongings
		{"dog", .9, Box{.7, .6, .8, .7}},     // no belongings
		{Person, .8, Box{.7, .3, .8, .45}},   // two thirds in C
		{Person, .7, Box{.9, .41, 1, .49}},   // its centre in D
		{Person, .6, Box{.95, .95, 1.0, 1.}}, // foot on B's corner
	})
	require.Equal(t, []Observation{
		{At: epoch, Person: .5, Box: Box{.1, .1, .2, .9}, Item: .6},
		{At: epoch, Person: .6, Box: Box{.95, .95, 1, 1}, Item: .7},
		{At: epoch, Person: .8, Box: Box{.7, .3, .8, .45}},
		{At: epoch, Person: .7, Box: Box{.9, .41, 1, .49}},
	}, obs)
}

// TestBestFit: who sits where, with nothing said of anchors.
func TestBestFit(t *testing.T) {
	seats := []Seat{
		{ID: "left", ROI: square(.1, .6, .3, .9), ItemsROI: square(.1, .3, .3, .5)},
		{ID: "right", ROI: square(.28, .6, .48, .9), ItemsROI: square(.2, .2, .5, .5)},
	}
	cases := []struct {
		name  string
		found []Detection
		want  []int
	}{
		{"a foot in the polygon", []Detection{{Person, .9, Box{.12, .2, .28, .85}}}, []int{0}},
		{"a foot that both hold", []Detection{{Person, .9, Box{.24, .2, .4, .88}}}, []int{1}},
		{"legs that a desk hides: the foot is above", []Detection{{Person, .9, Box{.12, .3, .28, .78}}}, []int{0}},
		{"two, the surer one on both", []Detection{{Person, .6, Box{.1, .3, .27, .88}}, {Person, .9, Box{.2, .3, .4, .88}}}, []int{0, 1}},
		{"one seat a person", []Detection{{Person, .9, Box{.15, .2, .48, .88}}}, []int{1}},
		{"one person a seat", []Detection{{Person, .9, Box{.1, .2, .29, .88}}, {Person, .8, Box{.11, .1, .26, .7}}}, []int{0, -1}},
		{"a part of one", []Detection{{Person, .5, Box{.12, .2, .28, .6}}, {Person, .9, Box{.1, .2, .3, .88}}}, []int{-1, 0}},
		{"behind the seats", []Detection{{Person, .9, Box{.12, .1, .2, .55}}}, []int{-1}},
		{"close to the camera", []Detection{{Person, .9, Box{0, 0, .9, 1}}}, []int{-1}},
		{"a thing that both desks hold", []Detection{{"book", .9, Box{.22, .4, .24, .44}}}, []int{0}},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			var f Found
			f.Assign(seats, ca.found, isBook)
			require.Equal(t, ca.want, f.Seats)
		})
	}
}

// TestOrderDecidesNothing: neither that of the seats nor that of the detections.
func TestOrderDecidesNothing(t *testing.T) {
	box := rapid.Custom(func(t *rapid.T) Box {
		x, y := rapid.Float32Range(0, .8).Draw(t, "x"), rapid.Float32Range(0, .8).Draw(t, "y")
		return Box{x, y, x + rapid.Float32Range(.05, .2).Draw(t, "w"), y + rapid.Float32Range(.05, .2).Draw(t, "h")}
	})
	rapid.Check(t, func(t *rapid.T) {
		var seats []Seat
		for i, b := range rapid.SliceOfN(box, 2, 6).Draw(t, "seats") {
			anchor := rapid.SampledFrom([]Anchor{"", AnchorFit, AnchorFoot, AnchorCenter, AnchorOverlap}).Draw(t, "anchor")
			seats = append(seats, Seat{ID: string(rune('A' + i)), ROI: square(b.X0, b.Y0, b.X1, b.Y1), Anchor: anchor})
		}
		var found []Detection
		for _, b := range rapid.SliceOfN(box, 0, 8).Draw(t, "found") {
			class := rapid.SampledFrom([]string{Person, Person, "book"}).Draw(t, "class")
			found = append(found, Detection{class, rapid.Float32Range(.2, .9).Draw(t, "confidence"), b})
		}
		want := map[string]Observation{}
		for i, o := range observe(seats, found) {
			want[seats[i].ID] = o
		}
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		random.Shuffle(len(seats), func(i, j int) { seats[i], seats[j] = seats[j], seats[i] })
		random.Shuffle(len(found), func(i, j int) { found[i], found[j] = found[j], found[i] })
		for i, o := range observe(seats, found) {
			require.Equal(t, want[seats[i].ID], o)
		}
	})
}

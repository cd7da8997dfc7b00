// Package testcard is a camera and a detector that need nothing but ffmpeg and ONNX Runtime: a synthetic room that
// ffmpeg draws, and a model of a few kilobytes that finds the figures and things of that room and nothing else.
//
// What it promises:
//   - The same Room always draws the same frames, and At says for every one of
//     them which figures and things stand where: tests may be exact to the frame.
//   - A figure that is drawn is wholly in view. It hops from place to place at
//     frame boundaries, so that its foot point is never on the edge of a seat.
//   - Sizes are fractions of the width. At any landscape size the letterboxed 416×416 input shows figures of the same
//     size on the cells of the model's grid, so that a clean figure scores near the top of the scale.
//   - The model is written by this package (Model) from a handful of numbers.
//     Nothing in it is learnt, and it says so in its metadata.
//
// It is for trying the pipeline, never for finding people.
package testcard

//go:generate go run ./gen

import "math"

// InputSize is the width and height in pixels of the model's input. All sizes of the room are given in pixels of a
// letterboxed picture of this size, in which the room is InputSize wide at any width of its own.
const InputSize = 416

// COCO's class numbers of what the room shows.
const (
	ClassPerson   = 0
	ClassBackpack = 24
)

// Sizes in input pixels. All are multiples of 4, because the model looks at the
// picture in squares of 4×4, and each centre falls on the centre of a cell.
const (
	personStride, personWidth, personHeight = 16, 48, 112
	headWidth, headHeight                   = 24, 32
	legWidth, legHeight                     = 20, 32
	thingStride, thingSize, pocketSize      = 8, 32, 16
)

// Where the feet and the things stand, as shares of the height, before they are
// moved to the nearest row of the model's grid.
const (
	footLine = 0.86
	deskLine = 0.58
)

// Columns of the stride-16 grid. Figures go from one to the next in hops of
// three cells, one figure's width, so the places do not overlap.
const (
	seatACell, seatBCell = 7, 19
	hopCells             = 3
)

// Centres of the things in input pixels, each the centre of a stride-8 cell.
const (
	seatAThing = 180
	seatBThing = 252
)

// Point is x and y, 0..1 of the picture's width and height.
type Point = [2]float64

// Seat is one of the room's two seats, in the words of the analytics section.
type Seat struct {
	ID       string
	Name     string
	ROI      []Point // the floor under the standing figure's foot point
	ItemsROI []Point // the desk beside it
}

// Seats returns seats A and B. The polygons hold for every size that Validate accepts: foot points and centres of
// things lie at least 0.05 inside, and the figures' other places as far outside.
func Seats() []Seat {
	return []Seat{
		seat("A", cellCenter(seatACell), seatAThing),
		seat("B", cellCenter(seatBCell), seatBThing),
	}
}

func seat(id string, footX, thingX float64) Seat {
	return Seat{
		ID:       id,
		Name:     "Seat " + id,
		ROI:      rectangle(footX, 26, footLine-0.12, footLine+0.12),
		ItemsROI: rectangle(thingX, 34, deskLine-0.16, deskLine+0.16),
	}
}

// rectangle is centred on x and reaches half to either side, in input pixels;
// top and bottom are shares of the height. Rounded, to be copied into a config.
func rectangle(x, half, top, bottom float64) []Point {
	round := func(v float64) float64 { return math.Round(v*1000) / 1000 }
	left, right := round((x-half)/InputSize), round((x+half)/InputSize)
	top, bottom = round(top), round(bottom)
	return []Point{{left, top}, {right, top}, {right, bottom}, {left, bottom}}
}

func cellCenter(cell int) float64 { return (float64(cell) + 0.5) * personStride }

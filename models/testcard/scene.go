package testcard

import (
	"math"
	"time"
)

// defaultPeriod is how long the room takes to show everything once.
const defaultPeriod = 60 * time.Second

// The timetable, in seconds of defaultPeriod. Between them the two seats go through every transition of the seat state
// machine: A is abandoned and taken again, B is abandoned and cleared, and a passer-by changes neither.
var (
	personsA = []stay{{4, 16}, {34, 44}}
	personsB = []stay{{10, 22}}
	thingA   = stay{8, 40}
	thingB   = stay{14, 42}
	passerBy = 52.0
)

type stay struct{ from, to float64 }

// Thing is one figure or thing on one frame.
type Thing struct {
	Class     int     // ClassPerson or ClassBackpack
	Seat      string  // the seat it belongs to; empty for a person on the way
	X0, Y0    float64 // left and top, 0..1 of the picture
	X1, Y1    float64 // right and bottom
	PassingBy bool    // in the seat, but only on the way through
}

// At returns what frame n of the room shows; n counts from 0, the first frame
// that ffmpeg writes, and may be larger than the period.
func (r Room) At(n int) []Thing {
	at := (n + r.startFrames()) % r.PeriodFrames()
	var seen []Thing
	for _, a := range r.acts() {
		if at >= a.from && at < a.to {
			seen = append(seen, a.thing)
		}
	}
	return seen
}

// act is a thing that is in view from one frame of the period up to another.
type act struct {
	thing    Thing
	from, to int
}

// acts returns the whole play. ffmpeg draws from it and At reads from it, so the two cannot disagree.
func (r Room) acts() []act {
	var acts []act
	for _, s := range personsA {
		acts = append(acts, r.visit("A", seatACell, -hopCells, s)...)
	}
	for _, s := range personsB {
		acts = append(acts, r.visit("B", seatBCell, hopCells, s)...)
	}
	acts = append(acts,
		act{r.thing("A", seatAThing), r.frame(thingA.from), r.frame(thingA.to)},
		act{r.thing("B", seatBThing), r.frame(thingB.from), r.frame(thingB.to)})
	return append(acts, r.passer()...)
}

// frame returns the frame of the period at which a second of the timetable falls.
func (r Room) frame(second float64) int {
	return int(math.Round(second / defaultPeriod.Seconds() * float64(r.PeriodFrames())))
}

// visit is a figure that hops in from the side that step points to, arrives in
// the seat at the first frame of the stay, and hops out again after the last.
func (r Room) visit(seat string, cell, step int, s stay) []act {
	hop, from, to := r.hopFrames(), r.frame(s.from), r.frame(s.to)
	acts := []act{{r.person(seat, cell), from, to}}
	for i, c := 1, cell+step; inView(c); i, c = i+1, c+step {
		acts = append(acts,
			act{r.person("", c), from - i*hop, from - (i-1)*hop},
			act{r.person("", c), to + (i-1)*hop, to + i*hop})
	}
	return acts
}

// passer is a figure that comes in at the right and leaves at the left, through
// the foot of both seats and no longer than one hop in either.
func (r Room) passer() []act {
	var acts []act
	hop, from := r.hopFrames(), r.frame(passerBy)
	for c := seatBCell + hopCells; inView(c); c -= hopCells {
		p := r.person("", c)
		p.PassingBy = true
		switch c {
		case seatACell:
			p.Seat = "A"
		case seatBCell:
			p.Seat = "B"
		}
		acts = append(acts, act{p, from, from + hop})
		from += hop
	}
	return acts
}

// inView is whether a figure on this column is wholly in the picture.
func inView(cell int) bool {
	x := cellCenter(cell)
	return x-personWidth/2 >= 0 && x+personWidth/2 <= InputSize
}

func (r Room) person(seat string, cell int) Thing {
	t := r.place(cellCenter(cell), r.snap(footLine, personStride, 0)-personHeight/2, personWidth, personHeight)
	t.Class, t.Seat = ClassPerson, seat
	return t
}

func (r Room) thing(seat string, x float64) Thing {
	t := r.place(x, r.snap(deskLine, thingStride, thingStride/2), thingSize, thingSize)
	t.Class, t.Seat = ClassBackpack, seat
	return t
}

func (r Room) place(x, y, w, h float64) Thing {
	height := r.inputHeight()
	return Thing{
		X0: (x - w/2) / InputSize, X1: (x + w/2) / InputSize,
		Y0: (y - h/2) / height, Y1: (y + h/2) / height,
	}
}

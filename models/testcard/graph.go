package testcard

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Colours as 0xRRGGBB. The four of the figures are far from each other, from the room's greys and from what cameras
// see, and not quite saturated, so that a wrong matrix or range moves them by less than the model's tolerance.
const (
	coatColor   = 0xD020B0
	headColor   = 0xE0D030
	packColor   = 0x20C0D0
	pocketColor = 0x30A030

	wallColor  = 0x9A9C9E
	floorColor = 0x74706C
	doorColor  = 0x5C5650
	deskColor  = 0x8A7A68
	plateColor = 0x3A3A3A
	black      = 0x000000
	white      = 0xFFFFFF
)

// Graph returns a lavfi filter graph without end that draws the room, one frame after the other, in BT.601 limited
// range. It holds no double quote, no '#' and no '$', so it stands between double quotes in an exec: source of go2rtc.
// It panics for a room that Validate refuses.
//
// The empty room is drawn once and repeated. Every place that is ever taken has its own boxes, enabled on the frames
// that the timetable gives it, because a disabled box costs nothing and an overlay costs a frame.
func (r Room) Graph() string {
	if err := r.Validate(); err != nil {
		panic("testcard: " + err.Error())
	}
	g := []string{
		fmt.Sprintf("color=c=0x%06X:s=%dx%d:r=%d", wallColor, r.Width, r.Height, r.Rate),
		"format=yuv420p",
		"trim=end_frame=1",
	}
	g = append(g, r.background()...)
	// loop repeats the one frame; setpts makes the clock exact
	g = append(g, "loop=loop=-1:size=1", fmt.Sprintf("setpts=N/(%d*TB)", r.Rate))
	g = append(g, r.figures()...)
	g = append(g, r.counter()...)
	g = append(g, "setparams=range=tv:color_primaries=smpte170m:color_trc=smpte170m:colorspace=smpte170m")
	return strings.Join(g, ", ")
}

func (r Room) background() []string {
	h := r.inputHeight()
	desk := r.snap(deskLine, thingStride, thingStride/2) + thingSize/2
	g := []string{
		r.box(floorColor, "", 0, h*0.66, InputSize, h),
		r.box(doorColor, "", 344, h*0.24, 398, h*0.66),
	}
	for _, x := range []float64{seatAThing, seatBThing} {
		g = append(g,
			r.box(deskColor, "", x-30, desk, x+30, desk+6),
			r.box(deskColor, "", x-26, desk+6, x-22, desk+30),
			r.box(deskColor, "", x+22, desk+6, x+26, desk+30))
	}
	foot := r.snap(footLine, personStride, 0)
	for _, c := range []int{seatACell, seatBCell} { // a mat under each seat's feet
		g = append(g, r.box(plateColor, "", cellCenter(c)-26, foot-2, cellCenter(c)+26, foot+4))
	}
	return append(g, r.box(black, "", counterX, 0, counterX+counterBlocks*counterSize, counterSize))
}

// figures draws each place once, enabled whenever a figure stands in it.
func (r Room) figures() (g []string) {
	type place struct {
		thing Thing
		when  []string
	}
	var places []place
	for _, a := range r.acts() {
		i := slices.IndexFunc(places, func(p place) bool { return p.thing.Class == a.thing.Class && p.thing.X0 == a.thing.X0 })
		if i < 0 {
			i = len(places)
			places = append(places, place{thing: a.thing})
		}
		places[i].when = append(places[i].when, fmt.Sprintf("between(mod(n+%d,%d),%d,%d)",
			r.startFrames(), r.PeriodFrames(), a.from, a.to-1))
	}
	for _, p := range places {
		g = append(g, r.draw(p.thing, strings.Join(p.when, "+"))...)
	}
	return g
}

func (r Room) draw(t Thing, enable string) []string {
	x0, x1 := t.X0*InputSize, t.X1*InputSize
	y0, y1 := t.Y0*r.inputHeight(), t.Y1*r.inputHeight()
	if t.Class != ClassPerson {
		const edge = (thingSize - pocketSize) / 2
		return []string{
			r.box(packColor, enable, x0, y0, x1, y1),
			r.box(pocketColor, enable, x0+edge, y0+edge, x1-edge, y1-edge),
		}
	}
	x := (x0 + x1) / 2
	return []string{
		r.box(headColor, enable, x-headWidth/2, y0, x+headWidth/2, y0+headHeight),
		r.box(coatColor, enable, x0, y0+headHeight, x1, y1-legHeight),
		r.box(coatColor, enable, x0, y1-legHeight, x0+legWidth, y1),
		r.box(coatColor, enable, x1-legWidth, y1-legHeight, x1, y1),
	}
}

// The frame counter stands along the top edge as black and white blocks: white,
// black, the frame number with its highest bit first, white.
const (
	counterX      = 8 // input pixels
	counterSize   = 8
	counterBits   = 20
	counterBlocks = counterBits + 3
)

func (r Room) counter() []string {
	block := func(i int, enable string) string {
		x := float64(counterX + i*counterSize)
		return r.box(white, enable, x, 0, x+counterSize, counterSize)
	}
	g := []string{block(0, "")}
	for i := range counterBits {
		bit := 1 << (counterBits - 1 - i)
		g = append(g, block(2+i, fmt.Sprintf("gte(mod(n,%d),%d)", 2*bit, bit)))
	}
	return append(g, block(counterBlocks-1, ""))
}

// box is a filled box between corners in input pixels. Corners fall on even
// pixels of the room, where 4:2:0 has its chroma samples.
func (r Room) box(color int, enable string, x0, y0, x1, y1 float64) string {
	scale := float64(r.Width) / InputSize
	px := func(v float64) int { return 2 * int(math.Round(v*scale/2)) }
	s := fmt.Sprintf("drawbox=x=%d:y=%d:w=%d:h=%d:c=0x%06X:t=fill",
		px(x0), px(y0), px(x1)-px(x0), px(y1)-px(y0), color)
	if enable != "" {
		s += ":enable='" + enable + "'"
	}
	return s
}

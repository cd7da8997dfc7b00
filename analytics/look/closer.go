package look

import (
	"image"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/scene"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// sight is what is known of how the seats of one camera look. It belongs to Seats.
type sight struct {
	maker  *scene.Maker
	at     time.Time // of the look that testimony is of
	frame  []byte    // luma of the whole picture, reused
	aim    aim
	now    memory // reused
	order  []int  // reused
	places []seatPlaces
	roomAt time.Time // when the room's cut-out was last looked at
	parts  []cutOut  // of the look under way
}

// seatPlaces are the places of one seat.
type seatPlaces struct {
	body, desk place
	says       testimony // of the last look

	bodyAt, deskAt time.Time // when their cut-outs were last looked at
	looks          int       // that were witnessed
	person, thing  guess     // the best in the look under way
	inVain         int       // seat cut-outs in a row that found nobody
	closely        bool      // belongings are looked for in the look under way
	passed         bool      // the seat called for a cut-out, and others went before
	sat            seat.Box  // the last box of the person who sat there
	walker         seat.Box  // where he was followed to
	left           time.Time // when that box was last seen outside of the seat
}

// cutOut is one part of a picture that a look looks at closer.
type cutOut struct {
	image.Rectangle
	kind Kind
}

// Kind is what a look, or a part of one, looks at.
type Kind uint8

// The kinds of looks.
const (
	WholePicture Kind = iota
	RoomCutOut        // the seats and headroom
	SeatCutOut        // a seat in which nobody was found
	ItemsCutOut       // where belongings lie
	Kinds
)

func (k Kind) String() string { return [...]string{"whole", "room", "seat", "items"}[k] }

// The parameters of cut-outs.
const (
	leastGain   = 1.3              // how much larger a cut-out must show things than the whole picture does
	roomEvery   = 12 * time.Second // pace of the room's cut-out
	bodyEvery   = 2 * time.Second  // pace of a seat's cut-out while something is unlike the empty seat
	bodyInVain  = 5                // after so many that find nobody
	bodyAtRest  = 15 * time.Second // the pace is this one
	deskAtRest  = 4                // times slower are looks for belongings at a desk that looks as when it is empty
	deskChanged = time.Second      // pace of them while the desk is not as it was
	mostParts   = 4                // cut-outs in one look
	itemsMargin = 0.25             // of the bounds of items_roi, on each side
)

func newSight(shapes []seat.Seat) *sight {
	s := &sight{
		maker: scene.NewMaker(), frame: make([]byte, scene.FrameWidth*scene.FrameHeight),
		places: make([]seatPlaces, len(shapes)),
	}
	for i := range shapes {
		p, shape := &s.places[i], &shapes[i]
		p.body.area, p.desk.area = bodyArea(shape), shape.Items().Bounds()
		p.body.mask = maskOf(p.body.area, shape.ROI, shape.ItemsROI, true)
		p.desk.mask = maskOf(p.desk.area, shape.Items(), nil, false)
	}
	return s
}

// look makes the views of a picture.
func (s *sight) look(p *video.Picture) error {
	w, h := p.Size()
	if err := p.Luma(0, 0, float64(w), float64(h), s.frame, scene.FrameWidth, scene.FrameHeight); err != nil {
		return err
	}
	s.aim.look(s.frame, p.At())
	for i := range s.places {
		for _, pl := range []*place{&s.places[i].body, &s.places[i].desk} {
			if err := pl.look(s.maker, p, s.aim.shift); err != nil {
				return err
			}
		}
	}
	return nil
}

// cuts are the parts of a picture that call for a closer look, the most pressing first.
func (s *Seats) cuts(p *video.Picture, input image.Point) []cutOut {
	sight, at := s.sight, p.At()
	sight.parts = sight.parts[:0]
	w, h := p.Size()
	gain := func(r image.Rectangle) float64 {
		fit := func(x, y int) float64 { return min(float64(input.X)/float64(x), float64(input.Y)/float64(y)) }
		return fit(r.Dx(), r.Dy()) / fit(w, h)
	}
	add := func(kind Kind, b seat.Box) bool {
		r := image.Rect(int(b.X0*float32(w)), int(b.Y0*float32(h)), int(b.X1*float32(w)+1), int(b.Y1*float32(h)+1)).Intersect(p.Bounds())
		if r.Empty() || gain(r) < leastGain {
			return true // the whole picture shows as much
		}
		for i := range sight.parts {
			o := &sight.parts[i]
			if r.In(o.Rectangle) {
				return true
			}
			both := o.Union(r)
			if area := func(r image.Rectangle) int { return r.Dx() * r.Dy() }; o.kind == kind && area(both) <= area(r)+area(o.Rectangle) &&
				gain(both) >= leastGain {
				o.Rectangle = both
				return true
			}
		}
		if len(sight.parts) >= mostParts {
			return false
		}
		sight.parts = append(sight.parts, cutOut{r, kind})
		return true
	}
	// who waited longest comes first
	order := sight.order[:0]
	for i := range s.shapes {
		order = append(order, i)
	}
	sight.order = order
	slices.SortStableFunc(order, func(a, b int) int {
		return sight.places[a].bodyAt.Compare(sight.places[b].bodyAt)
	})
	for _, i := range order {
		pl, state := &sight.places[i], &s.states[i]
		pl.closely, pl.passed = false, false
		if s.bodyDue(i, at) {
			if pl.passed = !add(SeatCutOut, seatCutOut(&s.shapes[i], w, h)); !pl.passed {
				pl.bodyAt = at
			}
		}
		if s.deskDue(pl, state, at) && add(ItemsCutOut, grown(s.shapes[i].Items().Bounds(), itemsMargin)) {
			pl.deskAt, pl.closely = at, true
		}
	}
	if at.Sub(sight.roomAt) >= roomEvery && slices.ContainsFunc(s.obs, func(o seat.Observation) bool { return o.Person == 0 }) {
		sight.roomAt = at
		add(RoomCutOut, room(s.shapes))
	}
	return sight.parts
}

// bodyDue tells whether a seat in which the whole picture shows nobody is to be looked at closer.
func (s *Seats) bodyDue(i int, at time.Time) bool {
	pl, state, o := &s.sight.places[i], &s.states[i], &s.obs[i]
	if o.Person >= s.rules.Threshold {
		pl.inVain = 0
		return false
	}
	if state.Person.On || !state.Settled() {
		return true
	}
	active := pl.body.moves() || pl.body.against.Local >= pl.body.changed() || o.Person > 0
	pace := bodyEvery
	if pl.inVain >= bodyInVain {
		pace = bodyAtRest
	}
	if active && at.Sub(pl.bodyAt) >= pace {
		pl.inVain++
		return true
	}
	return false
}

// deskDue tells whether belongings are to be looked for.
func (s *Seats) deskDue(pl *seatPlaces, state *seat.State, at time.Time) bool {
	if state.Closer(at, s.rules) {
		bare := pl.desk.bare()
		return !bare || !state.Settled() || state.Item.On || at.Sub(pl.deskAt) >= deskAtRest*s.rules.Pace()
	}
	active := pl.desk.moves() || pl.desk.against.Local >= pl.desk.changed()
	return active && !state.Person.On && at.Sub(pl.deskAt) >= deskChanged
}

// seatCutOut is a seat and the body of somebody in it, in a picture of so many pixels.
func seatCutOut(shape *seat.Seat, w, h int) seat.Box {
	b := shape.ROI.Bounds()
	side := max((b.X1-b.X0)*float32(w), (b.Y1-b.Y0)*float32(h)) // in pixels
	x, y := side/float32(w), side/float32(h)
	middle := b.Center()
	return seat.Box{
		X0: max(0, min(b.X0, middle.X-x/2)-x/3), X1: min(1, max(b.X1, middle.X+x/2)+x/3),
		Y0: max(0, b.Y0-1.5*y), Y1: min(1, b.Y1+y/3),
	}
}

// room is all seats and the headroom above them.
func room(shapes []seat.Seat) seat.Box {
	all := seat.Box{X0: 1, Y0: 1}
	var tallest float32
	for i := range shapes {
		for _, roi := range []seat.ROI{shapes[i].ROI, shapes[i].Items()} {
			b := roi.Bounds()
			all = all.Union(b)
			tallest = max(tallest, b.Y1-b.Y0)
		}
	}
	all.Y0 = max(0, all.Y0-1.5*tallest)
	return grown(all, 0.05)
}

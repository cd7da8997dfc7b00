package propose

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// Proposal is a place that may be a seat.
type Proposal struct {
	ROI        seat.ROI
	ItemsROI   seat.ROI // the table in front of it; nil where none was seen
	Confidence float64  // 0..1
	Reason     string   // one sentence
	Because    []Because
}

// Because is one thing that speaks for a proposal.
type Because struct {
	Kind    string  `json:"kind"`              // stay, chair, couch, bench, dining table
	Seconds float64 `json:"seconds,omitempty"` // of a stay: how long people stayed, lately
	Visits  int     `json:"visits,omitempty"`  // of a stay
	Looks   int     `json:"looks,omitempty"`   // of furniture: that showed it, lately
}

const (
	enoughStay  = 20 * time.Second // in all, before a place is proposed
	surelyStay  = 90 * time.Second // of which it is as good as sure
	enoughLooks = 10               // that a piece of furniture was seen in
	least       = 0.25             // confidence of what is proposed at all
	mostOverlap = 0.3              // of a proposal with a seat that there is, or with a better proposal
)

// Proposals are where seats may be that are not among those that there are, the surest first.
func (m *Memory) Proposals(seats []seat.Seat) (list []Proposal) {
	for i := range m.places {
		if p := &m.places[i]; p.stayed >= enoughStay.Seconds() {
			list = append(list, m.ofStay(p))
		}
	}
	for i := range m.objects {
		if o := &m.objects[i]; o.looks >= enoughLooks && o.class != "dining table" {
			list = append(list, m.ofFurniture(o))
		}
	}
	for i := range m.objects {
		// a table is something to sit at only where nothing better was seen beside it
		if o := &m.objects[i]; o.looks >= enoughLooks && o.class == "dining table" && !slices.ContainsFunc(list, func(p Proposal) bool {
			return overlap(bounds(p.ROI), grown(o.box.box(), 0.3)) > 0
		}) {
			list = append(list, m.ofFurniture(o))
		}
	}
	slices.SortStableFunc(list, func(a, b Proposal) int { return cmp.Compare(b.Confidence, a.Confidence) })
	var kept []Proposal
	for _, p := range list {
		if p.Confidence < least || p.ROI.Validate() != nil || taken(p.ROI, seats) {
			continue
		}
		if i := slices.IndexFunc(kept, func(k Proposal) bool { return overlap(bounds(k.ROI), bounds(p.ROI)) > mostOverlap }); i >= 0 {
			kept[i].join(&p)
			continue
		}
		kept = append(kept, p)
	}
	for i := range kept {
		kept[i].explain()
	}
	return kept
}

// ofStay is a polygon around the feet of the people who stayed.
func (m *Memory) ofStay(p *place) Proposal {
	box := p.box.box()
	spreadX, spreadY := p.feet.spread()
	halfX := max(3*spreadX, 0.4*float64(box.X1-box.X0), 0.02)
	halfY := max(3*spreadY, 0.08*float64(box.Y1-box.Y0), 0.02)
	return Proposal{
		ROI:        rectangle(p.feet.x-halfX, p.feet.y-halfY, p.feet.x+halfX, p.feet.y+halfY),
		ItemsROI:   m.table(box),
		Confidence: 1 - math.Exp(-2*p.stayed/surelyStay.Seconds()),
		Because:    []Because{{Kind: "stay", Seconds: math.Round(p.stayed), Visits: int(math.Ceil(p.visits - 0.01))}},
	}
}

// ofFurniture is a polygon where the feet of a person who sits there may be: the lower half of a chair, and a little
// more; the space before a table.
func (m *Memory) ofFurniture(o *object) Proposal {
	b := o.box.box()
	h := float64(b.Y1 - b.Y0)
	p := Proposal{
		ROI:        rectangle(float64(b.X0), float64(b.Y0)+0.45*h, float64(b.X1), float64(b.Y1)+0.1*h),
		ItemsROI:   m.table(b),
		Confidence: o.confidence * (1 - math.Exp(-o.looks/enoughLooks)),
		Because:    []Because{{Kind: o.class, Looks: int(o.looks)}},
	}
	if o.class == "dining table" {
		p.ROI = rectangle(float64(b.X0), float64(b.Y1)-0.1*h, float64(b.X1), float64(b.Y1)+0.4*h)
		p.ItemsROI = rectangle(float64(b.X0), float64(b.Y0), float64(b.X1), float64(b.Y1))
		p.Confidence *= 0.6
	}
	return p
}

// table is the one that stands at a box.
func (m *Memory) table(b seat.Box) seat.ROI {
	best, most := -1, 0.05
	for i := range m.objects {
		if o := &m.objects[i]; o.class == "dining table" && o.looks >= enoughLooks {
			if v := overlap(grown(o.box.box(), 0.1), b); v > most {
				best, most = i, v
			}
		}
	}
	if best < 0 {
		return nil
	}
	t := m.objects[best].box.box()
	return rectangle(float64(t.X0), float64(t.Y0), float64(t.X1), float64(t.Y1))
}

// rectangle is cut at the edges of the picture.
func rectangle(x0, y0, x1, y1 float64) seat.ROI {
	cut := func(f float64) float32 { return float32(math.Round(min(max(f, 0), 1)*1e4) / 1e4) }
	return seat.ROI{{X: cut(x0), Y: cut(y0)}, {X: cut(x1), Y: cut(y0)}, {X: cut(x1), Y: cut(y1)}, {X: cut(x0), Y: cut(y1)}}
}

func bounds(r seat.ROI) seat.Box {
	b := seat.Box{X0: 1, Y0: 1}
	for _, p := range r {
		b.X0, b.Y0, b.X1, b.Y1 = min(b.X0, p.X), min(b.Y0, p.Y), max(b.X1, p.X), max(b.Y1, p.Y)
	}
	return b
}

func grown(b seat.Box, by float32) seat.Box {
	w, h := (b.X1-b.X0)*by, (b.Y1-b.Y0)*by
	return seat.Box{X0: b.X0 - w, Y0: b.Y0 - h, X1: b.X1 + w, Y1: b.Y1 + h}
}

// overlap is the part of the smaller box that the other one covers, 0..1.
func overlap(a, b seat.Box) float64 {
	return a.Shared(b) / max(min(a.Area(), b.Area()), 1e-9)
}

// taken tells whether there is a seat already.
func taken(r seat.ROI, seats []seat.Seat) bool {
	b := bounds(r)
	for i := range seats {
		s := &seats[i]
		if s.ROI.Contains(b.Center()) || s.ROI.Share(b) > mostOverlap || overlap(bounds(s.ROI), b) > 0.7 {
			return true
		}
	}
	return false
}

// join lets a proposal of the same place speak for this one.
func (p *Proposal) join(other *Proposal) {
	if p.ItemsROI == nil {
		p.ItemsROI = other.ItemsROI
	}
	for _, b := range other.Because {
		if !slices.ContainsFunc(p.Because, func(mine Because) bool { return mine.Kind == b.Kind }) {
			p.Because = append(p.Because, b)
			p.Confidence = 1 - (1-p.Confidence)*(1-other.Confidence)
		}
	}
}

func (p *Proposal) explain() {
	p.Confidence = math.Round(p.Confidence*1000) / 1000
	var parts []string
	for _, b := range p.Because {
		switch {
		case b.Kind != "stay":
			parts = append(parts, "a "+b.Kind+" is seen there")
		case b.Visits > 1:
			parts = append(parts, fmt.Sprintf("people stayed there %d times, %s in all", b.Visits, time.Duration(b.Seconds)*time.Second))
		default:
			parts = append(parts, fmt.Sprintf("somebody stayed there for %s", time.Duration(b.Seconds)*time.Second))
		}
	}
	p.Reason = strings.Join(parts, ", and ")
	if p.Reason != "" {
		p.Reason = strings.ToUpper(p.Reason[:1]) + p.Reason[1:] + "."
	}
}

// Package propose suggests where seats may be, from what looks at a camera have found: places where people stayed still,
// and the chairs, couches and tables that the model knows.
//
// It promises: a Memory is bounded (MaxPlaces and MaxFurniture, some kilobytes), allocates nothing once it has grown,
// and forgets by half every HalfLife, so that a room that was rearranged is seen anew. People who only walk past leave
// nothing. Plain values: no goroutine, no clock, no lock. Begin with Memory.Add.
package propose

import (
	"math"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// The bounds of a Memory, and the times that it goes by.
const (
	MaxPlaces    = 64
	MaxFurniture = 64
	HalfLife     = 4 * time.Hour

	minStay = 5 * time.Second  // less is no stay: a person waits for the one before, or ties a shoe
	maxGap  = 15 * time.Second // looks further apart were blind between

	maxMissed = 4 * time.Second // without being found in one's place, or two looks: then a new stay begins
)

// How alike two boxes are (intersection over union): of a person who has not moved since the look before, of a person
// at a known place, of furniture that was seen before. A person who walks moves by more than half of their own width
// between two looks.
const (
	stillIoU     = 0.6
	placeIoU     = 0.4
	furnitureIoU = 0.5
)

// furniture are COCO's classes that people sit on or at.
var furniture = map[string]bool{"chair": true, "couch": true, "bench": true, "dining table": true}

// Memory is what looks at one camera have shown. Its zero value is ready.
type Memory struct {
	since   time.Time
	at      time.Time
	people  []seat.Box // of the last look
	places  []place
	objects []object
}

// place is where people have stayed.
type place struct {
	box    mean4
	feet   mean2
	stayed float64 // seconds, of stays of at least minStay
	visits float64
	run    time.Duration // of the stay that goes on
	seen   time.Time
}

type object struct {
	class      string
	box        mean4
	confidence float64 // mean
	looks      float64
	seen       time.Time
}

// Since is when the first look was; zero where there was none.
func (m *Memory) Since() time.Time { return m.since }

// Add takes in what a look found. Looks come in the order of time; one that does not is passed over.
func (m *Memory) Add(at time.Time, found []seat.Detection) {
	gap := at.Sub(m.at)
	if !m.at.IsZero() && gap <= 0 {
		return
	}
	seen := !m.at.IsZero() && gap <= maxGap
	if m.since.IsZero() {
		m.since = at
	}
	m.fade(gap)
	m.at = at
	before := len(m.people)
	for _, d := range found {
		switch {
		case d.Class == seat.Person:
			still := func(b seat.Box) bool { return b.IoU(d.Box) >= stillIoU }
			if seen && slices.ContainsFunc(m.people[:before], still) {
				m.stay(at, gap, d.Box)
			}
			m.people = append(m.people, d.Box)
		case furniture[d.Class]:
			m.object(at, d)
		}
	}
	m.people = append(m.people[:0], m.people[before:]...)
}

// stay counts the time that a person has not moved.
func (m *Memory) stay(at time.Time, gap time.Duration, b seat.Box) {
	best, most := -1, placeIoU
	for i := range m.places {
		if v := b.IoU(m.places[i].box.box()); v >= most {
			best, most = i, v
		}
	}
	if best < 0 {
		m.places, best = room(m.places, MaxPlaces, func(p *place) float64 { return p.stayed + p.run.Seconds() })
		m.places[best] = place{}
	}
	p := &m.places[best]
	if p.seen.Equal(at) {
		return // another person in the same place
	}
	if at.Sub(p.seen) > max(2*gap, maxMissed) {
		p.run = 0
	}
	before := p.run
	p.run += gap
	p.seen = at
	switch {
	case before >= minStay:
		p.stayed += gap.Seconds()
	case p.run >= minStay:
		p.stayed += p.run.Seconds()
		p.visits++
	}
	p.box.add(b)
	foot := b.Foot()
	p.feet.add(float64(foot.X), float64(foot.Y))
}

func (m *Memory) object(at time.Time, d seat.Detection) {
	best, most := -1, furnitureIoU
	for i := range m.objects {
		if o := &m.objects[i]; o.class == d.Class && !o.seen.Equal(at) {
			if v := d.Box.IoU(o.box.box()); v >= most {
				best, most = i, v
			}
		}
	}
	if best < 0 {
		m.objects, best = room(m.objects, MaxFurniture, func(o *object) float64 { return o.looks })
		m.objects[best] = object{class: d.Class}
	}
	o := &m.objects[best]
	o.looks++
	o.confidence += (float64(d.Confidence) - o.confidence) / o.looks
	o.box.add(d.Box)
	o.seen = at
}

// room gives the index of a new element, which takes the place of the least one where there are as many as may be.
func room[T any](list []T, most int, worth func(*T) float64) ([]T, int) {
	if len(list) < most {
		var zero T
		return append(list, zero), len(list)
	}
	least := 0
	for i := range list {
		if worth(&list[i]) < worth(&list[least]) {
			least = i
		}
	}
	return list, least
}

func (m *Memory) fade(gap time.Duration) {
	if m.at.IsZero() {
		return
	}
	keep := math.Exp2(-gap.Hours() / HalfLife.Hours())
	for i := range m.places {
		m.places[i].stayed *= keep
		m.places[i].visits *= keep
	}
	for i := range m.objects {
		m.objects[i].looks *= keep
	}
}

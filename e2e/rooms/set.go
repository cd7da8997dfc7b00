// Package rooms makes clips of rooms with seats, and says what is true in them: a set that can tell whether a change to
// the seat analytics makes it better or worse.
//
// Everything in a clip is drawn by this program from licensed pictures (see Material) and from random numbers whose seeds
// are words in the open, so the same material makes the same frames, byte for byte. What is true is never written by
// hand: the stage is moved by a script, and States plays the contract's table over the same script. The set has two
// halves that share no person, no thing and no seed, and of the rooms only the real one: Tune may be looked at, Final is
// for the last figure only.
//
// Every clip but those of kind begun starts with eight seconds or more in which each seat is empty and all its furniture
// is there; empty_at in truth.json names the second at which an admin would take the picture of the empty seats. Begin
// reading at stage.
package rooms

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"

	"golang.org/x/image/draw"
)

// Seat is a seat of a clip, as truth.json has it.
type Seat struct {
	SeatID   string       `json:"seat_id"`
	ROI      [][2]float64 `json:"roi"`       // 0..1 of the picture
	ItemsROI [][2]float64 `json:"items_roi"` // 0..1 of the picture
	States   []State      `json:"states"`
	Ignore   []Span       `json:"ignore,omitempty"` // moments in which somebody is half in the seat
}

// Clip is one clip and the truth about it.
type Clip struct {
	About     string   `json:"about"`
	Kind      string   `json:"kind"` // desks, sitters, passers, rooms, light, camera, furniture or begun
	Half      Half     `json:"half"`
	Tries     []string `json:"tries"` // which of the ideas it is to try
	Abandoned string   `json:"abandoned_after"`
	Duration  float64  `json:"duration"`           // seconds
	EmptyAt   float64  `json:"empty_at,omitempty"` // seconds: nobody and no belongings at any seat
	Seats     []Seat   `json:"seats"`

	name   string
	w, h   int // pixels
	coding coding
	frame  func(dst *image.RGBA, n int) error
}

// Name is the clip's file name.
func (c *Clip) Name() string { return c.name + ".mp4" }

// Write makes the clip in a folder.
func (c *Clip) Write(ctx context.Context, dir string) error {
	n := int(c.Duration*c.coding.Rate + 0.5)
	return encode(ctx, filepath.Join(dir, c.Name()), c.w, c.h, n, c.coding, c.frame)
}

// WriteTruth writes truth.json for clips into a folder.
func WriteTruth(dir string, clips []*Clip) error {
	all := map[string]*Clip{}
	for _, c := range clips {
		all[c.Name()] = c
	}
	b, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "truth.json"), append(b, '\n'), 0o644)
}

// crew is everybody and everything of a half.
type crew struct {
	Material
	half     Half
	busts    []*person
	standing []*person
	walkers  []*person
	things   map[string][]thing
	photos   []*image.RGBA
	hall     *image.RGBA // the room of the clip in which people come one by one, empty
	boards   *image.RGBA // its floor
}

// Set is the clips of a half, each a promise: nothing is drawn before a clip is written. A clip draws its frames once, in
// their order.
func Set(m Material, half Half) ([]*Clip, error) {
	c, err := cast(m, half)
	if err != nil {
		return nil, err
	}
	return c.clips()
}

// clips has one function a kind, each in a file of its own.
func (c *crew) clips() (all []*Clip, err error) {
	for _, kind := range []func(*crew) ([]*Clip, error){desks, sitters, passers, rooms, light, camera, furniture, begun} {
		clips, err := kind(c)
		if err != nil {
			return nil, err
		}
		all = append(all, clips...)
	}
	return all, nil
}

// cast cuts the half's people and things out of the material.
func cast(m Material, half Half) (*crew, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	c := &crew{Material: m, half: half}
	var err error
	if c.standing, err = m.standing(half); err != nil {
		return nil, err
	}
	if c.busts, err = m.sitting(half); err != nil {
		return nil, err
	}
	for i, b := range c.busts { // COCO has only half of them: they walk in as somebody else
		b.walk, b.stand = c.standing[i%len(c.standing)].walk, c.standing[i%len(c.standing)].stand
	}
	if c.walkers, err = m.walking(half); err != nil {
		return nil, err
	}
	if c.things, c.photos, err = m.things(half); err != nil {
		return nil, err
	}
	if c.hall, err = m.walkPlate(46, 50); err != nil {
		return nil, err
	}
	c.boards = newRGBA(300, 130)
	draw.Draw(c.boards, c.boards.Rect, c.hall, image.Pt(60, 290), draw.Src)
	return c, nil
}

// clip begins a clip of a stage: its seats and their truth come from the places. post is what happens to each frame.
func (c *crew) clip(kind, name, about string, tries []string, s *stage, seconds, abandoned float64, code coding, post ...finisher) *Clip {
	clip := &Clip{
		About: about, Kind: kind, Half: c.half, Tries: tries, Duration: seconds, EmptyAt: 5,
		Abandoned: fmt.Sprintf("%gs", abandoned),
		name:      kind + "-" + name, w: s.lens.W, h: s.lens.H, coding: code,
	}
	for _, p := range s.places {
		clip.Seats = append(clip.Seats, s.seat(p, seconds, abandoned))
	}
	built := false
	clip.frame = func(dst *image.RGBA, n int) error {
		if !built {
			s.build()
			built = true
		}
		t := float64(n) / code.Rate
		s.frame(dst, t)
		for _, f := range post {
			f(dst, t, n)
		}
		return nil
	}
	return clip
}

// seat is the truth about a place.
func (s *stage) seat(p *place, seconds, abandoned float64) Seat {
	var persons, things, ignore []Span
	for _, v := range p.visits {
		persons = append(persons, Span{v.sit, v.gone})
		if v.in > 0 {
			ignore = append(ignore, Span{math.Max(0, v.sit-sink), v.sit})
		}
		if v.out > 0 && v.gone < seconds {
			ignore = append(ignore, Span{v.gone, math.Min(seconds, v.gone+sink)})
		}
	}
	for _, y := range p.lays {
		things = append(things, y.span)
	}
	things = append(things, p.extra...)
	return Seat{
		SeatID: p.id, ROI: s.roi(p), ItemsROI: s.itemsROI(p), Ignore: ignore,
		States: States(seconds, abandoned, persons, things),
	}
}

// reach is how far to either side of its middle a seat goes, in metres.
const reach = 0.31

// roi is drawn as an operator would: around what one sees of a sitter from the chest down, where a box's lower edge lies.
func (s *stage) roi(p *place) [][2]float64 {
	at := p.at()
	if p.far {
		return s.polygon(
			vec{at.X - reach, 1.10, at.Z}, vec{at.X + reach, 1.10, at.Z},
			vec{at.X + reach, deskTop, (p.desk.z0 + p.desk.z1) / 2}, vec{at.X - reach, deskTop, (p.desk.z0 + p.desk.z1) / 2})
	}
	return s.polygon(
		vec{at.X - reach, 1.05, at.Z}, vec{at.X + reach, 1.05, at.Z},
		vec{at.X + reach, 0.02, at.Z - 0.25}, vec{at.X - reach, 0.02, at.Z - 0.25})
}

// itemsROI is the seat's part of the desk, and the air above it that upright things reach into; with a coat at the seat
// also its chair.
func (s *stage) itemsROI(p *place) [][2]float64 {
	l, r := p.x-reach, p.x+reach
	z0, z1 := p.desk.z0+0.02, p.desk.z1-0.02
	low, high := vec{0, deskTop, z0}, vec{0, deskTop + 0.12, z1}
	for _, y := range p.lays {
		if y.what.drape {
			at := p.at()
			if p.far {
				high = vec{0, p.tall + 0.03, at.Z}
			} else {
				low = vec{0, 0.5, at.Z - 0.25}
			}
		}
	}
	return s.polygon(vec{l, high.Y, high.Z}, vec{r, high.Y, high.Z}, vec{r, low.Y, low.Z}, vec{l, low.Y, low.Z})
}

func (s *stage) polygon(points ...vec) (out [][2]float64) {
	share := func(v float64, of int) float64 { return math.Round(min(1, max(0, v/float64(of)))*1e4) / 1e4 }
	w, h := float64(s.lens.W)/2, float64(s.lens.H)/2
	for _, p := range points {
		x, y, _ := s.lens.at(p)
		x, y = w+(x-w)*s.zoom, h+(y-h)*s.zoom
		out = append(out, [2]float64{share(x, s.lens.W), share(y, s.lens.H)})
	}
	return out
}

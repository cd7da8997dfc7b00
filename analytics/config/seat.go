package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// Seat is one entry of `analytics: seats:`.
type Seat struct {
	ID       string
	Stream   string // a name under streams:
	Name     string // shown to people; the ID where empty
	ROI      seat.ROI
	ItemsROI seat.ROI
	Anchor   seat.Anchor

	documents int // how many -config say something of it
}

// Domain is the seat as package seat has it.
func (s *Seat) Domain() seat.Seat {
	return seat.Seat{ID: s.ID, ROI: s.ROI, ItemsROI: s.ItemsROI, Anchor: s.Anchor}
}

// Label is what people call the seat.
func (s *Seat) Label() string {
	return cmp.Or(s.Name, s.ID)
}

// AnchorOrDefault is the anchor that is in force.
func (s *Seat) AnchorOrDefault() seat.Anchor {
	return cmp.Or(s.Anchor, seat.AnchorFit)
}

// Revision tells two versions of a seat's configuration apart. It follows from what the configuration says, so that it
// outlives restarts and is the same for the file and for what is in force. A seat that is not there (nil) has none.
func (s *Seat) Revision() string {
	if s == nil {
		return ""
	}
	b, err := json.Marshal([]any{s.ID, s.Stream, s.Name, s.ROI.Pairs(), s.ItemsROI.Pairs(), s.AnchorOrDefault()})
	if err != nil {
		panic(err) // finite numbers and texts always can be
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

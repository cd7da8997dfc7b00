// Package seat decides, from what looks at a camera found and when, what each seat is.
//
// Everything here is a plain value: no goroutine, no clock, no I/O, standard library only. Time is passed in, so a
// recorded clip and a live camera go through the very same rules. Begin with State.Next.
//
//	from             to         when                                          event
//	empty            occupied   a person is seen (confirmed)                  person_enter
//	occupied         empty      nobody and no belongings (confirmed)          person_leave
//	occupied         occupied   the person left, belongings stay              none: PersonDetected turns false
//	empty, occupied  abandoned  belongings and nobody for AbandonedAfter      abandoned_detected
//	abandoned        empty      the belongings are gone (confirmed)           item_removed
//	abandoned        occupied   a person is seen (confirmed)                  person_enter
package seat

// Status is what the outside sees of a seat.
type Status string

// The three statuses of a seat.
const (
	Empty     Status = "empty"
	Occupied  Status = "occupied"
	Abandoned Status = "abandoned"
)

// Anchor is the part of a person's box that is tested against the ROI.
type Anchor string

// The anchors of the configuration.
const (
	AnchorFit     Anchor = "fit"     // best fit of lower half, foot point and bottom edge: see Seat.Fit
	AnchorFoot    Anchor = "foot"    // bottom centre of the box
	AnchorCenter  Anchor = "center"  // middle of the box
	AnchorOverlap Anchor = "overlap" // at least OverlapShare of the box lies in the ROI
)

// OverlapShare is the part of a box, 0..1, that must lie in the ROI with AnchorOverlap. A third: of a person at a desk
// that hides the legs about half the box is seen, and neighbours lean in by less.
const OverlapShare = 1.0 / 3

// Seat is one place that a person can take.
type Seat struct {
	ID       string
	ROI      ROI    // where a person's anchor counts
	ItemsROI ROI    // where the centre of belongings counts; ROI where empty
	Anchor   Anchor // AnchorFit where empty
}

// Items is the polygon that belongings are looked for in.
func (s *Seat) Items() ROI {
	if len(s.ItemsROI) > 0 {
		return s.ItemsROI
	}
	return s.ROI
}

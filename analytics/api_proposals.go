package analytics

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/AlexxIT/go2rtc/seats/analytics/propose"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

// proposalView is a place that may be a seat, ready for PUT api/seats.
type proposalView struct {
	SeatID     string            `json:"seat_id"` // not in use
	Stream     string            `json:"stream"`
	Name       string            `json:"name"`
	ROI        [][2]float32      `json:"roi"`
	ItemsROI   [][2]float32      `json:"items_roi,omitempty"`
	Confidence float64           `json:"confidence"` // 0..1
	Reason     string            `json:"reason"`     // a sentence, for people
	Because    []propose.Because `json:"because"`    // the same, for programs
}

// proposalsView is the reply of GET api/seats/proposals, the surest first.
type proposalsView struct {
	Stream    string         `json:"stream"`
	SeenSince *store.Time    `json:"seen_since"` // what it goes by was seen since then; null where nothing was yet
	Proposals []proposalView `json:"proposals"`
}

// apiProposals goes by what was seen since the start, which is kept in memory. A camera without seats is looked at from
// the first question on, so that later ones know more.
func (a *Analytics) apiProposals(w http.ResponseWriter, r *http.Request) {
	c := a.cameraAsked(w, r)
	if c == nil {
		return
	}
	p := a.plan.Load()
	list, since := c.Proposals(p.config.SeatsOf(c.Name()))
	reply := proposalsView{Stream: c.Name(), Proposals: []proposalView{}}
	if !since.IsZero() {
		at := store.At(since)
		reply.SeenSince = &at
	}
	var ids []string
	for i := range list {
		found := &list[i]
		id := p.freeID(c.Name(), ids)
		ids = append(ids, id)
		reply.Proposals = append(reply.Proposals, proposalView{
			SeatID: id, Stream: c.Name(), Name: id, ROI: found.ROI.Pairs(), ItemsROI: found.ItemsROI.Pairs(),
			Confidence: found.Confidence, Reason: found.Reason, Because: found.Because,
		})
	}
	replyFresh(w, reply)
}

// freeID goes on counting where the stream's last seat with a number at its end stands, else after the stream's name.
func (p *plan) freeID(stream string, also []string) (id string) {
	prefix := strings.ReplaceAll(stream, "/", "-") + "-"
	for i := range p.config.Seats {
		if s := &p.config.Seats[i]; s.Stream == stream {
			if stem := strings.TrimRight(s.ID, "0123456789"); stem != s.ID {
				prefix = stem
			}
		}
	}
	for n := 1; ; n++ {
		id = fmt.Sprintf("%s%d", prefix, n)
		if p.config.Seat(id) == nil && !slices.Contains(also, id) {
			return id
		}
	}
}

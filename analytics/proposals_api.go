package analytics

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/propose"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
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
	if !reads(w, r) {
		return
	}
	c := a.cameraOf(w, r)
	if c == nil {
		return
	}
	l := a.layout.Load()
	var seats []seat.Seat
	for i := range l.config.Seats {
		if l.config.Seats[i].Stream == c.stream {
			seats = append(seats, l.config.Seats[i].Domain())
		}
	}
	c.mu.Lock()
	list, since := c.places.Proposals(seats), c.places.Since()
	c.mu.Unlock()
	reply := proposalsView{Stream: c.stream, Proposals: []proposalView{}}
	if !since.IsZero() {
		at := store.At(since)
		reply.SeenSince = &at
	}
	var ids []string
	for i := range list {
		p := &list[i]
		id := l.freeID(c.stream, ids)
		ids = append(ids, id)
		reply.Proposals = append(reply.Proposals, proposalView{
			SeatID: id, Stream: c.stream, Name: id, ROI: p.ROI.Pairs(), ItemsROI: p.ItemsROI.Pairs(),
			Confidence: p.Confidence, Reason: p.Reason, Because: p.Because,
		})
	}
	w.Header().Set("Cache-Control", "no-store")
	api.ResponseJSON(w, reply)
}

// freeID goes on counting where the stream's last seat with a number at its end stands, else after the stream's name.
func (l *layout) freeID(stream string, also []string) (id string) {
	prefix := strings.ReplaceAll(stream, "/", "-") + "-"
	for i := range l.config.Seats {
		if s := &l.config.Seats[i]; s.Stream == stream {
			if stem := strings.TrimRight(s.ID, "0123456789"); stem != s.ID {
				prefix = stem
			}
		}
	}
	for n := 1; ; n++ {
		id = fmt.Sprintf("%s%d", prefix, n)
		if l.config.Seat(id) == nil && !slices.Contains(also, id) {
			return id
		}
	}
}

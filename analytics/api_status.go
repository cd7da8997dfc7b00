package analytics

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/look"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

var seatStatuses = []string{string(seat.Empty), string(seat.Occupied), string(seat.Abandoned)}

// apiStatus takes an admin's correction: what a seat is, where it is shown to be something else.
func (a *Analytics) apiStatus(w http.ResponseWriter, r *http.Request) {
	c, id, ok := a.seatTaught(w, r, http.MethodPut)
	if !ok {
		return
	}
	defer c.Release()
	var request struct {
		Status *string `json:"status"`
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&request)
	if _, rest := decoder.Token(); err == nil && rest != io.EOF {
		err = fmt.Errorf("more than one value")
	}
	switch {
	case err != nil:
		badRequest(w, "the body wants to be {\"status\": \"empty\"}: %v", err)
		return
	case request.Status == nil || !slices.Contains(seatStatuses, *request.Status):
		badRequest(w, "status: wants one of %q", seatStatuses)
		return
	}
	previous, err := c.Correct(id, seat.Status(*request.Status), time.Now())
	if err != nil {
		unavailable(w, err)
		return
	}
	a.metrics.corrected(string(previous), *request.Status)
	log.Info().Str("seat", id).Str("status", *request.Status).Str("previous", string(previous)).Msg("[analytics] corrected")
	row, _ := a.board.Seat(id)
	replyJSON(w, http.StatusOK, row)
}

// apiEmpty takes a seat as it looks now for the empty one.
func (a *Analytics) apiEmpty(w http.ResponseWriter, r *http.Request) {
	c, id, ok := a.seatTaught(w, r, http.MethodPost)
	if !ok {
		return
	}
	defer c.Release()
	if !c.TakeEmpty(id) {
		noLook(w)
		return
	}
	log.Info().Str("seat", id).Msg("[analytics] picture of the empty seat")
	w.WriteHeader(http.StatusNoContent)
}

// seatTaught is the camera of the seat that `id` of a request of this method names, held. What cannot be is answered.
func (a *Analytics) seatTaught(w http.ResponseWriter, r *http.Request, method string) (c *look.Camera, id string, ok bool) {
	if r.Method != method {
		notAllowed(w, r, method)
		return nil, "", false
	}
	if id, ok = editedSeat(w, r); !ok {
		return nil, "", false
	}
	p := a.plan.Load()
	s := p.config.Seat(id)
	if s != nil {
		c = p.camera(s.Stream)
	}
	if c == nil {
		http.Error(w, fmt.Sprintf("no seat %q", id), http.StatusNotFound)
		return nil, "", false
	}
	if err := a.ledger.Open(); err != nil {
		unavailable(w, err)
		return nil, "", false
	}
	c.Hold()
	return c, id, true
}

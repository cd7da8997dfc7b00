package analytics

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
)

// statusOf is the status of a refused edit.
var statusOf = map[config.Kind]int{
	config.Invalid:    http.StatusBadRequest,
	config.NotFound:   http.StatusNotFound,
	config.Conflict:   http.StatusConflict,
	config.NoFile:     http.StatusGone,
	config.Unwritable: http.StatusInsufficientStorage,
}

// conflictView is the reply to an edit of a seat that another client has changed: 409.
type conflictView struct {
	Error string    `json:"error"`
	Seat  *seatEdit `json:"seat"`
}

// seatEdit is a seat as an editor has it, in the reply of PUT api/seats.
type seatEdit struct {
	SeatID string `json:"seat_id"`
	Stream string `json:"stream"`
	seatShape
}

func editOf(s *config.Seat) *seatEdit {
	if s == nil {
		return nil
	}
	return &seatEdit{SeatID: s.ID, Stream: s.Stream, seatShape: shapeOf(s)}
}

func (a *Analytics) apiPutSeat(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	if !fromHere(w, r) {
		return
	}
	if id == "" {
		http.Error(w, "id: is required", http.StatusBadRequest)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, config.MaxRequest))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		http.Error(w, fmt.Sprintf("the body is larger than %d KiB", config.MaxRequest>>10), http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "the body ended too soon", http.StatusBadRequest)
		return
	}
	request, err := config.DecodeRequest(body)
	var c config.Condition
	if err == nil {
		c, err = conditionOf(r, request.Revision)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	seat, created, err := a.putSeat(id, request, c)
	if err != nil {
		refuseEdit(w, err)
		return
	}
	w.Header().Set("ETag", `"`+seat.Revision()+`"`)
	w.Header().Set("Content-Type", api.MimeJSON) // before the status, which sends the header
	if created {
		w.WriteHeader(http.StatusCreated)
	}
	api.ResponseJSON(w, editOf(seat))
}

func (a *Analytics) apiDeleteSeat(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	if !fromHere(w, r) {
		return
	}
	if id == "" {
		http.Error(w, "id: is required", http.StatusBadRequest)
		return
	}
	c, err := conditionOf(r, "")
	if err == nil && c.New {
		err = errors.New("If-None-Match: is not for DELETE")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err = a.deleteSeat(id, c); err != nil {
		refuseEdit(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func refuseEdit(w http.ResponseWriter, err error) {
	var e *config.Refusal
	if !errors.As(err, &e) {
		http.Error(w, err.Error()+": nothing was saved", http.StatusServiceUnavailable)
		return
	}
	if !e.Changed {
		http.Error(w, e.Text, statusOf[e.Kind])
		return
	}
	w.Header().Set("Content-Type", api.MimeJSON)
	w.WriteHeader(statusOf[e.Kind])
	_ = json.NewEncoder(w).Encode(conflictView{e.Text, editOf(e.Seat)})
}

// conditionOf reads If-Match, If-None-Match and `revision`, which may stand in the query or in the body.
func conditionOf(r *http.Request, inBody string) (c config.Condition, err error) {
	c.Revision = cmp.Or(strings.Trim(r.Header.Get("If-Match"), `"`), r.URL.Query().Get("revision"), inBody)
	switch none := r.Header.Get("If-None-Match"); none {
	case "":
	case "*":
		c.New = true
	default:
		return c, fmt.Errorf("If-None-Match: wants *, has %q", config.Shortened(none))
	}
	return c, nil
}

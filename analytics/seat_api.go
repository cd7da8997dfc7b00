package analytics

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/AlexxIT/go2rtc/internal/api"
)

// refusal is why an edit was not made. Then nothing has changed, neither file nor memory.
type refusal struct {
	Status int
	Text   string // one sentence

	// of a conflict: the seat as it stands in the file now; Seat is nil where it does not
	conflict bool
	Seat     *SeatConfig
}

func (e *refusal) Error() string { return e.Text }

// conflictView is the reply to an edit of a seat that somebody else has changed: 409.
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

func (c *SeatConfig) edit() *seatEdit {
	if c == nil {
		return nil
	}
	return &seatEdit{SeatID: c.ID, Stream: c.Stream, seatShape: c.shape()}
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
	request, status, err := readSeatRequest(w, r)
	if err != nil {
		http.Error(w, err.Error(), status)
		return
	}
	var inBody string
	if request.revision != nil {
		inBody = *request.revision
	}
	c, err := conditionOf(r, inBody)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	seat, created, err := a.putSeat(id, &request, c)
	if err != nil {
		refuseEdit(w, err)
		return
	}
	w.Header().Set("ETag", `"`+seat.revision()+`"`)
	w.Header().Set("Content-Type", api.MimeJSON) // before the status, which sends the header
	if created {
		w.WriteHeader(http.StatusCreated)
	}
	api.ResponseJSON(w, seat.edit())
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
	if err == nil && c.isNew {
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
	var e *refusal
	if !errors.As(err, &e) {
		http.Error(w, err.Error()+": nothing was saved", http.StatusServiceUnavailable)
		return
	}
	if !e.conflict {
		http.Error(w, e.Text, e.Status)
		return
	}
	w.Header().Set("Content-Type", api.MimeJSON)
	w.WriteHeader(e.Status)
	_ = json.NewEncoder(w).Encode(conflictView{e.Text, e.Seat.edit()})
}

// check tells whether a condition holds for a seat.
func (a *Analytics) check(id string, c condition, l *layout, file *content) error {
	inFile, inMemory := file.seat(id), l.seat(id)
	if inMemory != nil && (inMemory.documents > 1 || !a.file.own[id]) {
		return &refusal{Status: http.StatusConflict, Text: fmt.Sprintf("seat %q is set by another -config than the file: edit it there", id)}
	}
	if text := c.refuses(id, inFile, inMemory); text != "" {
		return &refusal{Status: http.StatusConflict, Text: text, conflict: true, Seat: inFile}
	}
	return nil
}

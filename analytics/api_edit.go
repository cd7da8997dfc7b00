package analytics

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
)

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

// conflictView is the reply to an edit of a seat that was changed since the editor has read it: 409.
type conflictView struct {
	Error string    `json:"error"`
	Seat  *seatEdit `json:"seat"`
}

func (a *Analytics) apiPutSeat(w http.ResponseWriter, r *http.Request) {
	id, ok := editedSeat(w, r)
	if !ok {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, config.MaxRequest))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		http.Error(w, fmt.Sprintf("the body is larger than %d KiB", config.MaxRequest>>10), http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		badRequest(w, "the body ended too soon")
		return
	}
	var c config.Condition
	request, err := config.DecodeRequest(body)
	if err == nil {
		c, err = conditionOf(r, request.Revision)
	}
	if err != nil {
		badRequest(w, "%v", err)
		return
	}
	edit, err := a.edited(func(now *config.Config) (*config.Edit, error) {
		return a.file.Put(id, request, c, now, func(name string) bool { return streams.Get(name) != nil })
	})
	if err != nil {
		refuseEdit(w, err)
		return
	}
	log.Info().Str("seat", id).Str("stream", edit.Seat.Stream).Msg("[analytics] save seat")
	w.Header().Set("ETag", `"`+edit.Seat.Revision()+`"`)
	status := http.StatusOK
	if edit.Created {
		status = http.StatusCreated
	}
	replyJSON(w, status, editOf(edit.Seat))
}

func (a *Analytics) apiDeleteSeat(w http.ResponseWriter, r *http.Request) {
	id, ok := editedSeat(w, r)
	if !ok {
		return
	}
	c, err := conditionOf(r, "")
	if err == nil && c.New {
		err = errors.New("If-None-Match: is not for DELETE")
	}
	if err != nil {
		badRequest(w, "%v", err)
		return
	}
	_, err = a.edited(func(now *config.Config) (*config.Edit, error) { return a.file.Delete(id, c, now) })
	if err != nil {
		refuseEdit(w, err)
		return
	}
	log.Info().Str("seat", id).Msg("[analytics] delete seat")
	w.WriteHeader(http.StatusNoContent)
}

// edited makes an edit of the file on what is in force, and puts it in force. Errors that are a *config.Refusal are the
// client's or the file's, others the database's; after either nothing has changed.
func (a *Analytics) edited(edit func(now *config.Config) (*config.Edit, error)) (*config.Edit, error) {
	_ = a.ledger.Open() // before the lock; without a database the seats wait for it, as they do at the start
	a.edit.Lock()
	defer a.edit.Unlock()
	p := a.plan.Load()
	e, err := edit(&p.config)
	if err == nil {
		err = a.apply(p, e)
	}
	return e, err
}

// editedSeat is the id of a request that edits a seat. Where it may not, or has none, that is answered.
func editedSeat(w http.ResponseWriter, r *http.Request) (id string, ok bool) {
	if !fromHere(w, r) {
		return "", false
	}
	if id = r.URL.Query().Get("id"); id == "" {
		badRequest(w, "id: is required")
		return "", false
	}
	return id, true
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

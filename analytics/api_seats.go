package analytics

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

func (a *Analytics) apiSeats(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		api.ResponseJSON(w, a.snapshot())
	case http.MethodPut:
		a.apiPutSeat(w, r)
	case http.MethodDelete:
		a.apiDeleteSeat(w, r)
	default:
		notAllowed(w, r, "GET, HEAD, PUT, DELETE")
	}
}

// The bounds of `limit` in api/seats/events.
const (
	defaultEvents = 20
	maxEvents     = 1000
)

var eventTypes = []string{
	string(seat.PersonEnter), string(seat.PersonLeave), string(seat.AbandonedDetected), string(seat.ItemRemoved),
	string(seat.CameraOffline), string(seat.CameraOnline),
}

func (a *Analytics) apiEvents(w http.ResponseWriter, r *http.Request) {
	if !reads(w, r) {
		return
	}
	query := r.URL.Query()
	q := store.EventQuery{
		StoreID: a.plan.Load().config.StoreID, Limit: defaultEvents,
		SeatID: query.Get("seat_id"), EventType: query.Get("event_type"), Before: query.Get("before"),
	}
	if s := query.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxEvents {
			badRequest(w, "limit: wants a number from 1 to %d, has %q", maxEvents, s)
			return
		}
		q.Limit = n
	}
	if q.EventType != "" && !slices.Contains(eventTypes, q.EventType) {
		badRequest(w, "event_type: %q is none of %q", q.EventType, eventTypes)
		return
	}
	if err := q.Validate(); err != nil {
		badRequest(w, "%v", err)
		return
	}

	events := []store.EventRow{}
	if a.needsDatabase() {
		db, err := a.ledger.DB()
		if err == nil {
			events, err = db.Events(r.Context(), q)
		}
		if err != nil {
			unavailable(w, err)
			return
		}
	}
	api.ResponseJSON(w, events)
}

func (a *Analytics) apiBoxes(w http.ResponseWriter, r *http.Request) {
	c := a.cameraAsked(w, r)
	if c == nil {
		return
	}
	if l := c.LastLook(); l != nil {
		replyFresh(w, l)
		return
	}
	noLook(w)
}

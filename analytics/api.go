package analytics

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"net/http"
	"slices"
	"strconv"
	"time"

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
		w.Header().Set("Allow", "GET, HEAD, PUT, DELETE")
		http.Error(w, r.Method+" is not allowed here", http.StatusMethodNotAllowed)
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
		StoreID: a.layout.Load().config.StoreID, Limit: defaultEvents,
		SeatID: query.Get("seat_id"), EventType: query.Get("event_type"), Before: query.Get("before"),
	}
	if s := query.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxEvents {
			http.Error(w, fmt.Sprintf("limit: wants a number from 1 to %d, has %q", maxEvents, s), http.StatusBadRequest)
			return
		}
		q.Limit = n
	}
	if q.EventType != "" && !slices.Contains(eventTypes, q.EventType) {
		http.Error(w, fmt.Sprintf("event_type: %q is none of %q", q.EventType, eventTypes), http.StatusBadRequest)
		return
	}
	if err := q.Validate(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}

	events := []store.EventRow{}
	if a.remembers() {
		db, err := a.database()
		if err == nil {
			events, err = db.Events(r.Context(), q)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
	}
	api.ResponseJSON(w, events)
}

func (a *Analytics) apiFrame(w http.ResponseWriter, r *http.Request) {
	if !reads(w, r) {
		return
	}
	c := a.cameraOf(w, r)
	if c == nil {
		return
	}
	img, at, err := a.drawLast(c, r.URL.Query().Get("plain") == "")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if img == nil {
		http.Error(w, "no picture was looked at yet", http.StatusNotFound)
		return
	}
	var b bytes.Buffer
	if err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 80}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Captured-At", store.At(at).String())
	api.Response(w, b.Bytes(), "image/jpeg")
}

// cameraOf is the one that `src` names, from now on a guest where it has no seats. Where there is none that is answered, and it is nil.
func (a *Analytics) cameraOf(w http.ResponseWriter, r *http.Request) *camera {
	c, err := a.lookerOf(r.URL.Query().Get("src"), time.Now())
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	case c == nil:
		http.Error(w, api.StreamNotFound, http.StatusNotFound)
	}
	return c
}

// remembers tells whether there is anything that a database has to do with.
func (a *Analytics) remembers() bool { return len(a.layout.Load().cameras) > 0 || a.opened() }

// reads answers whatever does not only read.
func reads(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, fmt.Sprintf("%s is not allowed here", r.Method), http.StatusMethodNotAllowed)
	return false
}

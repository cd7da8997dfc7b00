package analytics

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"net/http"
	"slices"
	"strconv"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
)

func (a *Analytics) apiSeats(w http.ResponseWriter, r *http.Request) {
	if !reads(w, r) {
		return
	}
	api.ResponseJSON(w, a.snapshot())
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
		StoreID: a.config.StoreID, Limit: defaultEvents,
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
	if len(a.cameras) > 0 {
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
	i := slices.IndexFunc(a.cameras, func(c *camera) bool { return c.stream == r.URL.Query().Get("src") })
	if i < 0 {
		http.Error(w, api.StreamNotFound, http.StatusNotFound)
		return
	}
	img, err := a.drawLast(a.cameras[i])
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
	api.Response(w, b.Bytes(), "image/jpeg")
}

// reads answers whatever does not only read.
func reads(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, fmt.Sprintf("%s is not allowed here", r.Method), http.StatusMethodNotAllowed)
	return false
}

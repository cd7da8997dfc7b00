package hls

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// keep is for what never changes. Only the viewer's own cache may have it: it is behind the API's password.
const keep = "private, max-age=60"

// begin writes what all answers have, and says whether there is something to do.
func begin(w http.ResponseWriter, r *http.Request, mime string) bool {
	// CORS important for Chromecast
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Content-Type", mime)
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return true
	case http.MethodOptions:
		w.Header().Set("Access-Control-Allow-Methods", "GET")
	default:
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		http.Error(w, "hls: only GET", http.StatusMethodNotAllowed)
	}
	return false
}

// enter is begin, and finds the muxer that the request names.
func enter(w http.ResponseWriter, r *http.Request, mime string) *muxer {
	if !begin(w, r, mime) {
		return nil
	}
	m := muxers.get(r.URL.Query().Get("id"))
	if m == nil {
		missing(w, r, errEnded)
	}
	return m
}

// enterFor is enter for a part of what the muxer has, whose number the parameter has.
func enterFor(w http.ResponseWriter, r *http.Request, mime, parameter string) (*muxer, uint64) {
	m := enter(w, r, mime)
	number, err := strconv.ParseUint(r.URL.Query().Get(parameter), 10, 63)
	if m != nil && err != nil {
		missing(w, r, errors.New("hls: "+parameter+" is not a number"))
		return nil, 0
	}
	return m, number
}

// serve writes bodies one after the other. A client that does not read them is cut off after writeWait.
func serve(w http.ResponseWriter, cache string, bodies ...[]byte) {
	size := 0
	for _, b := range bodies {
		size += len(b)
	}
	w.Header().Set("Cache-Control", cache)
	w.Header().Set("Content-Length", strconv.Itoa(size))
	control := http.NewResponseController(w)
	// the connection may be used for other requests, which know nothing of the deadline
	if control.SetWriteDeadline(time.Now().Add(writeWait)) == nil {
		defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
	}
	for _, b := range bodies {
		if _, err := w.Write(b); err != nil {
			return // the viewer went away
		}
	}
	_ = control.Flush()
}

// later tells to ask again.
func later(w http.ResponseWriter, err error) {
	w.Header().Set("Retry-After", "1")
	http.Error(w, err.Error(), http.StatusServiceUnavailable)
}

// missing says what is not there, unless the client has gone.
func missing(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil && !errors.Is(err, context.Canceled) {
		http.Error(w, err.Error(), http.StatusNotFound)
	}
}

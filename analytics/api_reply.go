package analytics

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/seats/analytics/config"
	"github.com/AlexxIT/go2rtc/seats/analytics/look"
)

var crossOrigin = http.NewCrossOriginProtection()

// fromHere answers requests that a page of another origin makes a visitor's browser send, on the visitor's password.
// Programs that are no browsers say no origin, and pass.
func fromHere(w http.ResponseWriter, r *http.Request) bool {
	if crossOrigin.Check(r) == nil {
		return true
	}
	// a proxy that puts its own address into Host says which one the browser asked; no page can set that header without
	// asking us first
	origin, err := url.Parse(r.Header.Get("Origin"))
	if r.Header.Get("Sec-Fetch-Site") == "" && err == nil && origin.Host != "" && origin.Host == r.Header.Get("X-Forwarded-Host") {
		return true
	}
	http.Error(w, "a page of another origin may not change anything here", http.StatusForbidden)
	return false
}

// reads tells whether a request only reads, and answers any other.
func reads(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	notAllowed(w, r, "GET, HEAD")
	return false
}

func notAllowed(w http.ResponseWriter, r *http.Request, allowed string) {
	w.Header().Set("Allow", allowed)
	http.Error(w, r.Method+" is not allowed here", http.StatusMethodNotAllowed)
}

// replyFresh answers with what is only true now.
func replyFresh(w http.ResponseWriter, v any) {
	w.Header().Set("Cache-Control", "no-store")
	api.ResponseJSON(w, v)
}

func replyJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", api.MimeJSON) // before the status, which sends the header
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func badRequest(w http.ResponseWriter, format string, args ...any) {
	http.Error(w, fmt.Sprintf(format, args...), http.StatusBadRequest)
}

func unavailable(w http.ResponseWriter, err error) {
	http.Error(w, err.Error(), http.StatusServiceUnavailable)
}

func noLook(w http.ResponseWriter) {
	http.Error(w, "no picture was looked at yet", http.StatusNotFound)
}

// statuses are what is answered to each kind of refusal.
var statuses = map[config.Kind]int{
	config.Invalid:    http.StatusBadRequest,
	config.NotFound:   http.StatusNotFound,
	config.Conflict:   http.StatusConflict,
	config.NoFile:     http.StatusGone,
	config.Unwritable: http.StatusInsufficientStorage,
}

// refuseEdit answers an edit that was not made: other errors than refusals are the database's.
func refuseEdit(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*config.Refusal](err)
	switch {
	case !ok:
		http.Error(w, err.Error()+": nothing was saved", http.StatusServiceUnavailable)
	case e.Changed:
		replyJSON(w, statuses[e.Kind], conflictView{e.Text, editOf(e.Seat)})
	default:
		http.Error(w, e.Text, statuses[e.Kind])
	}
}

// cameraAsked is the one that `src` of a request that reads names, from now on a preview where it has no seats. Where
// there is none that is answered, and it is nil.
func (a *Analytics) cameraAsked(w http.ResponseWriter, r *http.Request) *look.Camera {
	if !reads(w, r) {
		return nil
	}
	c, err := a.cameraOf(r.URL.Query().Get("src"), time.Now())
	switch {
	case err != nil:
		unavailable(w, err)
	case c == nil:
		http.Error(w, api.StreamNotFound, http.StatusNotFound)
	}
	return c
}

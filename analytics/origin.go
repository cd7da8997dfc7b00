package analytics

import (
	"net/http"
	"net/url"
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

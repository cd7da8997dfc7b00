package reader

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// origins are the pages from elsewhere that may ask.
type origins []string

// allow tells whether a page may ask. Without an Origin it is no page of elsewhere: a program, or our own.
func (o origins) allow(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(o, "*") {
		return true
	}
	if u, err := url.Parse(origin); err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) {
		return true
	}
	return slices.ContainsFunc(o, func(known string) bool { return strings.EqualFold(known, origin) })
}

// What supabase-js sends, and what it reads of a reply. What a browser asks for besides is allowed where it is a name.
const (
	corsHeaders = "apikey, authorization, x-client-info, accept, accept-profile, content-profile, content-type, prefer, range, range-unit, x-retry-count, x-supabase-api-version"
	corsExposed = "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit, Preference-Applied"
)

// cors sets what lets a page of another origin read the reply, and answers the browser's question before a request.
func (s *Server) cors(w http.ResponseWriter, r *http.Request) (answered bool) {
	h := w.Header()
	h.Add("Vary", "Origin")
	h.Del("Access-Control-Allow-Origin") // upstream's, of `api: origin:`
	h.Del("Access-Control-Allow-Methods")
	h.Del("Access-Control-Allow-Headers")
	origin := r.Header.Get("Origin")
	allowed := s.origins.allow(r)
	if origin != "" && allowed {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", corsExposed)
	}
	if r.Method != http.MethodOptions {
		return false
	}
	switch {
	case origin != "" && !allowed:
		(&Error{Status: http.StatusForbidden, Message: "origin is not allowed", Hint: "List it under reader.origins in go2rtc.yaml."}).write(w, r)
	case origin != "":
		h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
		h.Set("Access-Control-Allow-Headers", corsHeaders)
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
	default:
		h.Set("Allow", "OPTIONS,GET,HEAD")
		w.WriteHeader(http.StatusOK)
	}
	return true
}

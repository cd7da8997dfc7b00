// Package reader answers @supabase/supabase-js as a Supabase project does, read only: rest/v1 as PostgREST, and
// realtime/v1 as Supabase Realtime. A page written against the three tables of package store works unchanged when its
// URL is this server's.
//
// It promises: what it does not speak is refused in the form that Supabase refuses with, never answered with something
// else. Nothing is answered without the key, which is compared in constant time, and no answer or log has it. A change
// is sent after it is on disk, to each subscriber once and in the order of the board; a subscriber that does not keep
// up is cut off and never waited for, and subscribes again by itself. Every size is bounded: frames, channels, rows,
// connections, time of a query.
//
// A page that shows no stale seat selects at each SUBSCRIBED; everything committed later is then sent.
//
// Begin with rest.go for what is read, and with feed.Told for what is sent.
package reader

import (
	"net/http"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/board"
	"github.com/AlexxIT/go2rtc/seats/analytics/store"
	"github.com/rs/zerolog"
)

// Options are what a Server needs.
type Options struct {
	Key     string   // what pages pass as their publishable key; not empty
	Origins []string // scheme://host[:port] of pages from elsewhere, or "*"; pages of the same host always may

	// Database gives the open file, or an error while there is none.
	Database func() (*store.DB, error)
	Board    *board.Board // tells of changes
	Log      zerolog.Logger
}

// Server is the reader's two routes. Close it to end the subscriptions.
type Server struct {
	options Options
	feed    feed
	key     key
	origins origins

	silence time.Duration // after which a client that says nothing is given up; tests have less
}

// How long things may take.
const (
	writePatience = 10 * time.Second // a frame to a client
	queryPatience = 8 * time.Second  // a select
)

// New makes a Server.
func New(o Options) *Server {
	s := &Server{
		options: o, key: newKey(o.Key), origins: o.Origins, feed: feed{conns: map[*conn]struct{}{}},
		silence: 60 * time.Second, // Phoenix' own; clients beat each 25 s
	}
	o.Board.Listen(&s.feed)
	return s
}

// Close ends all subscriptions and waits for their goroutines.
func (s *Server) Close() { s.feed.close() }

// Rest is the handler of rest/v1/; prefix is what stands before the table's name in the path.
func (s *Server) Rest(prefix string) http.Handler {
	return keyed(func(w http.ResponseWriter, r *http.Request) { s.rest(w, r, prefix) })
}

// Realtime is the handler of realtime/v1/websocket.
func (s *Server) Realtime() http.Handler { return keyed(s.realtime) }

// keyed is a handler that asks for the reader's key by itself.
type keyed http.HandlerFunc

// ServeHTTP implements http.Handler.
func (h keyed) ServeHTTP(w http.ResponseWriter, r *http.Request) { h(w, r) }

// Authenticates tells go2rtc's API (patches/0013) that its password need not be asked. Without the patch it is asked,
// too, and a page, which cannot give both, is refused.
func (h keyed) Authenticates() bool { return true }

package live

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// State is whether a stream's source is there.
type State struct {
	Online bool   `json:"online"`
	Since  string `json:"since,omitempty"` // while offline: of the last packet, or of the first failure; RFC 3339, UTC
	Error  string `json:"error,omitempty"` // why, in upstream's words
}

const timeFormat = "2006-01-02T15:04:05.000Z"

// watchers are the streams that somebody asks about, one watcher each.
type watchers struct {
	lastFrame atomic.Pointer[func(stream string) (time.Time, bool)]

	mu     sync.Mutex // guards the maps, and each watcher's users and until
	byName map[string]*watcher
	away   map[string]time.Time // since when, of sources that were offline when their last watcher ended

	ctx    context.Context // of all goroutines
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// maxAway bounds what is remembered of streams that nobody asks about any more.
const maxAway = 1000

func newWatchers() *watchers {
	s := &watchers{byName: map[string]*watcher{}, away: map[string]time.Time{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// acquire gives the watcher of a stream, and begins to watch with its first user. Each acquire has its release.
func (s *watchers) acquire(name string) *watcher {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.byName[name]
	if w == nil {
		w = newWatcher(s, name, s.away[name])
		s.byName[name] = w
		if s.ctx.Err() == nil {
			s.done.Go(func() { w.run(s.ctx) })
		}
	}
	w.users++
	return w
}

// release ends a use. The watcher stays for as long as it has users, and for linger longer.
func (s *watchers) release(w *watcher, linger time.Duration) {
	s.mu.Lock()
	w.users--
	if until := time.Now().Add(linger); until.After(w.until) {
		w.until = until
	}
	s.mu.Unlock()
	w.wake()
}

// retire takes a watcher that nobody uses any more out, and tells that it was.
func (s *watchers) retire(w *watcher, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.users > 0 || now.Before(w.until) {
		return false
	}
	delete(s.byName, w.name)
	delete(s.away, w.name)
	if !w.since.IsZero() && len(s.away) < maxAway {
		s.away[w.name] = w.since
	}
	return true
}

// seen is when somebody else saw the last frame of a stream; zero where nobody did.
func (s *watchers) seen(name string) time.Time {
	if f := s.lastFrame.Load(); f != nil {
		if at, ok := (*f)(name); ok {
			return at
		}
	}
	return time.Time{}
}

// closeWait bounds how long close waits for a dial under way.
const closeWait = 3 * time.Second

func (s *watchers) close() {
	s.mu.Lock() // no watcher begins after this
	s.cancel()
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(closeWait):
	}
}

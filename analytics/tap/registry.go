package tap

import (
	"sync"
	"sync/atomic"
	"time"
)

// maxStreams is how many streams are known at most, those with taps not counted.
const maxStreams = 1000

// registry is what the taps of the process share: the streams that have taps, and what is known of others. It is of the
// package, as upstream's streams are. Its lock is taken before that of a stream.
var registry = struct {
	sync.Mutex
	byName map[string]*stream
}{byName: map[string]*stream{}}

// known gives a stream, or begins to keep it in the place of one without taps. The caller must hold the registry.
func known(name string) *stream {
	s := registry.byName[name]
	if s != nil {
		return s
	}
	if len(registry.byName) >= maxStreams {
		for other, idle := range registry.byName {
			if !idle.runs {
				delete(registry.byName, other)
				break
			}
		}
	}
	s = newStream(name)
	registry.byName[name] = s
	return s
}

// Seen tells what is known of a stream from before the start of the process. It counts where nothing came since.
func Seen(name string, at time.Time) {
	registry.Lock()
	defer registry.Unlock()
	s := known(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = later(s.last, at)
}

// retire ends the actor of a stream that has no tap, and tells whether it did. Since when the source is away stays known.
func retire(s *stream) bool {
	registry.Lock()
	defer registry.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.taps) > 0 {
		return false
	}
	s.runs, s.before = false, later(s.state.Since, s.before)
	s.source, s.state, s.failed, s.pause = nil, State{}, nil, 0
	if s.last.IsZero() && s.before.IsZero() {
		delete(registry.byName, s.name)
	}
	return true
}

// running are the goroutines of the package.
var running atomic.Int32

// launch runs f on a goroutine that Wait waits for.
func launch(f func()) {
	running.Add(1)
	go func() {
		defer running.Add(-1)
		f()
	}()
}

// Wait waits until all that closed taps had under way has ended, and tells whether it did in time: a dial cannot be
// broken off.
func Wait(timeout time.Duration) bool {
	for end := time.Now().Add(timeout); running.Load() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

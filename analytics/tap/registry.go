package tap

import (
	"sync"
	"time"
)

// maxMemory bounds what is remembered of streams that have no tap.
const maxMemory = 1000

// registry is what the taps of the process share: an actor for each stream that has taps, and what is remembered of the
// others. It is of the package, as upstream's streams are. Its lock is taken before that of a stream.
var registry = struct {
	sync.Mutex
	byName map[string]*stream
	memory map[string]memo
}{byName: map[string]*stream{}, memory: map[string]memo{}}

// memo is what is known of a stream without taps.
type memo struct {
	last  time.Time // access unit
	since time.Time // when it went away; zero where it was there
}

// LastSeen is when the last access unit of a stream came, also after its last tap was closed. Zero: never.
func LastSeen(name string) time.Time {
	registry.Lock()
	defer registry.Unlock()
	if s := registry.byName[name]; s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.lastAt()
	}
	return registry.memory[name].last
}

// Seen tells what is known of a stream from before the start of the process. It counts where nothing came since.
func Seen(name string, at time.Time) {
	registry.Lock()
	defer registry.Unlock()
	if s := registry.byName[name]; s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.last = later(s.last, at)
		return
	}
	m := registry.memory[name]
	m.last = later(m.last, at)
	remember(name, m)
}

// remember keeps what is known of a stream. The registry's lock must be held.
func remember(name string, m memo) {
	if m == (memo{}) {
		delete(registry.memory, name)
		return
	}
	if _, ok := registry.memory[name]; !ok && len(registry.memory) >= maxMemory {
		for other := range registry.memory {
			delete(registry.memory, other)
			break
		}
	}
	registry.memory[name] = m
}

// retire ends the actor of a stream that has no tap, and tells whether it did.
func retire(s *stream) bool {
	registry.Lock()
	defer registry.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.taps) > 0 {
		return false
	}
	delete(registry.byName, s.name)
	remember(s.name, memo{s.last, later(s.state.Since, s.before)})
	return true
}

// launch runs f on a goroutine that Wait waits for.
func launch(f func()) {
	running.Lock()
	defer running.Unlock()
	if running.n++; running.n == 1 {
		running.idle = make(chan struct{})
	}
	go func() {
		defer func() {
			running.Lock()
			defer running.Unlock()
			if running.n--; running.n == 0 {
				close(running.idle)
			}
		}()
		f()
	}()
}

var running struct {
	sync.Mutex
	n    int
	idle chan struct{} // closed when n is zero
}

// CloseAll closes every tap, and waits until all has ended, but not longer than the timeout: a dial cannot be broken off.
func CloseAll(timeout time.Duration) bool {
	var taps []*Tap
	registry.Lock()
	for _, s := range registry.byName {
		s.mu.Lock()
		taps = append(taps, s.taps...)
		s.mu.Unlock()
	}
	registry.Unlock()
	for _, t := range taps {
		t.Close()
	}
	return Wait(timeout)
}

// Wait waits until all that closed taps had under way has ended, and tells whether it did in time.
func Wait(timeout time.Duration) bool {
	running.Lock()
	n, idle := running.n, running.idle
	running.Unlock()
	if n == 0 {
		return true
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-idle:
		return true
	case <-timer.C:
		return false
	}
}

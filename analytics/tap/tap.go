// Package tap is the one place that stays joined to a stream: cameras, HLS and the player's state all read through it.
//
// A reader opens a Tap and gets packets, or access units, whenever the source has some. All taps of one stream share one
// actor (stream.go), so that they share what is known: whether the source is there, since when it is not, and why.
//
// It promises:
//   - A dial holds nothing up: neither Open, nor Close, nor another reader. While nothing comes there is one dial for all.
//   - A source that panics in upstream's code, and a packet that upstream's depacketisers stumble over, cost that attempt
//     and that packet, not the process.
//   - Packets are every consumer's, and are never written to.
//   - Silence is noticed by one rule, joining again backs off, and a stream that is edited or deleted is followed.
//   - No error that leaves this package holds a password of the stream's sources (mask.go).
//
// Begin reading at stream.go.
package tap

import (
	"slices"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/core"
)

// Quiet is how long nothing may come from a source that is there. Sources that have shown that they pause have twice
// as long.
const Quiet = 5 * time.Second

// Reader is what one user of a stream asks of it, and what it is called with. The functions of one Tap but Track, and
// Close, exclude each other: none may close its own Tap, and Close must not be called with a lock held that they take.
type Reader struct {
	Format string          // how api/streams shows the consumer
	Wants  [][]*core.Media // sets of media; the first set that the source has is joined

	// Track is called for each track of a join before its first packet; its handler gets the packets. An error leaves
	// the track out. Where there is no Track, or no handler, packets are only noticed.
	Track  func(j *Join, codec *core.Codec) (core.HandlerFunc, error)
	Joined func(j *Join) // all tracks of a join are there; its packets may come a little earlier. May be nil
	Left   func(j *Join) // nothing of a join counts from now on; it was Joined before. May be nil

	Direct bool // handlers run on the producer's goroutine without a queue; they must not wait
}

// State is whether a stream's source is there.
type State struct {
	Known, Online bool
	Since         time.Time // while offline: of the last access unit, or of the first failure where none is known
	Reason        string    // while offline
}

// Tap is one reader's place at a stream.
type Tap struct {
	stream *stream
	reader Reader

	calls sync.Mutex // held while Joined or Left runs, and while join changes; taken before the stream's lock

	// guarded by the stream's lock
	join    *Join
	attempt *attempt // under way; nil for none. A dial whose tap has another one by now, or none, is abandoned
	err     error
	retryAt time.Time
	pause   time.Duration
	closed  bool
}

// Open returns at once, and stays joined until Close. The stream need not exist yet.
func Open(name string, r Reader) *Tap {
	t := &Tap{reader: r}
	registry.Lock()
	defer registry.Unlock()
	s := known(name)
	if !s.runs {
		s.runs = true
		launch(s.run)
	}
	t.stream = s
	s.mu.Lock()
	defer s.mu.Unlock()
	// a new reader is worth an attempt of its own, but not at once behind one that failed
	if s.failed != nil && time.Since(s.failedAt) < time.Second {
		t.err, t.retryAt = s.failed, s.failedAt.Add(s.pause)
	}
	s.taps = append(s.taps, t)
	s.wake()
	return t
}

// Close leaves the stream. It waits for no dial: one that is under way ends by itself, and leaves then.
func (t *Tap) Close() {
	t.calls.Lock()
	defer t.calls.Unlock()
	s := t.stream
	s.mu.Lock()
	if t.closed {
		s.mu.Unlock()
		return
	}
	t.closed, t.attempt = true, nil
	s.taps = slices.DeleteFunc(s.taps, func(other *Tap) bool { return other == t })
	j := s.take(t)
	s.byUnits = false
	s.wake()
	s.mu.Unlock()
	t.left(j)
}

// State is whether the source is there. It is the same for all taps of a stream.
func (t *Tap) State() State {
	t.stream.mu.Lock()
	defer t.stream.mu.Unlock()
	return t.stream.state
}

// Changed is closed at the next change of State, or of Err.
func (t *Tap) Changed() <-chan struct{} {
	t.stream.mu.Lock()
	defer t.stream.mu.Unlock()
	return t.stream.changed
}

// Err is why this reader could not join just now, nil while it is joined and before the first attempt ended.
func (t *Tap) Err() error {
	t.stream.mu.Lock()
	defer t.stream.mu.Unlock()
	if t.join != nil {
		return nil
	}
	return t.err
}

// left tells the reader of a join that was taken, if there was one. The caller must hold t.calls.
func (t *Tap) left(j *Join) {
	if j != nil && t.reader.Left != nil {
		t.reader.Left(j)
	}
}

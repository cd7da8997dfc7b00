package live

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/pkg/creds"
)

const (
	offlineAfter = 5 * time.Second        // without a packet
	watchTick    = 250 * time.Millisecond // how late offline is told
	maxPause     = 5 * time.Second        // between two attempts to join; they begin at a second
)

// watcher follows the source of one stream while somebody asks for its state. While it is away it joins again and again,
// so that the camera comes back by itself: upstream tries a source that cannot be dialled only when a consumer comes
// (#257). Between the attempts it stays away, so that a producer that hangs is given up by upstream and dialled anew.
type watcher struct {
	owner *watchers
	name  string

	// guarded by the owner's lock
	users int
	until time.Time // stays so long without users

	mu      sync.Mutex
	state   State
	known   bool
	changed chan struct{} // closed at each change

	last    atomic.Int64 // Unix nanoseconds of the last packet, 0: none yet
	waiting atomic.Bool  // the next packet wakes run
	woken   chan struct{}

	// of run alone
	source  *streams.Stream
	joined  *consumer
	dialAt  time.Time    // when the last attempt began
	joinAt  time.Time    // when joined, or begun to
	dialled chan joining // nil: no dial under way
	retryAt time.Time
	pause   time.Duration
	since   time.Time // since when it is offline; zero while it is not
	before  time.Time // the same, as the last watcher left it
}

// joining is how a dial ended.
type joining struct {
	cons *consumer
	err  error
}

func newWatcher(s *watchers, name string, before time.Time) *watcher {
	w := &watcher{owner: s, name: name, before: before, changed: make(chan struct{}), woken: make(chan struct{}, 1)}
	w.waiting.Store(true)
	return w
}

// received notes a packet. It runs once a packet, on its producer's goroutine.
func (w *watcher) received(now time.Time) {
	w.last.Store(now.UnixNano())
	if w.waiting.Load() && w.waiting.CompareAndSwap(true, false) {
		w.wake()
	}
}

func (w *watcher) wake() {
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

// look gives the state, whether it is known yet, and what is closed when it changes.
func (w *watcher) look() (state State, known bool, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state, w.known, w.changed
}

func (w *watcher) run(ctx context.Context) {
	tick := time.NewTicker(watchTick)
	defer tick.Stop()
	for {
		now := time.Now()
		// a dial cannot be broken off: the watcher stays for its end, and may be used again until then
		if w.dialled == nil && (ctx.Err() != nil || w.owner.retire(w, now)) {
			w.leave()
			return
		}
		if ctx.Err() == nil {
			w.attend(now)
		}
		select {
		case <-tick.C:
		case <-w.woken:
		case j := <-w.dialled:
			w.dialEnded(j, time.Now())
		}
	}
}

// attend is one turn of run.
func (w *watcher) attend(now time.Time) {
	if w.dialled == nil {
		if source := streams.Get(w.name); source != w.source {
			// edited in the web UI, or gone
			w.leave()
			w.source, w.retryAt, w.pause = source, now, 0
		}
	}
	if w.source == nil {
		w.offline(now, api.StreamNotFound)
		return
	}
	attempt := w.joined != nil || w.dialled != nil
	if !attempt && !now.Before(w.retryAt) {
		w.dial(now)
		return
	}
	if !attempt {
		return
	}
	last := time.Unix(0, w.last.Load())
	switch {
	case w.joined != nil && !last.Before(w.dialAt) && now.Sub(last) < offlineAfter:
		w.online()
	case now.Sub(w.joinAt) >= offlineAfter:
		reason := "no packet for " + offlineAfter.String()
		if w.joined == nil {
			reason = "no answer for " + offlineAfter.String()
		}
		w.offline(now, reason)
		w.leave()
		w.later(now)
	}
}

// dial joins the stream, for its video; for its audio where it has no more. Only the video is asked for at first: a
// second source that gives audio, such as an ffmpeg, is not to run for this.
func (w *watcher) dial(now time.Time) {
	source, dialled := w.source, make(chan joining, 1)
	w.dialAt, w.joinAt, w.dialled = now, now, dialled
	w.owner.done.Go(func() {
		cons := newConsumer(w, core.KindVideo)
		err := source.AddConsumer(cons)
		if err != nil && strings.Contains(err.Error(), "codecs not matched") {
			cons = newConsumer(w, core.KindAudio)
			err = source.AddConsumer(cons)
		}
		dialled <- joining{cons, err}
	})
}

func (w *watcher) dialEnded(j joining, now time.Time) {
	w.dialled = nil
	if j.err != nil {
		w.offline(now, creds.SecretString(core.StripUserinfo(j.err.Error())))
		w.later(now)
		return
	}
	w.joined, w.joinAt = j.cons, now
	w.waiting.Store(true)
}

func (w *watcher) leave() {
	if w.joined != nil {
		w.source.RemoveConsumer(w.joined)
		w.joined = nil
	}
}

// later sets when the next attempt is due.
func (w *watcher) later(now time.Time) {
	w.pause = min(w.pause+time.Second, maxPause)
	w.retryAt = now.Add(w.pause)
}

func (w *watcher) online() {
	if w.known && w.state.Online {
		return
	}
	if w.known {
		log.Info().Str("stream", w.name).Msg("[live] source online")
	}
	w.since, w.before, w.pause = time.Time{}, time.Time{}, 0
	w.tell(State{Online: true})
}

// offline says since when and why. The time stays as it is until the source is back; a reason may change.
func (w *watcher) offline(now time.Time, reason string) {
	if w.since.IsZero() {
		last := w.owner.seen(w.name)
		if n := w.last.Load(); n != 0 && time.Unix(0, n).After(last) {
			last = time.Unix(0, n)
		}
		switch {
		case !last.IsZero():
			w.since = last
		case !w.before.IsZero():
			w.since = w.before
		default:
			w.since = now
		}
	}
	if !w.known || w.state.Online {
		log.Warn().Str("stream", w.name).Str("error", reason).Msg("[live] source offline")
	}
	w.tell(State{Since: w.since.UTC().Format(timeFormat), Error: reason})
}

func (w *watcher) tell(state State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known && state == w.state {
		return
	}
	w.state, w.known = state, true
	close(w.changed)
	w.changed = make(chan struct{})
}

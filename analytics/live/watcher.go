package live

import (
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/seats/analytics/tap"
)

// State is whether a stream's source is there.
type State struct {
	Online bool   `json:"online"`
	Since  string `json:"since,omitempty"` // while offline: of the last packet, or of the first failure; RFC 3339, UTC
	Error  string `json:"error,omitempty"` // why, in upstream's words
}

const timeFormat = "2006-01-02T15:04:05.000Z"

// watchers are the streams whose state is asked for, one watcher each.
type watchers struct {
	mu     sync.Mutex // guards the map, and each watcher's users and until
	byName map[string]*watcher

	ended chan struct{} // closed by close
	done  sync.WaitGroup
}

// watcher holds a tap while the state of its stream is asked for, and logs what becomes of the source.
type watcher struct {
	tap      *tap.Tap
	users    int
	until    time.Time     // stays so long without users
	released chan struct{} // receives when a use has ended
}

func newWatchers() *watchers {
	return &watchers{byName: map[string]*watcher{}, ended: make(chan struct{})}
}

// reader only notices packets: of the video, and of the audio where there is no more. Only the video is asked for at
// first: a second source that gives audio, such as an ffmpeg, is not to run for this.
func reader() tap.Reader {
	every := func(kind string) []*core.Media {
		return []*core.Media{{Kind: kind, Direction: core.DirectionSendonly, Codecs: []*core.Codec{{Name: core.CodecAny}}}}
	}
	return tap.Reader{
		Format: "source", Direct: true,
		Wants: [][]*core.Media{every(core.KindVideo), every(core.KindAudio)},
	}
}

// acquire gives the watcher of a stream, and begins to watch with its first user. Each acquire has its release.
func (s *watchers) acquire(name string) *watcher {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.byName[name]
	if w == nil {
		w = &watcher{tap: tap.Open(name, reader()), released: make(chan struct{}, 1)}
		s.byName[name] = w
		if s.isOpen() {
			s.done.Go(func() { s.run(w, name) })
		}
	}
	w.users++
	return w
}

// release ends a use. The watcher stays for as long as it has users, and for linger longer.
func (s *watchers) release(w *watcher, linger time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.users--
	if until := time.Now().Add(linger); until.After(w.until) {
		w.until = until
	}
	select {
	case w.released <- struct{}{}:
	default:
	}
}

// run logs each change until the watcher is not used any more.
func (s *watchers) run(w *watcher, name string) {
	defer w.tap.Close()
	var before tap.State
	linger := time.NewTimer(0)
	defer linger.Stop()
	for {
		changed := w.tap.Changed()
		if state := w.tap.State(); state.Known && (!before.Known || state.Online != before.Online) {
			switch {
			case !state.Online:
				log.Warn().Str("stream", name).Str("error", state.Reason).Msg("[live] source offline")
			case before.Known:
				log.Info().Str("stream", name).Msg("[live] source online")
			}
			before = state
		}
		select {
		case <-changed:
		case <-w.released:
			linger.Reset(s.rest(w))
		case <-linger.C:
			if s.retire(w, name) {
				return
			}
		case <-s.ended:
			return
		}
	}
}

func (s *watchers) rest(w *watcher) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Until(w.until)
}

// retire takes a watcher out that is not used any more, and tells whether it was.
func (s *watchers) retire(w *watcher, name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.users > 0 || time.Now().Before(w.until) {
		return false
	}
	delete(s.byName, name)
	return true
}

// look gives the state, whether it is known yet, and what is closed when it changes.
func (w *watcher) look() (state State, known bool, changed <-chan struct{}) {
	changed = w.tap.Changed()
	now := w.tap.State()
	state = State{Online: now.Online, Error: now.Reason}
	if !now.Since.IsZero() {
		state.Since = now.Since.UTC().Format(timeFormat)
	}
	return state, now.Known, changed
}

// isOpen keeps watchers from beginning after close. The lock must be held.
func (s *watchers) isOpen() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

func (s *watchers) close() {
	s.mu.Lock()
	close(s.ended)
	s.mu.Unlock()
	s.done.Wait()
	tap.Wait(closeWait)
}

// closeWait bounds how long close waits for a dial under way.
const closeWait = 3 * time.Second

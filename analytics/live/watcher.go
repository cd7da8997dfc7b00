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
	mu     sync.Mutex // guards the map and each watcher's users
	byName map[string]*watcher

	ended chan struct{} // closed by close
	done  sync.WaitGroup
}

// watcher holds a tap while the state of its stream is asked for, and logs what becomes of the source.
type watcher struct {
	name   string
	tap    *tap.Tap
	users  int
	unused chan struct{} // closed when the last user has gone
}

// reader only notices packets: of the video, and of the audio where there is no more. Only the video is asked for at
// first: a second source that gives audio, such as an ffmpeg, must not run for this.
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
		w = &watcher{name: name, tap: tap.Open(name, reader()), unused: make(chan struct{})}
		s.byName[name] = w
		select {
		case <-s.ended: // no goroutine begins after close
		default:
			s.done.Go(func() { s.run(w) })
		}
	}
	w.users++
	return w
}

func (s *watchers) release(w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.users--; w.users == 0 {
		delete(s.byName, w.name)
		close(w.unused)
	}
}

// run logs each change until the watcher is not used any more.
func (s *watchers) run(w *watcher) {
	defer w.tap.Close()
	var before tap.State
	for {
		changed := w.tap.Changed()
		if state := w.tap.State(); state.Known && (!before.Known || state.Online != before.Online) {
			switch {
			case !state.Online:
				log.Warn().Str("stream", w.name).Str("error", state.Reason).Msg("[live] source offline")
			case before.Known:
				log.Info().Str("stream", w.name).Msg("[live] source online")
			}
			before = state
		}
		select {
		case <-changed:
		case <-w.unused:
			return
		case <-s.ended:
			return
		}
	}
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

func (s *watchers) close() {
	s.mu.Lock()
	close(s.ended)
	s.mu.Unlock()
	s.done.Wait()
	tap.Wait(3 * time.Second) // for a dial under way
}

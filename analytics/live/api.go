package live

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/api/ws"
	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/socket"
)

// pollLinger is how long a watcher waits for the next question by HTTP. The player asks every three seconds.
const pollLinger = 8 * time.Second

// answerWait bounds how long a question by HTTP waits for a state that is not known yet.
const answerWait = 10 * time.Second

func (s *watchers) apiSource(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, r.Method+" is not allowed here", http.StatusMethodNotAllowed)
		return
	}
	name := r.URL.Query().Get("src")
	if streams.Get(name) == nil {
		http.Error(w, api.StreamNotFound, http.StatusNotFound)
		return
	}
	watcher := s.acquire(name)
	defer time.AfterFunc(pollLinger, func() { s.release(watcher) })
	timeout := time.NewTimer(answerWait)
	defer timeout.Stop()
	for {
		state, known, changed := watcher.look()
		if known {
			w.Header().Set("Cache-Control", "no-store")
			api.ResponseJSON(w, state)
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-s.ended:
			http.Error(w, "the server ends", http.StatusServiceUnavailable)
			return
		case <-timeout.C:
			http.Error(w, "the source is still being asked", http.StatusServiceUnavailable)
			return
		}
	}
}

// wsSource answers with the state as soon as it is known and then with each change, until the socket closes. Upstream
// calls it on a goroutine of its own, so a browser that sleeps holds up only itself.
func (s *watchers) wsSource(tr *ws.Transport, _ *ws.Message) error {
	name, err := streamName(tr.Request.URL.Query())
	if err != nil {
		return err
	}
	asked := false
	tr.WithContext(func(ctx map[any]any) {
		asked = ctx[s] != nil
		ctx[s] = true
	})
	if asked {
		return nil // the socket follows already
	}
	closed := socket.Context(tr).Done()
	watcher := s.acquire(name)
	defer s.release(watcher)
	var told State
	for {
		state, known, changed := watcher.look()
		if known && state != told {
			told = state
			tr.Write(&ws.Message{Type: "source", Value: state})
		}
		select {
		case <-changed:
		case <-closed:
			return nil
		case <-s.ended:
			return nil
		}
	}
}

// streamName finds the stream of a socket as the handlers of media do, which make one of a URL that they are given.
func streamName(query url.Values) (string, error) {
	if stream, _ := streams.GetOrPatch(query); stream == nil {
		return "", errors.New(api.StreamNotFound)
	}
	name := query.Get("src")
	if streams.Get(name) == nil {
		name = query.Get("name")
	}
	return name, nil
}

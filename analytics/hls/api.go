package hls

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/AlexxIT/go2rtc/internal/api"
	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/core"
)

const mimePlaylist = "application/vnd.apple.mpegurl"

// handlerStream answers with the multivariant playlist once the stream has a whole segment.
func handlerStream(w http.ResponseWriter, r *http.Request) {
	if !begin(w, r, mimePlaylist) {
		return
	}
	name := r.URL.Query().Get("src")
	stream := streams.Get(name)
	if stream == nil {
		http.Error(w, api.StreamNotFound, http.StatusNotFound)
		return
	}
	body, err := open(r.Context(), name, stream, filter(r.URL.Query()))
	switch {
	case err == nil:
		serve(w, "no-cache", body)
	case errors.Is(err, errTimeout), errors.Is(err, errTooMany):
		later(w, err)
	case r.Context().Err() == nil:
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}

// open is the multivariant playlist of a stream. Its error is a sentence for the viewer, and errTimeout where it helps
// to ask again.
func open(ctx context.Context, name string, stream *streams.Stream, medias []*core.Media) ([]byte, error) {
	m, err := muxers.join(ctx, name, stream, medias)
	if err != nil {
		return nil, err
	}
	if muxers.get(m.id) == nil {
		return nil, notYet("hls: " + name + " was changed just now")
	}
	if err = m.away(time.Now()); err != nil {
		return nil, err
	}
	var body []byte
	var reason error
	err = m.wait(ctx, firstWait, func() bool {
		if reason = m.reason; len(m.list()) > 0 {
			body = m.multivariant()
		}
		return body != nil
	})
	if errors.Is(err, errTimeout) {
		reason = cmp.Or(reason, errors.New("no keyframe came"))
		err = notYet(fmt.Sprintf("hls: no segment of %s within %s: %s", name, firstWait, reason))
	}
	return body, err
}

// notYet is an errTimeout that says more.
type notYet string

func (e notYet) Error() string        { return string(e) }
func (e notYet) Is(target error) bool { return target == errTimeout }

// handlerPlaylist answers with the media playlist, and where the player names a segment or a part (_HLS_msn, _HLS_part)
// once that is there. While the source is away it answers with what it has: players then ask again, and go on later.
func handlerPlaylist(w http.ResponseWriter, r *http.Request) {
	m := enter(w, r, mimePlaylist)
	if m == nil {
		return
	}
	query := r.URL.Query()
	id, part := uint64(0), -1
	if text := query.Get("_HLS_msn"); text != "" {
		var err error
		if id, err = strconv.ParseUint(text, 10, 63); err != nil {
			http.Error(w, "hls: _HLS_msn is not a number", http.StatusBadRequest)
			return
		}
	}
	if text := query.Get("_HLS_part"); text != "" {
		n, err := strconv.ParseUint(text, 10, 31)
		if err != nil || !query.Has("_HLS_msn") {
			http.Error(w, "hls: _HLS_part is not a number, or _HLS_msn is missing", http.StatusBadRequest)
			return
		}
		part = int(n)
	}
	far, empty := false, false
	err := m.wait(r.Context(), nextWait, func() bool {
		far, empty = id > m.nextID+2, len(m.list()) == 0
		return !empty && (far || !query.Has("_HLS_msn") || m.has(id, part))
	})
	switch {
	case err != nil && !errors.Is(err, errTimeout):
		missing(w, r, err)
	case empty:
		later(w, err)
	case far:
		http.Error(w, "hls: _HLS_msn is more than two segments ahead", http.StatusBadRequest)
	default:
		m.mu.Lock()
		body := m.media()
		m.mu.Unlock()
		serve(w, "no-cache", body)
	}
}

// handlerSegment gives a segment (n) or a part (p). The part that a playlist hints at is waited for.
func handlerSegment(w http.ResponseWriter, r *http.Request) {
	name := "n"
	if r.URL.Query().Get("p") != "" {
		name = "p"
	}
	m, id := enterFor(w, r, "video/iso.segment", name)
	if m == nil {
		return
	}
	if name == "p" {
		var found *part
		err := m.wait(r.Context(), partWait, func() bool {
			found = m.part(id)
			return found != nil || id != m.nextPart
		})
		switch {
		case found != nil:
			serve(w, keep, found.data)
		case errors.Is(err, errTimeout):
			later(w, err)
		default:
			missing(w, r, fmt.Errorf("hls: part %d is gone, or not yet there", id))
		}
		return
	}
	m.mu.Lock()
	found := m.segment(id)
	m.mu.Unlock()
	if found == nil {
		missing(w, r, fmt.Errorf("hls: segment %d is gone, or not yet there", id))
		return
	}
	bodies := make([][]byte, len(found.parts))
	for i, p := range found.parts {
		bodies[i] = p.data
	}
	serve(w, keep, bodies...)
}

func handlerInit(w http.ResponseWriter, r *http.Request) {
	m, number := enterFor(w, r, "video/mp4", "n")
	if m == nil {
		return
	}
	m.mu.Lock()
	found := m.window.run(number)
	m.mu.Unlock()
	if found == nil {
		missing(w, r, fmt.Errorf("hls: init segment %d is gone, or not yet there", number))
		return
	}
	serve(w, keep, found.init)
}

// handlerSegmentTS answers players that kept a URL of upstream's.
func handlerSegmentTS(w http.ResponseWriter, r *http.Request) {
	if begin(w, r, "video/mp2t") {
		missing(w, r, errors.New("hls: segments are fMP4 here, open api/stream.m3u8 anew"))
	}
}

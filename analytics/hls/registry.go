package hls

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/pkg/mp4"
)

var errTooMany = errors.New("hls: too many differing filters for one stream, use one of theirs")

// registry finds the muxer for a stream and a filter of codecs, and for an id. Filters that come to the same tracks
// share one muxer.
type registry struct {
	mu    sync.Mutex
	byID  map[string]*muxer
	byKey map[key]*entry
}

type key struct {
	stream *streams.Stream
	medias string
}

// entry is a muxer, or one whose source is being asked while other requests wait.
type entry struct {
	done  chan struct{}
	muxer *muxer
	err   error
}

func newRegistry() *registry {
	return &registry{byID: map[string]*muxer{}, byKey: map[key]*entry{}}
}

// filter is what a query asks for, H264 or H265 and AAC where it asks for nothing.
func filter(query url.Values) []*core.Media {
	medias := mp4.ParseQuery(query)
	if len(medias) == 0 {
		medias = mp4.ParseQuery(url.Values{"mp4": {""}})
	}
	return medias
}

// join gives the muxer for a stream, which begins with the first who asks. An error is the source's own.
func (g *registry) join(ctx context.Context, name string, stream *streams.Stream, medias []*core.Media) (*muxer, error) {
	var words []string
	for _, media := range medias {
		words = append(words, media.String())
	}
	slices.Sort(words)
	k := key{stream, strings.Join(words, "; ")}

	g.mu.Lock()
	e := g.byKey[k]
	if e == nil && g.count(stream) >= maxSets {
		g.mu.Unlock()
		return nil, errTooMany
	}
	first := e == nil
	if first {
		e = &entry{done: make(chan struct{})}
		g.byKey[k] = e
	}
	g.mu.Unlock()

	if first {
		e.muxer, e.err = g.begin(k, name, medias)
		close(e.done)
	}
	select {
	case <-e.done:
		return e.muxer, e.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (g *registry) count(stream *streams.Stream) (n int) {
	for k := range g.byKey {
		if k.stream == stream {
			n++
		}
	}
	return n
}

// begin asks the source, and keeps the muxer unless there is one with the same tracks.
func (g *registry) begin(k key, name string, medias []*core.Media) (*muxer, error) {
	m := newMuxer(name, k.stream)
	m.follow(medias)
	if err := m.joined(); err != nil {
		m.close()
		g.mu.Lock()
		delete(g.byKey, k)
		g.mu.Unlock()
		return nil, err
	}

	g.mu.Lock()
	if other := g.sharing(m); other != nil {
		other.touch(time.Now())
		g.mu.Unlock()
		m.close()
		return other, nil
	}
	g.byID[m.id] = m
	m.askedAt = time.Now()
	m.alive = time.AfterFunc(idle, func() { g.expire(m) })
	g.mu.Unlock()
	log.Debug().Str("stream", name).Msg("[hls] start muxer")
	return m, nil
}

func (g *registry) sharing(with *muxer) *muxer {
	from := with.receivers()
	for _, m := range g.byID {
		if m.stream == with.stream && len(from) > 0 && sameTracks(m.receivers(), from) {
			return m
		}
	}
	return nil
}

// receivers are the tracks that are read just now.
func (m *muxer) receivers() []*core.Receiver {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.consumer == nil {
		return nil
	}
	return m.consumer.join.Receivers()
}

// sameTracks in any order: that of a query's codecs is a map's.
func sameTracks(a, b []*core.Receiver) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(r *core.Receiver) bool { return !slices.Contains(b, r) })
}

// get finds a muxer for a viewer, and keeps it alive. It ends one whose stream has another name's place
// by now, or none.
func (g *registry) get(id string) *muxer {
	now := time.Now()
	g.mu.Lock()
	m := g.byID[id]
	if m != nil {
		m.touch(now)
	}
	g.mu.Unlock()
	if m == nil {
		return nil
	}
	if streams.Get(m.name) != m.stream {
		g.end(m)
		return nil
	}
	return m
}

// touch notes a request. The registry's mutex must be held.
func (m *muxer) touch(now time.Time) {
	m.askedAt = now
	if m.alive != nil {
		m.alive.Reset(idle)
	}
}

func (g *registry) expire(m *muxer) {
	g.mu.Lock()
	if rest := idle - time.Since(m.askedAt); rest > 0 {
		m.alive.Reset(rest)
		g.mu.Unlock()
		return
	}
	g.mu.Unlock()
	g.end(m)
}

// end forgets a muxer and leaves its stream, which may then leave its source.
func (g *registry) end(m *muxer) {
	g.mu.Lock()
	delete(g.byID, m.id)
	for k, e := range g.byKey {
		if e.muxer == m {
			delete(g.byKey, k)
		}
	}
	if m.alive != nil {
		m.alive.Stop()
	}
	g.mu.Unlock()
	if m.close() {
		log.Debug().Str("stream", m.name).Msg("[hls] stop muxer")
	}
}

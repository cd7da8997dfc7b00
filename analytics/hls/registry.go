package hls

import (
	"cmp"
	"context"
	"errors"
	"maps"
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
	byID  map[string]*muxer // those that have joined
	byKey map[key]*muxer    // also those whose source is being asked, while requests wait
}

// key is a stream and a filter of codecs.
type key struct {
	stream *streams.Stream
	medias string
}

func newKey(stream *streams.Stream, medias []*core.Media) key {
	var words []string
	for _, media := range medias {
		words = append(words, media.String())
	}
	slices.Sort(words)
	return key{stream, strings.Join(words, "; ")}
}

// filter is what a query asks for, H264 or H265 and AAC where it asks for nothing.
func filter(query url.Values) []*core.Media {
	medias := mp4.ParseQuery(query)
	if len(medias) == 0 {
		medias = mp4.ParseQuery(url.Values{"mp4": {""}})
	}
	return medias
}

// join gives the muxer for a stream, which begins with the first request. An error is the source's own.
func (g *registry) join(ctx context.Context, name string, stream *streams.Stream, medias []*core.Media) (*muxer, error) {
	k := newKey(stream, medias)
	g.mu.Lock()
	m := g.byKey[k]
	switch {
	case m != nil && g.byID[m.id] == m:
		g.mu.Unlock()
		return m, nil
	case m == nil && g.count(stream) >= maxSets:
		g.mu.Unlock()
		return nil, errTooMany
	case m == nil:
		m = g.add(k, name)
		m.follow(medias)
	}
	limit := firstWait - time.Since(m.askedAt)
	g.mu.Unlock()

	if err := m.joined(ctx, limit); err != nil && !errors.Is(err, errEnded) {
		if ctx.Err() == nil {
			g.end(m)
		}
		return nil, err
	}
	return g.keep(k, m), nil
}

func (g *registry) count(stream *streams.Stream) (n int) {
	for k := range g.byKey {
		if k.stream == stream {
			n++
		}
	}
	return n
}

// add makes a muxer, which ends when it is not asked for. The caller must hold g.mu.
func (g *registry) add(k key, name string) *muxer {
	m := newMuxer(name, k.stream)
	m.askedAt = time.Now()
	m.alive = time.AfterFunc(idle, func() { g.expire(m) })
	g.byKey[k] = m
	return m
}

// keep gives a muxer that has joined its id, unless there is one with the same tracks, which takes its place.
func (g *registry) keep(k key, m *muxer) *muxer {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byKey[k] == m && g.byID[m.id] == nil {
		if other := g.sharing(m); other != nil {
			g.byKey[k] = other
			m.alive.Stop()
			m.close()
		} else {
			g.byID[m.id] = m
			log.Debug().Str("stream", m.name).Msg("[hls] start muxer")
		}
	}
	return cmp.Or(g.byKey[k], m) // it may have ended meanwhile
}

func (g *registry) sharing(with *muxer) *muxer {
	from := with.receivers()
	for _, m := range g.byID {
		if m.stream == with.stream && m.tap.Err() == nil && sameTracks(m.receivers(), from) {
			return m
		}
	}
	return nil
}

// receivers are the tracks of the last join.
func (m *muxer) receivers() []*core.Receiver {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.consumer.join.Receivers
}

// sameTracks in any order: that of a query's codecs is a map's.
func sameTracks(a, b []*core.Receiver) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(r *core.Receiver) bool { return !slices.Contains(b, r) })
}

// get finds a muxer for a viewer, and keeps it alive. It ends one whose stream has another name's place
// by now, or none.
func (g *registry) get(id string) *muxer {
	g.mu.Lock()
	m := g.byID[id]
	if m != nil {
		m.askedAt = time.Now()
		m.alive.Reset(idle)
	}
	g.mu.Unlock()
	if m == nil || streams.Get(m.name) == m.stream {
		return m
	}
	g.end(m)
	return nil
}

func (g *registry) expire(m *muxer) {
	g.mu.Lock()
	rest := idle - time.Since(m.askedAt)
	if rest > 0 {
		m.alive.Reset(rest)
	}
	g.mu.Unlock()
	if rest <= 0 {
		g.end(m)
	}
}

// end forgets a muxer and leaves its stream, which may then leave its source.
func (g *registry) end(m *muxer) {
	g.mu.Lock()
	_, kept := g.byID[m.id]
	delete(g.byID, m.id)
	maps.DeleteFunc(g.byKey, func(_ key, other *muxer) bool { return other == m })
	m.alive.Stop()
	g.mu.Unlock()
	m.close()
	if kept {
		log.Debug().Str("stream", m.name).Msg("[hls] stop muxer")
	}
}

package hls

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/seats/analytics/tap"
)

var (
	errEnded   = errors.New("hls: the muxer has ended, open api/stream.m3u8 anew")
	errTimeout = errors.New("hls: nothing came in time")
)

// muxer is what all viewers of one stream and one set of tracks share. Consumers write into it, requests read from it
// and wait for what comes next. It starts no goroutine: its tap stays joined to the stream.
type muxer struct {
	id     string // in URLs; random, so that it cannot be guessed
	name   string // of the stream, as the first viewer wrote it
	stream *streams.Stream
	tap    *tap.Tap

	mu       sync.Mutex
	changed  chan struct{} // closed, and replaced, whenever a waiting request should look again
	closed   bool
	consumer *consumer // of the last join: the one that may write; nil before the first
	reason   error     // why no run could begin

	window
	run        *run      // nil until a keyframe begins one
	source     *consumer // that the run is of
	runs       uint64
	breaks     bool          // the next segment begins a run that is not the first
	end        time.Duration // media time where the last run ended
	partTarget time.Duration // EXT-X-PART-INF of the run; 0 before its first part
	lead       time.Duration // media time of the leading track's last sample, that came at leadAt
	leadAt     time.Time
	playlist   []byte // as it is named now; nil is to be made

	askedAt time.Time // by a viewer; the registry's mutex guards it and alive
	alive   *time.Timer
}

func newMuxer(name string, stream *streams.Stream) *muxer {
	return &muxer{id: core.RandString(16, 62), name: name, stream: stream, changed: make(chan struct{})}
}

// follow joins the stream, and stays joined until close.
func (m *muxer) follow(medias []*core.Media) {
	m.tap = tap.Open(m.name, tap.Reader{
		Format: "hls/fmp4",
		Wants:  [][]*core.Media{medias},
		Track: func(j *tap.Join, codec *core.Codec) (core.HandlerFunc, error) {
			c, ok := j.Value.(*consumer)
			if !ok {
				c = &consumer{muxer: m, join: j}
				j.Value = c
			}
			return c.add(codec)
		},
		Joined: func(j *tap.Join) {
			if c, ok := j.Value.(*consumer); ok {
				m.admit(c)
			}
		},
	})
}

// joined waits for the first join. Its error is the source's own.
func (m *muxer) joined(ctx context.Context, limit time.Duration) (err error) {
	waited := m.wait(ctx, limit, func() bool {
		if m.consumer != nil {
			return true
		}
		err = m.tap.Err()
		return err != nil
	})
	if errors.Is(waited, errTimeout) {
		return notYet(fmt.Sprintf("hls: no answer of %s within %s", m.name, firstWait))
	}
	return cmp.Or(err, waited)
}

// admit makes a consumer the one that writes. What it sends from now on begins a run.
func (m *muxer) admit(c *consumer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || len(c.tracks) == 0 {
		return
	}
	m.endRun()
	m.consumer, m.reason = c, nil
	m.publish()
}

// publish wakes all goroutines that wait. The caller must hold m.mu.
func (m *muxer) publish() {
	m.playlist = nil
	close(m.changed)
	m.changed = make(chan struct{})
}

// close ends all waiting, and leaves the stream.
func (m *muxer) close() {
	m.mu.Lock()
	m.closed = true
	m.publish()
	m.mu.Unlock()
	if m.tap != nil {
		m.tap.Close()
	}
}

// wait returns once ready says so, which it is asked with the mutex held at each change here and of the source. After
// errTimeout ready was still false.
func (m *muxer) wait(ctx context.Context, limit time.Duration, ready func() bool) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		var source <-chan struct{}
		if m.tap != nil {
			source = m.tap.Changed()
		}
		m.mu.Lock()
		changed, is, closed := m.changed, ready(), m.closed
		m.mu.Unlock()
		switch {
		case closed:
			return errEnded
		case is:
			return nil
		}
		select {
		case <-changed:
		case <-source:
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return errTimeout
		}
	}
}

// away is an error while the source is away: for how long, and why. A muxer that has just joined waits instead.
func (m *muxer) away(now time.Time) error {
	if m.tap == nil {
		return nil
	}
	state, err := m.tap.State(), m.tap.Err()
	m.mu.Lock()
	defer m.mu.Unlock()
	if !state.Known || state.Online || err == nil && m.runs == 0 {
		return nil
	}
	return notYet(fmt.Sprintf("hls: nothing of %s for %s: %s", m.name, now.Sub(state.Since).Round(time.Second), state.Reason))
}

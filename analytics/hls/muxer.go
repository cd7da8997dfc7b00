package hls

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/core"
)

var (
	errEnded   = errors.New("hls: the muxer has ended, open api/stream.m3u8 anew")
	errTimeout = errors.New("hls: nothing came in time")
)

// muxer is what all viewers of one stream and one set of tracks share. Consumers write into it, requests read from it
// and wait for what comes next. It starts no goroutine but for asking a silent source anew.
type muxer struct {
	id     string // in URLs; random, so that it cannot be guessed
	name   string // of the stream, as the first viewer wrote it
	stream *streams.Stream
	medias []*core.Media

	mu       sync.Mutex
	changed  chan struct{} // closed, and replaced, whenever a waiting request should look again
	closed   bool
	consumer *consumer // the one that may write; nil while the source cannot be had
	heardAt  time.Time // last packet
	triedAt  time.Time // last time that the source was asked anew
	reviving bool
	reason   error // why the source could not be had

	window
	run        *run // nil until a keyframe begins one
	tracks     []*track
	runs       int
	breaks     bool          // the next segment begins a run that is not the first
	end        time.Duration // media time where the last run ended
	partTarget time.Duration // EXT-X-PART-INF of the run; 0 before its first part
	lead       time.Duration // media time of the leading track's last sample, that came at leadAt
	leadAt     time.Time
	playlist   []byte // as it is named now; nil is to be made

	askedAt time.Time // by a viewer; the registry's mutex guards it and alive
	alive   *time.Timer
}

func newMuxer(name string, stream *streams.Stream, medias []*core.Media, now time.Time) *muxer {
	return &muxer{
		id:      core.RandString(16, 62),
		name:    name,
		stream:  stream,
		medias:  medias,
		changed: make(chan struct{}),
		heardAt: now,
	}
}

// admit makes a consumer the one that writes. What it sends from now on begins a run.
func (m *muxer) admit(c *consumer, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || len(c.tracks) == 0 {
		return false
	}
	m.endRun()
	c.lead()
	m.consumer, m.heardAt, m.reason = c, now, nil
	return true
}

// publish wakes all that wait. The mutex is held.
func (m *muxer) publish() {
	m.playlist = nil
	close(m.changed)
	m.changed = make(chan struct{})
}

// close ends all waiting, and gives the consumer that is to leave the stream.
func (m *muxer) close() *consumer {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	m.publish()
	c := m.consumer
	m.consumer = nil
	return c
}

// wait returns with the mutex held once ready says so, which it is asked with the mutex held. On an error the mutex is
// not held; after errTimeout ready was still false.
func (m *muxer) wait(ctx context.Context, limit time.Duration, ready func() bool) error {
	m.mu.Lock()
	if ready() && !m.closed {
		return nil
	}
	timer, tick := time.NewTimer(limit), time.NewTicker(retryWait)
	defer timer.Stop()
	defer tick.Stop()
	for {
		if m.closed {
			m.mu.Unlock()
			return errEnded
		}
		if ready() {
			return nil
		}
		changed := m.changed
		m.mu.Unlock()
		select {
		case <-changed:
		case now := <-tick.C:
			m.revive(now)
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return errTimeout
		}
		m.mu.Lock()
	}
}

// away is an error once the source has sent nothing for long: for how long, and why.
func (m *muxer) away(now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	since := now.Sub(m.heardAt)
	if since < silence && m.consumer != nil {
		return nil
	}
	reason := m.reason
	if reason == nil {
		reason = errors.New("its source sends nothing")
	}
	return notYet(fmt.Sprintf("hls: nothing of %s for %s: %s", m.name, since.Round(time.Second), reason))
}

// revive asks a silent source anew, in the background: a producer that others published does not come back to the
// consumers it had, and one that upstream redials is redialled up to a minute late.
func (m *muxer) revive(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || m.reviving || m.consumer != nil && now.Sub(m.heardAt) < silence || now.Sub(m.triedAt) < retryWait {
		return
	}
	if m.consumer != nil && now.Sub(m.triedAt) < silence {
		return
	}
	m.reviving, m.triedAt = true, now
	old := m.consumer
	m.consumer = nil
	go func() {
		if old != nil {
			m.stream.RemoveConsumer(old)
		}
		c, err := m.ask()
		if err == nil && !m.admit(c, time.Now()) {
			m.stream.RemoveConsumer(c)
		}
		log.Debug().Err(err).Str("stream", m.name).Msg("[hls] rejoin")
		m.mu.Lock()
		m.reviving = false
		if err != nil {
			m.reason = err
		}
		m.mu.Unlock()
	}()
}

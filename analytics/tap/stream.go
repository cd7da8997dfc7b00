package tap

import (
	"cmp"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
)

const (
	tick     = 250 * time.Millisecond // how late silence is noticed
	pauseGap = 2 * time.Second        // between two units of a source that pauses
	maxPause = 5 * time.Second        // between two attempts; they begin at a second
)

// stream is the actor of one stream: it runs while the stream has taps, and keeps what is known behind that. Its one
// goroutine decides who dials and what the state is; dials, and leaving, which waits for a dial of upstream's own, have
// goroutines of their own.
//
// While the source is away one tap dials for all, and its error is every tap's. Once a tap is joined the others join by
// themselves, since the source is then there. Away again, all have left: then upstream gives a producer up that hangs,
// and dials anew. Upstream tries a source that cannot be dialled only when a consumer comes (#257).
type stream struct {
	name   string
	woken  chan struct{}
	runs   bool        // has its goroutine; guarded by the registry's lock
	pauses atomic.Bool // the source has shown that it pauses

	mu       sync.Mutex
	taps     []*Tap
	source   *streams.Stream
	state    State
	changed  chan struct{} // closed at each change
	failed   error         // why nothing could be joined, at failedAt; nil once something was
	failedAt time.Time
	pause    time.Duration
	leaving  *int      // joins of the source whose consumer is not yet removed
	byUnits  bool      // last is of a tap that reads access units, and has left for their silence: packets do not count
	last     time.Time // the newest of what the joins that were left had noted, and of what was known before
	before   time.Time // since when the source was away when the last tap closed
}

// attempt is a dial under way.
type attempt struct{ at time.Time }

func newStream(name string) *stream {
	return &stream{name: name, woken: make(chan struct{}, 1), changed: make(chan struct{}), leaving: new(int)}
}

func (s *stream) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

func (s *stream) run() {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for !retire(s) {
		s.attend(time.Now())
		select {
		case <-ticker.C:
		case <-s.woken:
		}
	}
}

func (s *stream) attend(now time.Time) {
	source := streams.Get(s.name)
	s.mu.Lock()
	if source != s.source {
		s.mu.Unlock()
		s.follow(source, now)
		s.mu.Lock()
	}
	quiet := s.quiet()
	var silent []*Join
	joined, dialling, due := false, time.Time{}, []*Tap(nil)
	for _, t := range s.taps {
		switch {
		case t.join != nil:
			joined = true
			if last := t.join.lastAt(); now.Sub(later(last, t.join.at)) >= quiet {
				silent = append(silent, t.join)
			} else if !last.IsZero() {
				t.pause = 0
			}
		case t.attempt != nil:
			if dialling.IsZero() || t.attempt.at.Before(dialling) {
				dialling = t.attempt.at
			}
		case !now.Before(t.retryAt):
			due = append(due, t)
		}
	}
	if unit, packet := s.fresh(); !unit.IsZero() || !packet.IsZero() {
		if now.Sub(later(unit, packet)) < quiet {
			s.online()
		} else {
			s.offline(now, "no packet for "+quiet.String())
		}
	}
	switch {
	case source == nil:
		s.fail(now, errors.New("stream not found"))
	case joined:
		for _, t := range due {
			s.dial(t, now)
		}
	case !dialling.IsZero():
		if now.Sub(dialling) >= Quiet {
			s.offline(now, "no answer for "+Quiet.String())
		}
	case len(due) > 0 && *s.leaving == 0:
		s.dial(due[0], now)
	}
	s.mu.Unlock()

	for _, j := range silent {
		s.silent(j, now, quiet)
	}
}

// follow leaves the source that the stream had, for the one that it has now: it was edited, or is gone.
func (s *stream) follow(source *streams.Stream, now time.Time) {
	s.mu.Lock()
	var old []*Join
	for _, t := range s.taps {
		t.attempt, t.err, t.retryAt, t.pause = nil, nil, now, 0
		if t.join != nil {
			old = append(old, t.join)
		}
	}
	s.mu.Unlock()
	for _, j := range old {
		s.leave(j, nil)
	}
	s.mu.Lock()
	s.source, s.leaving, s.failed, s.pause, s.byUnits = source, new(int), nil, 0, false
	s.pauses.Store(false)
	s.mu.Unlock()
}

// silent leaves a join that nothing comes of. With the last one the source is away.
func (s *stream) silent(j *Join, now time.Time, quiet time.Duration) {
	err := errors.New("no packet for " + quiet.String())
	if j.last.Load() == 0 {
		s.pauses.Store(true) // or it pauses for longer than this
	}
	s.leave(j, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byUnits = s.byUnits || j.units.Load() && !j.lastAt().IsZero()
	j.tap.later(now)
	if !s.joined() {
		s.fail(now, err)
	}
}

// dial begins an attempt of one tap. The caller must hold s.mu.
func (s *stream) dial(t *Tap, now time.Time) {
	source, a := s.source, &attempt{at: now}
	t.attempt = a
	launch(func() {
		j, err := t.dial(source)
		if !s.dialled(t, a, j, err) && err == nil {
			j.over.Store(true)
			source.RemoveConsumer(j.consumer)
		}
	})
}

// dialled takes the end of an attempt, or tells that it was abandoned.
func (s *stream) dialled(t *Tap, a *attempt, j *Join, err error) (ok bool) {
	t.calls.Lock()
	defer t.calls.Unlock()
	if err == nil && t.reader.Joined != nil {
		defer func() {
			if ok {
				t.reader.Joined(j)
			}
		}()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.attempt != a {
		return false
	}
	now := time.Now()
	t.attempt = nil
	s.wake()
	if err == nil {
		j.at, t.join, t.err, s.failed = now, j, nil, nil
		s.publish()
		return true
	}
	own := mismatch(err) // and not the source's
	err = errors.New(Mask(err.Error(), s.source.Sources()...))
	t.err = err
	t.later(now)
	s.publish()
	if s.joined() {
		return true
	}
	if !own {
		s.fail(now, err)
	} else if !slices.ContainsFunc(s.taps, func(other *Tap) bool { return other.err == nil }) {
		s.offline(now, err.Error())
	}
	return true
}

// fail records for all taps why nothing can be joined. The caller must hold s.mu.
func (s *stream) fail(now time.Time, err error) {
	s.failed, s.failedAt, s.pause = err, now, min(s.pause+time.Second, maxPause)
	for _, t := range s.taps {
		t.err, t.retryAt = err, now.Add(s.pause)
	}
	s.publish()
	s.offline(now, err.Error())
}

// later sets when this tap may dial again. The caller must hold the stream's lock.
func (t *Tap) later(now time.Time) {
	t.pause = min(t.pause+time.Second, maxPause)
	t.retryAt = now.Add(t.pause)
}

// leave ends a join, unless that was done meanwhile.
func (s *stream) leave(j *Join, err error) {
	t := j.tap
	t.calls.Lock()
	defer t.calls.Unlock()
	s.mu.Lock()
	if t.join != j {
		s.mu.Unlock()
		return
	}
	j = s.take(t)
	t.err = err
	s.mu.Unlock()
	t.left(j)
}

// take takes the join from a tap, and has its consumer removed. The caller must hold s.mu and t.calls.
func (s *stream) take(t *Tap) *Join {
	j := t.join
	if j == nil {
		return nil
	}
	s.last, t.join = s.lastAt(), nil
	j.over.Store(true)
	leaving := s.leaving
	*leaving++
	launch(func() {
		j.source.RemoveConsumer(j.consumer)
		s.mu.Lock()
		*leaving--
		s.mu.Unlock()
		s.wake()
	})
	return j
}

func (s *stream) joined() bool {
	return slices.ContainsFunc(s.taps, func(t *Tap) bool { return t.join != nil })
}

func (s *stream) quiet() time.Duration {
	if s.pauses.Load() {
		return 2 * Quiet
	}
	return Quiet
}

// fresh is when the last access unit and the last packet came by the joins that there are.
func (s *stream) fresh() (unit, packet time.Time) {
	for _, t := range s.taps {
		if t.join == nil {
			continue
		}
		if t.join.units.Load() {
			unit = later(unit, t.join.lastAt())
		} else {
			packet = later(packet, t.join.lastAt())
		}
	}
	return unit, packet
}

// lastAt is when the last access unit came, or the last packet where none gave a unit. While the source is away it is
// what it was when that was reported, so that it and State.Since are one fact.
func (s *stream) lastAt() time.Time {
	if s.state.Known && !s.state.Online {
		return s.last
	}
	unit, packet := s.fresh()
	if unit.IsZero() && !s.byUnits {
		unit = packet
	}
	return later(s.last, unit)
}

func (s *stream) online() {
	if s.state.Online {
		return
	}
	s.byUnits, s.pause, s.before = false, 0, time.Time{}
	s.tell(State{Known: true, Online: true})
}

// offline says since when and why. The time stays as it is until the source is back; the reason may change.
func (s *stream) offline(now time.Time, reason string) {
	since := s.state.Since
	if since.IsZero() {
		s.last = s.lastAt()
		since = cmp.Or(s.last, s.before, now)
	}
	s.tell(State{Known: true, Since: since, Reason: reason})
}

func (s *stream) tell(state State) {
	if s.state != state {
		s.state = state
		s.publish()
	}
}

// publish wakes goroutines that wait for a change of State or Err.
func (s *stream) publish() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

package look

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/seats/analytics/propose"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/tap"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// Camera is one stream that is looked at: it keeps the stream's open GOP, knows when the next look is due, and whether
// the source is there. Its one goroutine notices silence only; looks are the workers'. One without seats is a preview:
// it has no rows and no events.
type Camera struct {
	looker *Looker
	stream string

	cancel context.CancelFunc // of run; nil until Start
	tap    *tap.Tap           // nil until Start
	begun  time.Time          // when Start was called

	// deciding is held while a look decides and commits, and while an edit changes what it decides about
	deciding sync.Mutex
	seats    *Seats
	gone     bool // the plan has the camera no more
	turned   bool // it was said that the picture has moved

	queued bool // guarded by the queue's lock

	mu        sync.Mutex // guards what follows
	join      *tap.Join  // nil before the first one
	joinedAt  time.Time
	sampler   *video.Sampler // of the join; nil before the first one
	codec     video.Codec
	schedule  Schedule
	unitAt    time.Time // when the last access unit was received
	picture   *video.Picture
	found     []seat.Detection // in picture
	shapes    []seat.Seat      // that they were held against
	evidence  []Evidence       // of the last look, by seat
	owners    seat.Found       // reused
	number    int              // of the look, from 1
	lookedAt  time.Time
	followers map[*Follower]struct{}
	askedAt   time.Time // when a client last asked for its looks
	tally     tally
	places    propose.Memory

	online  atomic.Pointer[bool] // whether the source is there, as it stands on disk; nil: not known
	looks   trouble              // looks that fail
	damaged trouble              // access units that cannot be read
}

// maxGOP is how many bytes of one open GOP are kept: 16 s at 8 Mbit/s.
const maxGOP = 16 << 20

// NewCamera is a camera that is not started.
func (l *Looker) NewCamera(stream string, seats *Seats) *Camera {
	return &Camera{
		looker: l, stream: stream, seats: seats, schedule: Schedule{Interval: l.Interval},
		looks: trouble{what: "look failed"}, damaged: trouble{what: "damaged stream"},
	}
}

// Name is the stream's.
func (c *Camera) Name() string { return c.stream }

// Start joins the stream and stays joined until End. The caller must serialise Start, Started and End.
func (c *Camera) Start() {
	if c.cancel != nil || c.looker.ctx.Err() != nil {
		return
	}
	var ctx context.Context
	ctx, c.cancel = context.WithCancel(c.looker.ctx)
	c.begun = time.Now()
	c.tap = tap.Open(c.stream, tap.Reader{
		Format: "analytics",
		Wants: [][]*core.Media{{{
			Kind: core.KindVideo, Direction: core.DirectionSendonly,
			Codecs: []*core.Codec{{Name: core.CodecH264}, {Name: core.CodecH265}, {Name: core.CodecJPEG}},
		}}},
		Track: c.track,
	})
	c.looker.done.Go(func() {
		defer c.tap.Close()
		c.run(ctx)
	})
}

// Started tells whether Start was called.
func (c *Camera) Started() bool { return c.cancel != nil }

// End leaves the stream, and tells followers to look for the stream's next camera. It waits for nothing.
func (c *Camera) End() {
	if c.cancel != nil {
		c.cancel()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for f := range c.followers {
		f.tell()
	}
}

var codecs = map[string]video.Codec{core.CodecH264: video.H264, core.CodecH265: video.H265, core.CodecJPEG: video.MJPEG}

// track makes the camera ready for a join's video.
func (c *Camera) track(j *tap.Join, codec *core.Codec) (core.HandlerFunc, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.join, c.joinedAt, c.codec = j, time.Now(), codecs[codec.Name]
	c.sampler = video.NewSampler(c.codec, maxGOP)
	c.schedule.Begin(c.sampler, c.joinedAt)
	return j.Units(codec, func(u tap.Unit) { c.push(j, &u) }, c.broken)
}

// push takes one access unit, which is only borrowed.
func (c *Camera) push(j *tap.Join, u *tap.Unit) {
	c.mu.Lock()
	if c.join != j {
		c.mu.Unlock()
		return
	}
	c.unitAt = u.At
	err := c.sampler.Push(video.AccessUnit{Data: u.Data, At: u.At, Key: u.Key})
	ready := err == nil && c.schedule.Ready(c.sampler, u.At)
	c.mu.Unlock()

	if err != nil {
		c.broken(err)
	}
	if ready && !c.looker.queue.add(c) {
		c.looker.Meter.Dropped(c.stream)
		c.mu.Lock()
		c.tally.dropped++
		c.mu.Unlock()
	}
}

// broken counts access units that could not be read.
func (c *Camera) broken(err error) {
	c.looker.Meter.Damaged(c.stream)
	c.damaged.failed(&c.looker.Log, c.stream, err, time.Now())
}

// Take implements Source.
func (c *Camera) Take(sample *video.Sample, after video.Position) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sampler != nil && c.sampler.Take(sample, after)
}

// Codec implements Source.
func (c *Camera) Codec() video.Codec {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.codec
}

// finished tells the log how a look went.
func (c *Camera) finished(err error) {
	if err == nil {
		c.looks.ended(&c.looker.Log, c.stream)
		return
	}
	c.mu.Lock()
	c.tally.failed++
	c.mu.Unlock()
	c.looks.failed(&c.looker.Log, c.stream, err, time.Now())
}

// LastUnit is when the last access unit was received, or otherwise where there was none.
func (c *Camera) LastUnit(otherwise time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.unitAt, otherwise)
}

// Blind tells whether pictures come, and since when none was looked at.
func (c *Camera) Blind(now time.Time) (since time.Time, blind bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.join == nil || now.Sub(c.unitAt) >= OfflineAfter {
		return since, false
	}
	return slices.MaxFunc([]time.Time{c.joinedAt, c.lookedAt}, time.Time.Compare), true
}

package analytics

import (
	"context"
	"errors"
	"image"
	"slices"
	"sync"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
	"github.com/AlexxIT/go2rtc/seats/analytics/propose"
	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/tap"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
)

// camera is one stream that has seats: it keeps the stream's open GOP, knows when the next look is due, and whether
// the source is there. Its one goroutine only joins and leaves; looks are the workers'.
type camera struct {
	a      *Analytics
	stream string
	stop   context.CancelFunc // of run; nil until it is started. Guarded by the edit's lock

	// looking is held while a look decides and commits, and while an edit changes what it decides about
	looking sync.Mutex
	watch   *watch
	gone    bool // no seat has the stream any more

	queued bool // guarded by the queue's lock

	mu       sync.Mutex
	joined   *consumer
	sampler  *video.Sampler
	entry    nal.Entry
	media    video.Codec
	schedule schedule
	unitAt   time.Time // when the last access unit was received
	joinedAt time.Time
	picture  *video.Picture
	found    []seat.Detection // in picture
	seats    []seat.Seat      // that they were held against
	number   int              // of the look, from 1
	lookedAt time.Time
	readers  map[*lookReader]struct{}
	wanted   time.Time // when somebody asked for its looks; of a guest
	tally    tally
	places   propose.Memory

	// of run alone
	source  *streams.Stream
	retryAt time.Time
	online  presence

	looks   trouble // looks that fail
	damaged trouble // bitstream that cannot be read
}

const (
	offlineAfter = 10 * time.Second // without a frame
	rejoinEvery  = 10 * time.Second // while offline; upstream's own retries slow down to a minute
	presenceTick = 500 * time.Millisecond

	// maxGOP is how many bytes of one open GOP are kept: 16 s at 8 Mbit/s.
	maxGOP = 16 << 20
)

// newCamera is the one of a stream's seats in the configuration.
func newCamera(a *Analytics, config *Config, stream string) *camera {
	return &camera{
		a: a, stream: stream, watch: newWatch(config, stream), schedule: schedule{interval: config.Interval},
		looks: trouble{what: "look failed"}, damaged: trouble{what: "damaged stream"},
	}
}

// run joins the stream, and joins again whenever it went away or was edited, until the end.
func (c *camera) run(ctx context.Context) {
	tick := time.NewTicker(presenceTick)
	defer tick.Stop()
	defer c.leave()
	started := time.Now()
	for {
		now := time.Now()
		c.attend(now, started)
		c.a.extendRun(now, runStep)
		if c.isGuest() && !c.isFollowed() && now.Sub(c.wantedAt()) >= guestFor {
			c.a.dismiss(now)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// attend is one turn of run.
func (c *camera) attend(now, started time.Time) {
	source := streams.Get(c.stream)
	if source != c.source {
		// edited in the web UI, or gone
		c.leave()
		c.source, c.retryAt = source, now
	}
	silent := now.Sub(c.lastUnit(started))
	if source != nil && !now.Before(c.retryAt) && (!c.isJoined() || silent >= offlineAfter) {
		c.leave()
		c.online.reason = ""
		if err := c.join(); err != nil {
			c.online.reason = err.Error()
		}
		now = time.Now() // dialling takes its time
		silent = now.Sub(c.lastUnit(started))
		c.retryAt = now.Add(rejoinEvery)
		if !c.isJoined() && silent < offlineAfter {
			c.retryAt = now.Add(time.Second)
		}
	}
	if source == nil {
		c.online.reason = "stream not found"
	}
	switch received := c.lastUnit(time.Time{}); {
	case silent >= offlineAfter:
		c.online.offline(c, now, received)
	case !received.IsZero():
		c.online.back(c, now, received)
	}
}

func (c *camera) join() error {
	cons := newConsumer(c)
	if err := c.source.AddConsumer(cons); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.joined != cons {
		return errors.New("no video track")
	}
	return nil
}

func (c *camera) leave() {
	c.mu.Lock()
	cons := c.joined
	c.joined = nil
	c.mu.Unlock()
	if cons != nil && c.source != nil {
		c.source.RemoveConsumer(cons)
	}
}

// end stops run without waiting for it: a dial may take its time. It wants the edit's lock held.
func (c *camera) end() {
	if c.stop != nil {
		c.stop()
	}
	c.mu.Lock()
	for r := range c.readers {
		r.tell()
	}
	c.mu.Unlock()
}

// start makes the camera ready for a new consumer's track.
func (c *camera) start(cons *consumer, codec video.Codec) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.joined, c.media, c.joinedAt = cons, codec, time.Now()
	c.sampler, c.entry = video.NewSampler(codec, maxGOP), nal.Entry{Codec: nal.Codec(codec)}
	c.schedule.begin(c.sampler, time.Now())
}

// push takes one access unit, which is only borrowed.
func (c *camera) push(cons *consumer, data []byte, now time.Time) {
	c.mu.Lock()
	if c.joined != cons {
		c.mu.Unlock()
		return
	}
	c.unitAt = now
	tap.Seen(c.stream, now)
	unit := video.AccessUnit{Data: data, At: now, Key: true}
	if c.media != video.MJPEG {
		// a unit that cannot be read is the sampler's to refuse
		read, _ := c.entry.Read(data, false, now) //nolint:errcheck // see above
		unit.Key = read.Key
	}
	err := c.sampler.Push(unit)
	ready := err == nil && c.schedule.ready(c.sampler, now)
	c.mu.Unlock()

	if err != nil {
		c.broken(err)
	}
	if ready && !c.a.queue.add(c) {
		c.a.metrics.dropped(c.stream)
		c.mu.Lock()
		c.tally.dropped++
		c.mu.Unlock()
	}
}

// broken counts access units that could not be read.
func (c *camera) broken(err error) {
	c.a.metrics.damaged(c.stream)
	c.damaged.failed(&log, c.stream, err, time.Now())
}

// soon has the camera looked at as soon as it can be: what it is to look for has changed.
func (c *camera) soon(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sampler != nil {
		c.sampler.SetDue(now, min(seat.CloserLook, c.schedule.interval))
	}
}

// take implements source.
func (c *camera) take(sample *video.Sample, after video.Position) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sampler != nil && c.sampler.Take(sample, after)
}

func (c *camera) name() string { return c.stream }

func (c *camera) codec() video.Codec {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.media
}

// looked keeps the picture and what was seen in it until the next one, and brings the next look forward when a seat
// wants a closer one. It wants looking held.
func (c *camera) looked(picture *video.Picture, found []seat.Detection, spent *stages) {
	now := time.Now()
	c.mu.Lock()
	c.seats = c.watch.seats
	c.number++
	c.tally.looked(now, spent)
	c.places.Add(picture.At(), found)
	old := c.picture
	c.picture, c.lookedAt = picture, now
	c.found = append(c.found[:0], found...)
	c.schedule.looked(c.sampler, picture.At(), c.watch.nextLook(c.a.config.Interval))
	for r := range c.readers {
		r.tell()
	}
	c.mu.Unlock()
	if old != nil {
		old.Close()
	}
}

// last is a copy of the picture of the last look, and what was found in it; nil where there was none.
func (c *camera) last() (*image.RGBA, []seat.Detection, time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.picture == nil {
		return nil, nil, time.Time{}, nil
	}
	img, err := c.picture.Image()
	return img, slices.Clone(c.found), c.picture.At(), err
}

// finished tells the log how a look went.
func (c *camera) finished(err error) {
	if err != nil {
		c.mu.Lock()
		c.tally.failed++
		c.mu.Unlock()
		c.looks.failed(&log, c.stream, err, time.Now())
	} else {
		c.looks.ended(&log, c.stream)
	}
}

func (c *camera) isJoined() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.joined != nil
}

// lastUnit is when the last access unit was received, or otherwise where there was none.
func (c *camera) lastUnit(otherwise time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unitAt.IsZero() {
		return otherwise
	}
	return c.unitAt
}

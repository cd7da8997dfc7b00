package tap

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/AlexxIT/go2rtc/internal/streams"
	"github.com/AlexxIT/go2rtc/pkg/core"
)

// Join is one connection of a Tap with its stream.
type Join struct {
	Value     any              // the reader's own
	Receivers []*core.Receiver // the tracks that are read, in the order in which they were added

	at       time.Time // when it was complete
	tap      *Tap
	source   *streams.Stream
	consumer *consumer

	over  atomic.Bool
	units atomic.Bool  // access units are read, and only they are noted
	last  atomic.Int64 // Unix nanoseconds of the last unit or packet, 0: none yet
}

// Sent counts bytes that the reader handed on, for api/streams.
func (j *Join) Sent(n int) {
	if j.consumer != nil { // a Join that no Tap made counts nothing
		j.consumer.Send += n
	}
}

// note records when something came. It runs for each packet, and allocates nothing.
func (j *Join) note(now time.Time) {
	before := j.last.Swap(now.UnixNano())
	if before == 0 {
		j.tap.stream.wake()
	} else if now.UnixNano()-before > int64(pauseGap) {
		j.tap.stream.pauses.Store(true)
	}
}

// lastAt is when the last unit or packet of this join came, zero if there was none.
func (j *Join) lastAt() time.Time {
	if n := j.last.Load(); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}

// consumer is what upstream sees of a Join. Exported fields would show in api/streams.
type consumer struct {
	core.Connection
	join *Join
}

// AddTrack puts the reader's handler behind a sender: with upstream's queue and goroutine, or without.
func (c *consumer) AddTrack(media *core.Media, _ *core.Codec, receiver *core.Receiver) error {
	j, handler := c.join, core.HandlerFunc(nil)
	reader := &j.tap.reader
	if reader.Track != nil {
		var err error
		if handler, err = reader.Track(j, receiver.Codec); err != nil {
			return err
		}
	}
	handle := func(packet *core.Packet) {
		if j.over.Load() {
			return
		}
		if !j.units.Load() {
			j.note(time.Now())
		}
		if handler != nil {
			handler(packet)
		}
	}
	j.Receivers = append(j.Receivers, receiver)
	sender := core.NewSender(media, receiver.Codec)
	if reader.Direct {
		sender.Input = handle
		sender.WithParent(receiver)
	} else {
		sender.Handler = handle
		sender.HandleRTP(receiver) //nolint:staticcheck // deprecated, and what every consumer of upstream calls
	}
	c.Senders = append(c.Senders, sender)
	return nil
}

// dial joins with the first of the reader's sets of media that the source has. The error is upstream's own.
func (t *Tap) dial(source *streams.Stream) (j *Join, err error) {
	for _, medias := range t.reader.Wants {
		j = &Join{tap: t, source: source}
		j.consumer = &consumer{join: j, Connection: core.Connection{
			ID: core.NewID(), FormatName: t.reader.Format, Protocol: "pipe", Medias: medias,
		}}
		if err = addConsumer(source, j.consumer); err == nil || !mismatch(err) {
			break
		}
	}
	return j, err
}

// mismatch tells whether a source was there, and had nothing that the reader takes. Upstream has no error for it.
func mismatch(err error) bool { return strings.Contains(err.Error(), "codecs not matched") }

// addConsumer survives a source that panics, and says which it was.
func addConsumer(source *streams.Stream, c *consumer) (err error) {
	defer func() {
		if r := recover(); r != nil {
			source.RemoveConsumer(c)
			err = fmt.Errorf("%s: the source cannot be used as it is written (%v)", schemes(source), r)
		}
	}()
	return source.AddConsumer(c)
}

func schemes(source *streams.Stream) string {
	var names []string
	for _, text := range source.Sources() {
		if name, _, ok := strings.Cut(text, ":"); ok {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

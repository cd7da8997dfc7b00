package live

import (
	"time"

	"github.com/AlexxIT/go2rtc/pkg/core"
)

// consumer is a watcher's reader of one stream. It notes when packets come, on the goroutine that brings them, and
// keeps nothing: no queue, no goroutine, no allocation per packet.
type consumer struct {
	core.Connection
	watcher *watcher
}

// newConsumer reads one track of the kind, whatever its codec.
func newConsumer(w *watcher, kind string) *consumer {
	return &consumer{
		watcher: w,
		Connection: core.Connection{
			ID:         core.NewID(),
			FormatName: "source",
			Protocol:   "pipe",
			Medias: []*core.Media{{
				Kind: kind, Direction: core.DirectionSendonly, Codecs: []*core.Codec{{Name: core.CodecAny}},
			}},
		},
	}
}

// AddTrack joins a sender that has no queue, since there is nothing that could be slow.
func (c *consumer) AddTrack(media *core.Media, _ *core.Codec, track *core.Receiver) error {
	sender := core.NewSender(media, track.Codec)
	sender.Input = func(*core.Packet) { c.watcher.received(time.Now()) }
	sender.WithParent(track)
	c.Senders = append(c.Senders, sender)
	return nil
}

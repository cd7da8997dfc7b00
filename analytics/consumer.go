package analytics

import (
	"fmt"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/pkg/h264"
	"github.com/AlexxIT/go2rtc/pkg/h265"
	"github.com/AlexxIT/go2rtc/pkg/mjpeg"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/pion/rtp"
)

// consumer is a camera's reader of one stream, for as long as it stays joined. Upstream runs its handler on a goroutine
// of its own behind a bounded queue, so whatever we do here delays no viewer.
type consumer struct {
	core.Connection
	camera *camera
}

func newConsumer(c *camera) *consumer {
	return &consumer{
		camera: c,
		Connection: core.Connection{
			ID:         core.NewID(),
			FormatName: "analytics",
			Protocol:   "pipe",
			Medias: []*core.Media{{
				Kind:      core.KindVideo,
				Direction: core.DirectionSendonly,
				Codecs:    []*core.Codec{{Name: core.CodecH264}, {Name: core.CodecH265}, {Name: core.CodecJPEG}},
			}},
		},
	}
}

// AddTrack puts the depacketiser for the track's codec before the camera.
func (c *consumer) AddTrack(media *core.Media, _ *core.Codec, track *core.Receiver) error {
	var codec video.Codec
	var depacketise func(core.HandlerFunc) core.HandlerFunc
	switch track.Codec.Name {
	case core.CodecH264:
		codec = video.H264
		depacketise = func(next core.HandlerFunc) core.HandlerFunc {
			if track.Codec.IsRTP() {
				return h264.RTPDepay(track.Codec, next)
			}
			return h264.RepairAVCC(track.Codec, next)
		}
	case core.CodecH265:
		codec = video.H265
		depacketise = func(next core.HandlerFunc) core.HandlerFunc {
			if track.Codec.IsRTP() {
				return h265.RTPDepay(track.Codec, next)
			}
			return h265.RepairAVCC(track.Codec, next)
		}
	case core.CodecJPEG:
		codec = video.MJPEG
		depacketise = func(next core.HandlerFunc) core.HandlerFunc {
			if track.Codec.IsRTP() {
				return mjpeg.RTPDepay(next)
			}
			return next
		}
	default:
		return fmt.Errorf("analytics: no decoder for %s", track.Codec.Name)
	}

	c.camera.start(c, codec)
	sender := core.NewSender(media, track.Codec)
	sender.Handler = c.guard(depacketise, func(packet *rtp.Packet) {
		c.camera.push(c, packet.Payload, time.Now())
	})
	sender.HandleRTP(track) //nolint:staticcheck // deprecated, and what every consumer of upstream calls
	c.Senders = append(c.Senders, sender)
	return nil
}

// guard makes a packet that upstream's depacketisers stumble over cost that packet, not the process: they index into
// payloads that they did not measure. What was half-collected is thrown away with it.
func (c *consumer) guard(depacketise func(core.HandlerFunc) core.HandlerFunc, next core.HandlerFunc) core.HandlerFunc {
	handler := depacketise(next)
	return func(packet *rtp.Packet) {
		defer func() {
			if r := recover(); r != nil {
				handler = depacketise(next)
				c.camera.broken(fmt.Errorf("depacketise: %v", r))
			}
		}()
		handler(packet)
	}
}

package hls

import (
	"fmt"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/aac"
	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/pkg/h264"
	"github.com/AlexxIT/go2rtc/pkg/h265"
	"github.com/AlexxIT/go2rtc/pkg/pcm"
	"github.com/pion/rtp"
)

// consumer is a muxer's reader of its stream. Upstream runs each track's handler on a goroutine of its own behind a
// bounded queue. It is shown once in api/streams, however many viewers there are.
type consumer struct {
	core.Connection
	muxer  *muxer
	tracks []*track // in the order of the init segment
	from   []*core.Receiver
}

func newConsumer(m *muxer, medias []*core.Media) *consumer {
	return &consumer{
		muxer: m,
		Connection: core.Connection{
			ID:         core.NewID(),
			FormatName: "hls/fmp4",
			Protocol:   "pipe",
			Medias:     medias,
		},
	}
}

// AddTrack takes one video and one audio track. What HLS cannot carry is refused, and the other plays without it.
func (c *consumer) AddTrack(media *core.Media, _ *core.Codec, receiver *core.Receiver) error {
	for _, t := range c.tracks {
		if t.codec.Kind() == receiver.Codec.Kind() {
			return fmt.Errorf("hls: has %s already", t.codec.Kind())
		}
	}
	t := &track{codec: receiver.Codec.Clone(), rtp: receiver.Codec.IsRTP(), scale: 1}
	if t.codec.ClockRate == 0 {
		return fmt.Errorf("hls: %s without a clock rate", t.codec.Name)
	}
	depacketise, err := t.depacketiser(receiver.Codec)
	if err != nil {
		return err
	}
	t.line.clock = t.clock()

	sender := core.NewSender(media, receiver.Codec)
	sender.Handler = c.guard(depacketise, func(packet *rtp.Packet) {
		var shown uint32
		if !t.rtp && t.units != nil {
			shown = uint32(packet.ExtensionProfile) // where upstream's demuxers put it
		}
		c.muxer.write(c, t, packet.Payload, packet.Timestamp*uint32(t.scale), shown, time.Now())
	})
	c.tracks, c.from = append(c.tracks, t), append(c.from, receiver)
	sender.HandleRTP(receiver) //nolint:staticcheck // deprecated, and what every consumer of upstream calls
	c.Senders = append(c.Senders, sender)
	return nil
}

// depacketiser is upstream's for the codec, and completes what the track knows of it.
func (t *track) depacketiser(from *core.Codec) (core.Filter, error) {
	choose := func(rtp, raw func(*core.Codec, core.HandlerFunc) core.HandlerFunc) core.Filter {
		if !t.rtp {
			rtp = raw
		}
		return func(next core.HandlerFunc) core.HandlerFunc { return rtp(from, next) }
	}
	same := func(next core.HandlerFunc) core.HandlerFunc { return next }
	switch from.Name {
	case core.CodecH264:
		t.units = &units{}
		return choose(h264.RTPDepay, repairAVCC), nil
	case core.CodecH265:
		t.units = &units{h265: true}
		return choose(h265.RTPDepay, h265.RepairAVCC), nil
	case core.CodecAAC:
		t.frame = aac.AUTime
		if _, err := aacConfig(from); err != nil {
			return nil, err
		}
		if t.rtp {
			return aacFrames, nil
		}
		return same, nil
	case core.CodecOpus:
		return same, nil
	case core.CodecMP3:
		t.frame = 1152
		return same, nil
	case core.CodecPCMA, core.CodecPCMU, core.CodecPCM, core.CodecPCML:
		// as upstream has it: two channels are one of double the rate
		t.codec.Name = core.CodecFLAC
		if t.codec.Channels == 2 {
			t.codec.Channels, t.codec.ClockRate, t.scale = 1, t.codec.ClockRate*2, 2
		}
		flac := func(next core.HandlerFunc) core.HandlerFunc {
			return pcm.FLACEncoder(from.Name, t.codec.ClockRate, next)
		}
		if flac(func(*core.Packet) {}) == nil {
			return nil, fmt.Errorf("hls: no FLAC with %d samples a second", t.codec.ClockRate)
		}
		return flac, nil
	}
	return nil, fmt.Errorf("hls: no %s", from.Name)
}

// repairAVCC is upstream's on a copy: it writes to the packet, which is every consumer's.
func repairAVCC(codec *core.Codec, next core.HandlerFunc) core.HandlerFunc {
	var own rtp.Packet
	repair := h264.RepairAVCC(codec, next)
	return func(packet *rtp.Packet) {
		own = *packet
		repair(&own)
	}
}

// aacFrames gives frames the time of their packet. Upstream's depacketiser counts from zero instead, so that each lost
// packet would leave the sound further behind.
func aacFrames(next core.HandlerFunc) core.HandlerFunc {
	var at uint32
	depacketise := aac.RTPDepay(func(frame *rtp.Packet) {
		frame.Timestamp = at
		at += aac.AUTime
		next(frame)
	})
	return func(packet *rtp.Packet) {
		at = packet.Timestamp
		depacketise(packet)
	}
}

// guard makes a packet that upstream's depacketisers stumble over cost that packet, not the process: they index into
// payloads that they did not measure. What was half-collected is thrown away with it.
func (c *consumer) guard(depacketise core.Filter, next core.HandlerFunc) core.HandlerFunc {
	handler := depacketise(next)
	return func(packet *rtp.Packet) {
		defer func() {
			if r := recover(); r != nil {
				handler = depacketise(next)
				log.Debug().Str("stream", c.muxer.name).Msgf("[hls] depacketise: %v", r)
			}
		}()
		handler(packet)
	}
}

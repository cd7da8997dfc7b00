package hls

import (
	"fmt"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/aac"
	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/pkg/pcm"
	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
	"github.com/AlexxIT/go2rtc/seats/analytics/tap"
	"github.com/pion/rtp"
)

// consumer is one join of a muxer with its stream, and the tracks that it has.
type consumer struct {
	muxer   *muxer
	join    *tap.Join
	tracks  []*track // in the order of the init segment
	leading *track   // the video, or the audio where there is none: parts and segments follow it
}

// add takes one video and one audio track. What HLS cannot carry is refused, and the other plays without it.
func (c *consumer) add(codec *core.Codec) (core.HandlerFunc, error) {
	if slices.ContainsFunc(c.tracks, func(t *track) bool { return t.codec.Kind() == codec.Kind() }) {
		return nil, fmt.Errorf("hls: has %s already", codec.Kind())
	}
	t := &track{codec: codec.Clone(), rtp: codec.IsRTP(), scale: 1}
	if t.codec.ClockRate == 0 {
		return nil, fmt.Errorf("hls: %s without a clock rate", t.codec.Name)
	}
	broken := func(err error) { log.Debug().Err(err).Str("stream", c.muxer.name).Msg("[hls] damaged stream") }
	var handler core.HandlerFunc
	var err error
	switch codec.Name {
	case core.CodecH264, core.CodecH265:
		t.units = &units{coding: nal.H264}
		if codec.Name == core.CodecH265 {
			t.units.coding = nal.H265
		}
		handler, err = c.join.Units(codec, func(u tap.Unit) { c.muxer.write(c, t, u) }, broken)
	default:
		var depacketise core.Filter
		if depacketise, err = t.depacketiser(codec); err == nil {
			handler = tap.Guard(depacketise, func(packet *rtp.Packet) {
				c.muxer.write(c, t, tap.Unit{Data: packet.Payload, At: time.Now(), Timestamp: packet.Timestamp * uint32(t.scale), Key: true})
			}, broken)
		}
	}
	if err != nil {
		return nil, err
	}
	t.line.clock = t.clock()
	c.tracks = append(c.tracks, t)
	if c.leading == nil || t.units != nil {
		c.leading = t
	}
	return handler, nil
}

// depacketiser is upstream's for the codec of sound, and completes what the track knows of it.
func (t *track) depacketiser(from *core.Codec) (core.Filter, error) {
	same := func(next core.HandlerFunc) core.HandlerFunc { return next }
	switch from.Name {
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

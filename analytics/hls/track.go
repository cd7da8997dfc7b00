package hls

import (
	"time"

	"github.com/AlexxIT/go2rtc/pkg/core"
)

// track is one track of a consumer, and what has come of it for the part that is being made.
type track struct {
	codec *core.Codec // as the init segment has it, without the parameter sets that come in the stream
	units *units      // of video
	rtp   bool        // timestamps say when pictures are shown, not when they are decoded
	scale int64       // ticks of the codec for one of the source
	frame int64       // ticks of one audio frame, where all have as many; 0 is unknown

	line  timeline
	order order
	begun bool  // placed in this run
	any   bool  // has a sample in it
	base  int64 // media time of first
	first int64 // source time
	last  int64 // media time of the last sample
	usual int64 // duration of the last sample that had one

	start   int64 // media time of samples[0]
	samples []sample
	data    []byte
}

// sample is one access unit or audio frame in the part that is being made.
type sample struct {
	duration, size uint32
	flags          uint32 // ISO/IEC 14496-12 section 8.8.3.1
	shown          uint32 // ticks after it is decoded
}

func (t *track) clock() int64 { return int64(t.codec.ClockRate) }

// begin places the next sample at a media time.
func (t *track) begin(media time.Duration, source int64) {
	t.begun, t.base, t.first = true, ticks(media, t.clock()), source
	if t.units != nil {
		t.order.reset(t.units)
	}
}

// settle gives the last sample its duration, up to the media time of the next.
func (t *track) settle(next int64) {
	if n := len(t.samples); n > 0 {
		t.usual = max(next-t.last, 1)
		t.samples[n-1].duration = uint32(t.usual)
	}
}

// close gives the last sample the duration that one usually has, and says where it ends.
func (t *track) close() int64 {
	usual := t.usual
	if t.frame > 0 {
		usual = t.frame
	} else if usual == 0 || usual > t.clock() {
		usual = t.clock() / 25
	}
	t.settle(t.last + usual)
	return t.last + usual
}

func (t *track) append(data []byte, media int64, shown, flags uint32) {
	if len(t.samples) == 0 {
		t.start = media
	}
	t.last, t.any = media, true
	t.samples = append(t.samples, sample{size: uint32(len(data)), flags: flags, shown: shown})
	t.data = append(t.data, data...)
}

// empty forgets the samples and keeps their memory, unless a big keyframe made it far bigger than is usual.
func (t *track) empty() {
	if used := len(t.data); cap(t.data) > 1<<20 && used < cap(t.data)/8 {
		t.data = make([]byte, 0, 2*used)
	}
	t.samples, t.data = t.samples[:0], t.data[:0]
}

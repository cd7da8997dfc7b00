// Package video turns a stream of access units into one picture when a look asks for it.
//
// A Sampler keeps the open GOP of one stream, coded as it came; a Decoder decodes as little of it as reaches the newest
// picture; a Picture stays in its own size and gives any rectangle of itself to a detector. Decoders belong to the
// workers that look, so memory grows with cores and not with cameras. Hostile input ends in an error, never in a panic
// or without bound. It is the only package that knows FFmpeg. Begin with Sampler.
package video

import (
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
)

// Codec is how access units are coded.
type Codec uint8

// The codecs that cameras send and libavcodec decodes in process.
const (
	H264  = Codec(nal.H264)
	H265  = Codec(nal.H265)
	MJPEG = Codec(nal.H265 + 1)
)

func (c Codec) String() string {
	switch c {
	case H264:
		return "h264"
	case H265:
		return "hevc"
	case MJPEG:
		return "mjpeg"
	}
	return "unknown"
}

// AccessUnit is one coded picture with all its NAL units (H.264 section 3.1; RFC 6184).
type AccessUnit struct {
	Data []byte    // Annex B, or a whole JPEG
	At   time.Time // when it was received
	Key  bool      // a decoder can begin here
}

// Position is where a decoder stands in a stream: it has decoded the units of a GOP up to, not including, Next. The
// zero value is nowhere.
type Position struct {
	GOP  uint64
	Next int
}

// Sample is what one look decodes: consecutive access units of one GOP. Its buffers are reused by the next Take.
type Sample struct {
	Codec   Codec
	GOP     uint64
	First   int // index of the first unit in its GOP; 0 is the keyframe
	Units   []AccessUnit
	KeyOnly bool // the keyframe alone, nothing will be decoded on from it

	// Until, where it is set, makes Decode prefer the newest picture that is not later: units of a file come in the
	// order of decoding, some before their time.
	Until time.Time

	buf []byte
}

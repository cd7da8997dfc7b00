package video

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
)

// ErrGOPTooLong is returned once for a GOP that does not fit: its keyframe stays usable, what follows is passed over.
var ErrGOPTooLong = errors.New("group of pictures is too long to keep")

var errJPEG = errors.New("access unit: not a JPEG")

// slack is how much before its time a keyframe counts as due: cameras' clocks and ours differ by a little.
const slack = 100 * time.Millisecond

// Sampler keeps the open GOP of one stream, in buffers that it reuses, and says when a look is due. Its owner serialises
// the calls and tells the time.
//
// Where keyframes come at least as often as looks are due, only they are looked at. Where they are rarer the units
// between are decoded too. The choice follows the distance between the last keyframes.
type Sampler struct {
	codec Codec
	max   int

	gop   uint64
	buf   []byte
	units []unit
	full  bool // the GOP did not fit

	keyAt    time.Time     // of the open GOP's keyframe
	distance time.Duration // between the last two keyframes, 0 where unknown

	due   time.Time
	every time.Duration
	taken bool // the open GOP's keyframe was taken already
}

type unit struct {
	end int // in buf
	at  time.Time
}

// NewSampler keeps at most maxBytes of a GOP.
func NewSampler(codec Codec, maxBytes int) *Sampler {
	return &Sampler{codec: codec, max: maxBytes}
}

// Push takes one access unit as it was received: AVCC for H.264 and H.265, a JPEG for MJPEG, and whether a decoder can
// begin at it. The data is only borrowed. Units before the first keyframe are passed over.
func (s *Sampler) Push(u AccessUnit) error {
	begin, buf := len(s.buf), s.buf
	switch {
	case len(u.Data) > s.max:
		return fmt.Errorf("access unit of %d bytes: %w", len(u.Data), ErrGOPTooLong)
	case s.codec != MJPEG:
		var err error
		if buf, err = nal.AppendAnnexB(buf, u.Data); err != nil {
			return err
		}
	case bytes.HasPrefix(u.Data, []byte{0xff, 0xd8}):
		buf = append(buf, u.Data...)
	default:
		return errJPEG
	}
	if u.Key || s.codec == MJPEG {
		n := copy(buf, buf[begin:])
		s.open(buf[:n], u.At)
		return nil
	}
	if len(s.units) == 0 || s.full {
		return nil
	}
	if len(buf) > s.max {
		s.full = true
		s.units = s.units[:1]
		s.buf = s.buf[:s.units[0].end]
		return ErrGOPTooLong
	}
	s.buf = buf
	s.units = append(s.units, unit{len(buf), u.At})
	return nil
}

func (s *Sampler) open(key []byte, at time.Time) {
	if !s.keyAt.IsZero() {
		s.distance = at.Sub(s.keyAt)
	}
	s.gop++
	s.buf = key
	s.units = append(s.units[:0], unit{len(key), at})
	s.keyAt, s.full, s.taken = at, false, false
}

// SetDue sets when the next look is due, and how far apart looks are just now.
func (s *Sampler) SetDue(at time.Time, every time.Duration) { s.due, s.every = at, every }

// Ready tells, after a Push, whether a look should be made now.
func (s *Sampler) Ready(now time.Time) bool {
	if len(s.units) == 0 {
		return false
	}
	if soon := s.due.Add(-min(slack, s.every/8)); !s.taken && !now.Before(soon) && !s.keyAt.Before(soon) {
		return true
	}
	return !s.keyOnly(now) && !s.full && !now.Before(s.due)
}

// keyOnly tells whether keyframes come often enough to look at nothing else.
func (s *Sampler) keyOnly(now time.Time) bool {
	since := now.Sub(s.keyAt)
	if s.distance == 0 {
		// the first GOP: as long as it may yet turn out a short one, wait
		return since < s.every
	}
	return max(s.distance, since) <= s.every+slack
}

// Take copies into dst what a decoder that stands at after needs for the newest picture, and tells whether there is
// anything that was not taken before.
func (s *Sampler) Take(dst *Sample, after Position) bool {
	if len(s.units) == 0 {
		return false
	}
	last := len(s.units) - 1
	now := s.units[last].at
	dst.Codec, dst.GOP, dst.First = s.codec, s.gop, 0
	dst.KeyOnly = s.full || last == 0 && s.keyOnly(now) || last > 0 && !s.taken && s.keyOnly(now)
	switch {
	case dst.KeyOnly:
		if s.taken {
			return false
		}
		last = 0
	case after.GOP == s.gop:
		dst.First = after.Next
	}
	if dst.First > last {
		return false
	}
	s.taken = true

	start := 0
	if dst.First > 0 {
		start = s.units[dst.First-1].end
	}
	dst.buf = append(dst.buf[:0], s.buf[start:s.units[last].end]...)
	dst.Units = dst.Units[:0]
	begin := start
	for i := dst.First; i <= last; i++ {
		end := s.units[i].end
		dst.Units = append(dst.Units, AccessUnit{Data: dst.buf[begin-start : end-start : end-start], At: s.units[i].at, Key: i == 0})
		begin = end
	}
	return true
}

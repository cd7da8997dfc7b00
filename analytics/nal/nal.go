// Package nal reads NAL units of H.264 and H.265: which kind each is, and whether a decoder can begin at an access
// unit. Cameras, files that are replayed and HLS all ask here what is a keyframe.
//
// It promises:
//   - Access units are AVCC, NAL units with four bytes of length before each (ISO/IEC 14496-15). They are only borrowed.
//   - Hostile input ends in an answer or an error: no panic, and no step that does not bring the end nearer.
//   - Nothing is allocated, but by AppendAnnexB where its destination is too small.
//
// Begin with Entry.
package nal

import (
	"encoding/binary"
	"errors"
)

// ErrLength is an access unit whose lengths do not add up, or that has no NAL unit.
var ErrLength = errors.New("access unit: NAL unit lengths do not add up")

// Codec is how NAL units are coded.
type Codec byte

// The codecs that have NAL units.
const (
	H264 Codec = iota + 1
	H265
)

// Types of NAL units that are asked for by number (H.264 table 7-1, H.265 table 7-1).
const (
	H264SPS = 7
	H264PPS = 8
	H265VPS = 32
	H265SPS = 33
	H265PPS = 34

	h264Slice, h264IDR, h264SEI                = 1, 5, 6
	h265LastSlice, h265FirstIRAP, h265LastIRAP = 9, 16, 21
)

// Kind is what a NAL unit is good for.
type Kind byte

// The kinds.
const (
	Other  Kind = iota
	Slice       // of a picture that refers to others, or may
	Random      // a slice of a picture that refers to no other: IDR, and CRA and BLA in H.265
	Set         // a parameter set
	SEI         // supplemental information, of H.264
)

// Next cuts the first NAL unit off an access unit. It is not ok at the end (rest is empty then) and where the lengths do
// not add up.
func Next(avcc []byte) (unit, rest []byte, ok bool) {
	if len(avcc) < 4 {
		return nil, avcc, false
	}
	size := binary.BigEndian.Uint32(avcc)
	if uint64(size) > uint64(len(avcc)-4) {
		return nil, avcc, false
	}
	return avcc[4 : 4+size], avcc[4+size:], true
}

// Type is nal_unit_type. The unit must not be empty.
func (c Codec) Type(unit []byte) byte {
	if c == H265 {
		return unit[0] >> 1 & 0x3f
	}
	return unit[0] & 0x1f
}

// Kind is the kind of a NAL unit.
func (c Codec) Kind(unit []byte) Kind {
	if len(unit) == 0 {
		return Other
	}
	t := c.Type(unit)
	switch {
	case c == H265 && t <= h265LastSlice, c == H264 && t == h264Slice:
		return Slice
	case c == H265 && t >= h265FirstIRAP && t <= h265LastIRAP, c == H264 && t == h264IDR:
		return Random
	case c == H265 && t >= H265VPS && t <= H265PPS, c == H264 && (t == H264SPS || t == H264PPS):
		return Set
	case c == H264 && t == h264SEI:
		return SEI
	}
	return Other
}

// AppendAnnexB appends an access unit to dst with start codes in place of the lengths. Empty NAL units are dropped.
func AppendAnnexB(dst, avcc []byte) ([]byte, error) {
	out := dst
	for len(avcc) > 0 {
		unit, rest, ok := Next(avcc)
		if !ok {
			return dst, ErrLength
		}
		if avcc = rest; len(unit) > 0 {
			out = append(out, 0, 0, 0, 1)
			out = append(out, unit...)
		}
	}
	if len(out) == len(dst) {
		return dst, ErrLength
	}
	return out, nil
}

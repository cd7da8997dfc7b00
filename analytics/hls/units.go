package hls

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"

	"github.com/AlexxIT/go2rtc/pkg/core"
)

// NAL unit types, H.264 table 7-1 and H.265 table 7-1.
const (
	h264Slice, h264IDR, h264SPS, h264PPS                                  = 1, 5, 7, 8
	h265LastSlice, h265FirstIRAP, h265LastIRAP, h265VPS, h265SPS, h265PPS = 9, 16, 21, 32, 33, 34

	maxUnits = 1024 // of one access unit; a real one has a few slices
)

// units reads access units of one track: whether they are keyframes, and which parameter sets came with them.
type units struct {
	h265 bool
	sets [][]byte // of the last keyframe that had some; never written to again
	// slices are those of the last access unit, borrowed as it was. The decode times are made from sets and slices.
	slices [][]byte

	came [][]byte // reused
}

// read takes an access unit, NAL units with four bytes of length before each. One that is cut short or has no slice is
// not ok. changed means that other parameter sets came.
func (u *units) read(avcc []byte) (key, changed, ok bool) {
	u.slices, u.came = u.slices[:0], u.came[:0]
	for n := 0; len(avcc) > 0; n++ {
		if len(avcc) < 4 || n == maxUnits {
			return false, false, false
		}
		size := binary.BigEndian.Uint32(avcc)
		avcc = avcc[4:]
		if uint64(size) > uint64(len(avcc)) {
			return false, false, false
		}
		unit := avcc[:size]
		avcc = avcc[size:]
		if len(unit) < 3 {
			continue
		}
		slice, random, set := u.kind(unit)
		if slice {
			u.slices = append(u.slices, unit)
			key = key || random
		} else if set && !holds(u.came, unit) {
			u.came = append(u.came, unit)
		}
	}
	if key && u.complete() && !same(u.came, u.sets) {
		u.sets = nil
		for _, set := range u.came {
			u.sets = append(u.sets, bytes.Clone(set))
		}
		changed = true
	}
	return key, changed, len(u.slices) > 0
}

func (u *units) kind(unit []byte) (slice, random, set bool) {
	if u.h265 {
		switch t := unit[0] >> 1 & 0x3F; {
		case t <= h265LastSlice:
			return true, false, false
		case t >= h265FirstIRAP && t <= h265LastIRAP:
			return true, true, false
		default:
			return false, false, t >= h265VPS && t <= h265PPS
		}
	}
	switch t := unit[0] & 0x1F; t {
	case h264Slice, h264IDR:
		return true, t == h264IDR, false
	default:
		return false, false, t == h264SPS || t == h264PPS
	}
}

// complete tells whether a decoder can be set up with what came.
func (u *units) complete() bool {
	if u.h265 {
		return u.first(u.came, h265SPS) != nil && u.first(u.came, h265PPS) != nil
	}
	return u.first(u.came, h264SPS) != nil && u.first(u.came, h264PPS) != nil
}

func (u *units) first(sets [][]byte, kind byte) []byte {
	for _, set := range sets {
		if t := set[0] & 0x1F; !u.h265 && t == kind || u.h265 && set[0]>>1&0x3F == kind {
			return set
		}
	}
	return nil
}

// codec is the track's with the parameter sets that came in the stream: those of the SDP may be older, or missing.
func (u *units) codec(c *core.Codec) *core.Codec {
	text := base64.StdEncoding.EncodeToString
	c = c.Clone()
	if u.h265 {
		c.FmtpLine = "sprop-vps=" + text(u.first(u.sets, h265VPS)) + ";sprop-sps=" + text(u.first(u.sets, h265SPS)) +
			";sprop-pps=" + text(u.first(u.sets, h265PPS))
	} else {
		c.FmtpLine = "packetization-mode=1;sprop-parameter-sets=" + text(u.first(u.sets, h264SPS)) + "," + text(u.first(u.sets, h264PPS))
	}
	return c
}

func (u *units) sps() []byte {
	if u.h265 {
		return u.first(u.sets, h265SPS)
	}
	return u.first(u.sets, h264SPS)
}

func holds(sets [][]byte, set []byte) bool {
	for _, s := range sets {
		if bytes.Equal(s, set) {
			return true
		}
	}
	return false
}

func same(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

package hls

import (
	"bytes"
	"encoding/base64"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
)

const maxUnits = 1024 // of one access unit; a real one has a few slices

// units reads access units of one track: their slices, and which parameter sets came with keyframes.
type units struct {
	coding nal.Codec
	sets   [][]byte // of the last keyframe that had some; never written to again
	// slices are those of the last access unit, borrowed as it was. The decode times are made from sets and slices.
	slices [][]byte

	came [][]byte // reused
}

// read takes an access unit. One that is cut short or has no slice is not ok. changed means that other parameter sets
// came.
func (u *units) read(avcc []byte, key bool) (changed, ok bool) {
	u.slices, u.came = u.slices[:0], u.came[:0]
	for n := 0; len(avcc) > 0; n++ {
		unit, rest, whole := nal.Next(avcc)
		if !whole || n == maxUnits {
			return false, false
		}
		avcc = rest
		if len(unit) < 3 {
			continue
		}
		switch u.coding.Kind(unit) {
		case nal.Slice, nal.Random:
			u.slices = append(u.slices, unit)
		case nal.Set:
			if !holds(u.came, unit) {
				u.came = append(u.came, unit)
			}
		case nal.SEI, nal.Other:
		}
	}
	if len(u.slices) == 0 {
		return false, false
	}
	if key && u.complete() && !same(u.came, u.sets) {
		u.sets = nil
		for _, set := range u.came {
			u.sets = append(u.sets, bytes.Clone(set))
		}
		changed = true
	}
	return changed, true
}

// complete tells whether a decoder can be set up with what came.
func (u *units) complete() bool {
	if u.coding == nal.H265 {
		return u.first(u.came, nal.H265SPS) != nil && u.first(u.came, nal.H265PPS) != nil
	}
	return u.first(u.came, nal.H264SPS) != nil && u.first(u.came, nal.H264PPS) != nil
}

func (u *units) first(sets [][]byte, kind byte) []byte {
	for _, set := range sets {
		if u.coding.Type(set) == kind {
			return set
		}
	}
	return nil
}

// codec is the track's with the parameter sets that came in the stream: those of the SDP may be older, or missing.
func (u *units) codec(c *core.Codec) *core.Codec {
	text := base64.StdEncoding.EncodeToString
	c = c.Clone()
	if u.coding == nal.H265 {
		c.FmtpLine = "sprop-vps=" + text(u.first(u.sets, nal.H265VPS)) + ";sprop-sps=" + text(u.first(u.sets, nal.H265SPS)) +
			";sprop-pps=" + text(u.first(u.sets, nal.H265PPS))
	} else {
		c.FmtpLine = "packetization-mode=1;sprop-parameter-sets=" + text(u.first(u.sets, nal.H264SPS)) + "," + text(u.first(u.sets, nal.H264PPS))
	}
	return c
}

func (u *units) sps() []byte {
	if u.coding == nal.H265 {
		return u.first(u.sets, nal.H265SPS)
	}
	return u.first(u.sets, nal.H264SPS)
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

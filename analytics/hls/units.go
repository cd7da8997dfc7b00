package hls

import (
	"bytes"
	"encoding/base64"
	"slices"

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
			if !slices.ContainsFunc(u.came, func(set []byte) bool { return bytes.Equal(set, unit) }) {
				u.came = append(u.came, unit)
			}
		case nal.SEI, nal.Other:
		}
	}
	if len(u.slices) == 0 {
		return false, false
	}
	if key && u.complete() && !slices.EqualFunc(u.came, u.sets, bytes.Equal) {
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
	return u.first(u.came, nal.H264SPS, nal.H265SPS) != nil && u.first(u.came, nal.H264PPS, nal.H265PPS) != nil
}

// first is the first set of a type, which the codings number differently.
func (u *units) first(sets [][]byte, ofH264, ofH265 byte) []byte {
	kind := ofH264
	if u.coding == nal.H265 {
		kind = ofH265
	}
	for _, set := range sets {
		if u.coding.Type(set) == kind {
			return set
		}
	}
	return nil
}

func (u *units) sps() []byte { return u.first(u.sets, nal.H264SPS, nal.H265SPS) }

// codec is the track's with the parameter sets that came in the stream: those of the SDP may be older, or missing.
func (u *units) codec(c *core.Codec) *core.Codec {
	text := base64.StdEncoding.EncodeToString
	sps, pps := text(u.sps()), text(u.first(u.sets, nal.H264PPS, nal.H265PPS))
	c = c.Clone()
	c.FmtpLine = "packetization-mode=1;sprop-parameter-sets=" + sps + "," + pps
	if u.coding == nal.H265 {
		c.FmtpLine = "sprop-vps=" + text(u.first(u.sets, 0, nal.H265VPS)) + ";sprop-sps=" + sps + ";sprop-pps=" + pps
	}
	return c
}

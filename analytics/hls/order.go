package hls

import (
	"slices"

	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h264"
	"github.com/bluenviron/mediacommon/v2/pkg/codecs/h265"
)

// order finds when pictures are decoded: RTP says only when they are shown, and with B-frames these differ. Where the
// bitstream does not tell, pictures are decoded when they are shown. The times that it gives always grow.
type order struct {
	h264 *h264.DTSExtractor
	h265 *h265.DTSExtractor
	last int64
	any  bool
	au   [][]byte // reused

	// of H.264 that begins without an IDR, which mediacommon's waits for: pictures that are held back, by when they are
	// shown, and how many a decoder holds
	held  []int64
	depth int
}

// reset begins anew with the next keyframe, which u has just read.
func (o *order) reset(u *units) {
	*o = order{au: o.au[:0]}
	switch {
	case u.coding == nal.H265:
		o.h265 = &h265.DTSExtractor{}
		o.h265.Initialize()
	case slices.ContainsFunc(u.slices, func(s []byte) bool { return u.coding.Kind(s) == nal.Random }):
		o.h264 = &h264.DTSExtractor{}
		o.h264.Initialize()
	default:
		var sps h264.SPS
		if err := sps.Unmarshal(u.sps()); err == nil && sps.VUI != nil && sps.VUI.BitstreamRestriction != nil {
			o.depth = int(min(sps.VUI.BitstreamRestriction.MaxNumReorderFrames, 16)) // H.264 section A.3.1
		}
	}
}

// decode is the decode time of the access unit that u has just read, not later than it is shown if that can be.
func (o *order) decode(u *units, key bool, shown int64) int64 {
	o.au = o.au[:0]
	if key {
		o.au = append(o.au, u.sets...)
	}
	o.au = append(o.au, u.slices...)
	var dts int64
	var err error
	switch {
	case o.h265 != nil:
		dts, err = o.h265.Extract(o.au, shown)
	case o.h264 != nil:
		dts, err = o.h264.Extract(o.au, shown)
	default:
		return o.grow(o.hold(shown))
	}
	if err != nil {
		dts = shown
	}
	return o.grow(dts)
}

// hold gives the times of pictures as they are shown, as late as a decoder holds them back.
func (o *order) hold(shown int64) int64 {
	at, _ := slices.BinarySearch(o.held, shown)
	o.held = slices.Insert(o.held, at, shown)
	if len(o.held) <= o.depth {
		return o.held[0]
	}
	first := o.held[0]
	o.held = slices.Delete(o.held, 0, 1)
	return first
}

// grow is the time, or the least one after the last.
func (o *order) grow(dts int64) int64 {
	if o.any && dts <= o.last {
		dts = o.last + 1
	}
	o.last, o.any = dts, true
	return dts
}

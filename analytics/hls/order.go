package hls

import (
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
}

// reset begins anew with the next keyframe.
func (o *order) reset(isH265 bool) {
	*o = order{au: o.au[:0]}
	if isH265 {
		o.h265 = &h265.DTSExtractor{}
		o.h265.Initialize()
	} else {
		o.h264 = &h264.DTSExtractor{}
		o.h264.Initialize()
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
	if o.h265 != nil {
		dts, err = o.h265.Extract(o.au, shown)
	} else {
		dts, err = o.h264.Extract(o.au, shown)
	}
	if err != nil {
		dts = shown
	}
	return o.grow(dts)
}

// grow is the time, or the least one after the last.
func (o *order) grow(dts int64) int64 {
	if o.any && dts <= o.last {
		dts = o.last + 1
	}
	o.last, o.any = dts, true
	return dts
}

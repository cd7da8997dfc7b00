package video

import (
	"encoding/binary"
	"errors"
)

var errAVCC = errors.New("access unit: NAL unit lengths do not add up")

// appendAnnexB appends an AVCC access unit (ISO/IEC 14496-15, lengths of four bytes) to dst with start codes in place
// of the lengths, and tells whether a decoder can begin at it. Empty NAL units are dropped.
func appendAnnexB(dst, avcc []byte, codec Codec) (out []byte, key bool, err error) {
	out = dst
	var slices, intra int
	for len(avcc) > 0 {
		if len(avcc) < 4 {
			return dst, false, errAVCC
		}
		size := binary.BigEndian.Uint32(avcc)
		if uint64(size) > uint64(len(avcc)-4) {
			return dst, false, errAVCC
		}
		nal := avcc[4 : 4+size]
		avcc = avcc[4+size:]
		if len(nal) == 0 {
			continue
		}
		out = append(out, 0, 0, 0, 1)
		out = append(out, nal...)
		if codec == H265 {
			// IRAP pictures, ITU-T H.265 table 7-1
			if t := nal[0] >> 1 & 0x3f; t >= 16 && t <= 21 {
				key = true
			}
			continue
		}
		switch nal[0] & 0x1f {
		case 5: // IDR
			key = true
		case 1:
			slices++
			if isIntraSlice(nal[1:]) {
				intra++
			}
		}
	}
	if len(out) == len(dst) {
		return dst, false, errAVCC
	}
	// encoders with open GOPs send a recovery point instead of an IDR: an access unit of nothing but I slices
	return out, key || slices > 0 && slices == intra, nil
}

// isIntraSlice reads slice_type from a slice header (H.264 section 7.3.3).
func isIntraSlice(header []byte) bool {
	bit := 0
	ue := func() (uint, bool) {
		zeros := 0
		for {
			if bit >= 8*len(header) || zeros > 31 {
				return 0, false
			}
			one := header[bit/8]>>(7-bit%8)&1 == 1
			bit++
			if one {
				break
			}
			zeros++
		}
		v := uint(1)
		for range zeros {
			if bit >= 8*len(header) {
				return 0, false
			}
			v = v<<1 | uint(header[bit/8]>>(7-bit%8)&1)
			bit++
		}
		return v - 1, true
	}
	if _, ok := ue(); !ok { // first_mb_in_slice
		return false
	}
	t, ok := ue()
	return ok && (t == 2 || t == 7)
}

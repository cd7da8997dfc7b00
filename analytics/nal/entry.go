package nal

import "time"

// bareAfter is how long a connection has shown no sure entry point when bare I slices count as one.
const bareAfter = 10 * time.Second

// Entry tells at which access units of one connection a decoder can begin. In H.265 these are IRAP pictures. In H.264
// they are an IDR, a recovery point that is exact at once (an open GOP has no other), and a picture of nothing but I
// slices that comes with its parameter sets. Some cameras send bare I slices and nothing else to begin at: these count
// while the connection has shown nothing surer for a while. Its owner serialises the calls and tells the time.
type Entry struct {
	Codec  Codec
	sureAt time.Time
}

// Unit is what Entry.Read found.
type Unit struct {
	Key  bool // a decoder can begin here
	Sets bool // with the parameter sets that it needs
}

// Read looks at one access unit. recovery says that a recovery point came with it that is not in it any more:
// depacketisers drop it.
func (e *Entry) Read(avcc []byte, recovery bool, at time.Time) (Unit, error) {
	var random, sps, pps bool
	var slices, intra, units int
	for len(avcc) > 0 {
		unit, rest, ok := Next(avcc)
		if !ok {
			return Unit{}, ErrLength
		}
		if avcc = rest; len(unit) == 0 {
			continue
		}
		units++
		switch e.Codec.Kind(unit) {
		case Random:
			random = true
		case Slice:
			slices++
			if e.Codec == H264 && isIntraSlice(unit[1:]) {
				intra++
			}
		case Set:
			t := e.Codec.Type(unit)
			sps = sps || t == H264SPS || t == H265SPS
			pps = pps || t == H264PPS || t == H265PPS
		case SEI:
			recovery = recovery || IsRecovery(unit)
		case Other:
		}
	}
	if units == 0 {
		return Unit{}, ErrLength
	}
	u := Unit{Sets: sps && pps}
	bare := slices > 0 && slices == intra
	if random || slices > 0 && recovery && e.Codec == H264 || bare && u.Sets {
		u.Key, e.sureAt = true, at
	} else {
		u.Key = bare && at.Sub(e.sureAt) >= bareAfter
	}
	return u, nil
}

// IsRecovery tells whether a SEI NAL unit of H.264 has a recovery point that is exact at its own picture (section D.2.8,
// recovery_frame_cnt 0). The few bytes up to there hold no emulation prevention that matters: a size is read from a
// message before only to pass over it, and one that lies finds nothing.
func IsRecovery(unit []byte) bool {
	if len(unit) == 0 || unit[0]&0x1f != h264SEI {
		return false
	}
	b := unit[1:]
	number := func() int {
		n := 0
		for len(b) > 0 {
			last := b[0]
			b = b[1:]
			n += int(last)
			if last != 0xff {
				return n
			}
		}
		return -1
	}
	for len(b) > 1 {
		kind, size := number(), number()
		if kind < 0 || size < 0 || size > len(b) {
			return false
		}
		if kind == 6 {
			return size > 0 && b[0]&0x80 != 0 // ue(v) of zero is one bit
		}
		b = b[size:]
	}
	return false
}

// IsRecoveryRTP tells whether an RTP payload of H.264 has one: as a single NAL unit, or in a STAP-A (RFC 6184 sections
// 5.6 and 5.7.1).
func IsRecoveryRTP(payload []byte) bool {
	if len(payload) == 0 {
		return false
	}
	if payload[0]&0x1f != 24 {
		return IsRecovery(payload)
	}
	for b := payload[1:]; len(b) > 2; {
		size := int(b[0])<<8 | int(b[1])
		b = b[2:]
		if size > len(b) {
			return false
		}
		if IsRecovery(b[:size]) {
			return true
		}
		b = b[size:]
	}
	return false
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

package tap

import (
	"fmt"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/pkg/h264"
	"github.com/AlexxIT/go2rtc/pkg/h265"
	"github.com/AlexxIT/go2rtc/pkg/mjpeg"
	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
)

// Unit is one access unit as it came.
type Unit struct {
	Data      []byte // AVCC for H.264 and H.265, or a JPEG; borrowed
	At        time.Time
	Timestamp uint32 // of RTP: when it is shown. Of other sources: when it is decoded
	Shown     uint32 // ticks after it is decoded, where the source says that
	Key       bool   // a decoder can begin here; parameter sets that only the SDP has stand before it then
}

// Units is a handler that makes access units of a track's packets. broken is called with what could not be read.
func (j *Join) Units(codec *core.Codec, next func(Unit), broken func(error)) (core.HandlerFunc, error) {
	u := &units{join: j, next: next, broken: broken, rtp: codec.IsRTP()}
	var depacketise core.Filter
	switch codec.Name {
	case core.CodecH264:
		u.entry.Codec = nal.H264
		u.sets = h264.JoinNALU(h264.GetParameterSet(codec.FmtpLine))
		depacketise = func(next core.HandlerFunc) core.HandlerFunc { return h264.RTPDepay(codec, next) }
	case core.CodecH265:
		u.entry.Codec = nal.H265
		u.sets = h264.JoinNALU(h265.GetParameterSet(codec.FmtpLine))
		depacketise = func(next core.HandlerFunc) core.HandlerFunc { return h265.RTPDepay(codec, next) }
	case core.CodecJPEG:
		depacketise = mjpeg.RTPDepay
	default:
		return nil, fmt.Errorf("no access units of %s", codec.Name)
	}
	j.units.Store(true)
	if !u.rtp {
		return u.read, nil
	}
	handler := Guard(depacketise, u.read, broken)
	if codec.Name != core.CodecH264 {
		return handler, nil
	}
	return func(packet *core.Packet) {
		if nal.IsRecoveryRTP(packet.Payload) {
			u.recovery, u.recoveryAt = true, packet.Timestamp
		}
		handler(packet)
	}, nil
}

// units reads the access units of one track. Upstream's RepairAVCC, which completes keyframes of sources that are not
// RTP, is not used: it writes to the packet, which is every consumer's.
type units struct {
	join   *Join
	rtp    bool
	entry  nal.Entry
	sets   []byte // of the SDP
	buf    []byte
	next   func(Unit)
	broken func(error)

	// upstream's depacketiser drops a recovery point that stands before its picture
	recovery   bool
	recoveryAt uint32
}

func (u *units) read(packet *core.Packet) {
	unit := Unit{Data: packet.Payload, At: time.Now(), Timestamp: packet.Timestamp, Key: true}
	u.join.note(unit.At)
	if !u.rtp {
		unit.Shown = uint32(packet.ExtensionProfile) // where upstream's demuxers put it
	}
	if u.entry.Codec != 0 {
		read, err := u.entry.Read(unit.Data, u.recovery && u.recoveryAt == unit.Timestamp, unit.At)
		if err != nil {
			u.broken(err)
			return
		}
		u.recovery = false
		if unit.Key = read.Key; read.Key && !read.Sets && len(u.sets) > 0 {
			u.buf = append(append(u.buf[:0], u.sets...), unit.Data...)
			unit.Data = u.buf
		}
	}
	u.next(unit)
}

// Guard makes a packet that a depacketiser of upstream's stumbles over cost that packet, not the process: they index
// into payloads that they did not measure. What was half-collected is thrown away with it.
func Guard(depacketise core.Filter, next core.HandlerFunc, broken func(error)) core.HandlerFunc {
	handler := depacketise(next)
	return func(packet *core.Packet) {
		defer func() {
			if r := recover(); r != nil {
				handler = depacketise(next)
				broken(fmt.Errorf("depacketise: %v", r))
			}
		}()
		handler(packet)
	}
}

package tap

import (
	"bytes"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/pkg/h264"
	"github.com/stretchr/testify/require"
)

// TestSharedPacket: the packets of a source that is not RTP are shared. A tap changes them for no other reader, and
// none can be reading while it does (-race).
func TestSharedPacket(t *testing.T) {
	name, s := newSource(t, "")
	camera := publish(s, h264Codec(core.PayloadTypeRAW))
	payloads := make(chan []byte, 1000)
	reads := Open(name, Reader{Wants: [][]*core.Media{onlyH264}, Track: func(*Join, *core.Codec) (core.HandlerFunc, error) {
		return func(packet *core.Packet) { payloads <- bytes.Clone(packet.Payload) }, nil
	}})
	defer reads.Close()
	units := open(t, name, false, onlyH264)
	require.Equal(t, "joined 1", units.next(t))
	require.Eventually(t, func() bool { return reads.Err() == nil && len(camera.Receivers[0].Senders()) > 0 }, 5*time.Second, time.Millisecond) //nolint:staticcheck // upstream's
	sei := []byte{6, 5, 1, 9, 0x80}
	data := h264.JoinNALU(sei, idr)
	for range 200 {
		packet := camera.send(data)
		unit := <-units.units
		require.True(t, unit.Key)
		require.Greater(t, len(unit.Data), len(data), "with the parameter sets of the SDP")
		require.True(t, bytes.HasSuffix(unit.Data, h264.JoinNALU(idr)))
		require.Equal(t, data, packet.Payload)
		select {
		case payload := <-payloads:
			require.Equal(t, data, payload)
		case <-time.After(time.Second):
		}
	}
}

// TestRecoveryPoint: upstream's depacketiser drops what an open GOP begins with. The unit behind it is a keyframe all
// the same, and gets the parameter sets that only the SDP has.
func TestRecoveryPoint(t *testing.T) {
	name, s := newSource(t, "")
	camera := publish(s, h264Codec(96))
	g := open(t, name, false, onlyH264)
	require.Equal(t, "joined 1", g.next(t))
	recovery := []byte{6, 6, 1, 0xc4, 0x80}
	stap := append([]byte{24, 0, byte(len(recovery))}, recovery...)
	for _, ca := range []struct {
		name string
		head []byte
		body []byte
		key  bool
	}{
		{"an IDR", nil, idr, true},
		{"nothing", nil, slice, false},
		{"a recovery point", recovery, slice, true},
		{"nothing behind one", nil, slice, false},
		{"one in a STAP-A", stap, slice, true},
	} {
		if ca.head != nil {
			packet := &core.Packet{Payload: ca.head}
			packet.Timestamp = uint32(camera.sent+1) * 3600
			camera.Receivers[0].Input(packet)
		}
		camera.send(ca.body)
		unit := <-g.units
		require.Equal(t, ca.key, unit.Key, ca.name)
		require.Equal(t, ca.key, len(unit.Data) > len(ca.body)+4, ca.name)
	}
}

// TestStumble: packets that upstream's depacketisers index into unmeasured cost themselves, for every codec.
func TestStumble(t *testing.T) {
	for _, codec := range []*core.Codec{
		h264Codec(96), h264Codec(core.PayloadTypeRAW),
		{Name: core.CodecH265, ClockRate: 90000, PayloadType: 97},
		{Name: core.CodecJPEG, ClockRate: 90000, PayloadType: 26},
		{Name: core.CodecJPEG, ClockRate: 90000, PayloadType: core.PayloadTypeRAW},
	} {
		j := &Join{tap: &Tap{stream: newStream("x")}}
		broken := 0
		handler, err := j.Units(codec, func(Unit) {}, func(error) { broken++ })
		require.NoError(t, err)
		for size := range 12 {
			for first := range 256 {
				packet := &core.Packet{Payload: bytes.Repeat([]byte{byte(first)}, size)}
				packet.Marker = first&1 == 0
				handler(packet)
			}
		}
		if codec.PayloadType != core.PayloadTypeRAW && codec.Name == core.CodecJPEG {
			require.Positive(t, broken)
		}
	}
	_, err := (&Join{}).Units(&core.Codec{Name: core.CodecVP8}, nil, nil)
	require.EqualError(t, err, "no access units of VP8")
}

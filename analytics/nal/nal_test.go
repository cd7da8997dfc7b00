package nal

import (
	"encoding/binary"
	"os/exec"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/h264/annexb"
	"github.com/stretchr/testify/require"
)

// unit joins NAL units to an access unit.
func unit(units ...[]byte) (avcc []byte) {
	for _, u := range units {
		avcc = append(binary.BigEndian.AppendUint32(avcc, uint32(len(u))), u...)
	}
	return avcc
}

var (
	sps, pps = []byte{0x67, 1, 2}, []byte{0x68, 1, 2}
	idr      = []byte{0x65, 0x88, 0x80}
	intra    = []byte{0x41, 0x88, 0x80} // first_mb_in_slice 0, slice_type 7
	inter    = []byte{0x41, 0x9a, 0x80} // slice_type 5
	exact    = []byte{6, 6, 1, 0xc4, 0x80}
	gradual  = []byte{6, 6, 1, 0x44, 0x80}
	other    = []byte{6, 5, 0xff, 0x01}
	both     = []byte{6, 1, 2, 9, 9, 6, 1, 0xc4, 0x80}
)

func TestEntry(t *testing.T) {
	cases := []struct {
		name     string
		codec    Codec
		unit     []byte
		recovery bool
		key      bool
		bare     bool // after ten seconds without anything surer
	}{
		{"IDR", H264, unit(idr), false, true, true},
		{"IDR behind its sets", H264, unit(sps, pps, idr), false, true, true},
		{"P slices", H264, unit(inter, inter), false, false, false},
		{"recovery point in it", H264, unit(exact, inter), false, true, true},
		{"recovery point behind another message", H264, unit(both, inter), false, true, true},
		{"recovery point before it", H264, unit(inter), true, true, true},
		{"gradual recovery", H264, unit(gradual, inter), false, false, false},
		{"a message that lies", H264, unit(other, inter), false, false, false},
		{"recovery point of nothing", H264, unit(exact), false, false, false},
		{"I slices with sets", H264, unit(sps, pps, intra, intra), false, true, true},
		{"I slices with half of the sets", H264, unit(sps, intra), false, false, true},
		{"bare I slices", H264, unit(intra, intra), false, false, true},
		{"one P slice among them", H264, unit(sps, pps, intra, inter), false, false, false},
		{"H.265 IDR", H265, unit([]byte{19 << 1, 1, 2}), false, true, true},
		{"H.265 CRA", H265, unit([]byte{21 << 1, 1, 2}), false, true, true},
		{"H.265 BLA", H265, unit([]byte{16 << 1, 1, 2}), false, true, true},
		{"H.265 trailing picture", H265, unit([]byte{1 << 1, 1, 2}), false, false, false},
		{"H.265 sets alone", H265, unit([]byte{33 << 1, 1, 2}, []byte{34 << 1, 1}), false, false, false},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			now := time.Unix(1000, 0)
			e := Entry{Codec: ca.codec, sureAt: now}
			read, err := e.Read(ca.unit, ca.recovery, now.Add(bareAfter-1))
			require.NoError(t, err)
			require.Equal(t, ca.key, read.Key)
			read, err = (&Entry{Codec: ca.codec, sureAt: now}).Read(ca.unit, ca.recovery, now.Add(bareAfter))
			require.NoError(t, err)
			require.Equal(t, ca.bare, read.Key)
			read, err = (&Entry{Codec: ca.codec}).Read(ca.unit, ca.recovery, now)
			require.NoError(t, err)
			require.Equal(t, ca.bare, read.Key, "at once on a new connection")
		})
	}
	for _, bad := range [][]byte{nil, {0}, {0, 0, 0, 9, 0x65}, {255, 255, 255, 255, 0x65}, {0, 0, 0, 0}} {
		_, err := (&Entry{Codec: H264}).Read(bad, true, time.Now())
		require.ErrorIs(t, err, ErrLength)
	}
}

// TestOpenGOP: what x264 makes of an open GOP, has an entry point every 15 pictures, and no IDR but the first.
func TestOpenGOP(t *testing.T) {
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=15", "-t", "4", "-c:v", "libx264",
		"-x264-params", "open-gop=1:bframes=1:keyint=15:min-keyint=15:scenecut=0", "-f", "h264", "-").Output()
	require.NoError(t, err)
	e, keys, idrs := Entry{Codec: H264}, 0, 0
	for b := annexb.EncodeToAVCC(out); len(b) > 0; {
		u, rest, ok := Next(b)
		require.True(t, ok)
		one := b[:len(b)-len(rest)]
		b = rest
		if H264.Kind(u) == SEI { // goes with the slice behind it
			slice, after, _ := Next(b)
			one, b, u = unit(u, slice), after, slice
		}
		if H264.Kind(u) == Random {
			idrs++
		}
		read, err := e.Read(one, false, time.Now())
		require.NoError(t, err)
		if read.Key {
			keys++
		}
	}
	require.Equal(t, 4, keys)
	require.Equal(t, 1, idrs)
}

func TestRecoveryRTP(t *testing.T) {
	require.True(t, IsRecoveryRTP(exact))
	require.False(t, IsRecoveryRTP(gradual))
	require.False(t, IsRecoveryRTP(idr))
	stap := []byte{24, 0, byte(len(sps))}
	stap = append(append(append(stap, sps...), 0, byte(len(exact))), exact...)
	require.True(t, IsRecoveryRTP(stap))
	require.False(t, IsRecoveryRTP(stap[:8]))
	require.False(t, IsRecoveryRTP(nil))
}

// FuzzEntry: any bytes are read without a panic, and what is reported of them holds.
func FuzzEntry(f *testing.F) {
	f.Add(unit(sps, pps, idr), false)
	f.Add(unit(both, intra), false)
	f.Add(unit([]byte{19 << 1, 1, 2}), true)
	f.Add(exact, false)
	f.Fuzz(func(t *testing.T, b []byte, isH265 bool) {
		e := Entry{Codec: H264}
		if isH265 {
			e.Codec = H265
		}
		_, err := e.Read(b, false, time.Unix(1000, 0))
		out, errB := AppendAnnexB(nil, b)
		require.Equal(t, err, errB)
		require.LessOrEqual(t, len(out), len(b))
		IsRecovery(b)
		IsRecoveryRTP(b)
	})
}

func TestAllocatesNothing(t *testing.T) {
	e, data := Entry{Codec: H264}, unit(exact, sps, pps, intra, inter)
	dst := make([]byte, 0, 100)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		_, _ = e.Read(data, false, time.Time{})
		_, _ = AppendAnnexB(dst, data)
		IsRecoveryRTP(exact)
	}))
}

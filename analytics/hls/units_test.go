package hls

import (
	"math"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
	"github.com/stretchr/testify/require"
)

// FuzzUnits: an access unit of any bytes is read without a panic, and only whole units come out.
func FuzzUnits(f *testing.F) {
	f.Add([]byte{0, 0, 0, 4, 0x67, 1, 2, 3, 0, 0, 0, 3, 0x68, 1, 2, 0, 0, 0, 3, 0x65, 1, 2}, false)
	f.Add([]byte{0, 0, 0, 3, 0x40, 1, 2, 0, 0, 0, 3, 0x42, 1, 2, 0, 0, 0, 3, 0x44, 1, 2, 0, 0, 0, 3, 0x26, 1, 2}, true)
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0xFF}, false)
	f.Fuzz(func(t *testing.T, data []byte, isH265 bool) {
		r := newRig(t, h264Codec())
		u := units{coding: nal.H264}
		if isH265 {
			u.coding = nal.H265
		}
		r.video.units.coding = u.coding
		entry := nal.Entry{Codec: u.coding}
		read, _ := entry.Read(data, false, r.now) //nolint:errcheck // both refuse it
		key := read.Key
		changed, ok := u.read(data, key)
		if ok {
			require.NotEmpty(t, u.slices)
		}
		if changed {
			require.True(t, key)
			require.NotNil(t, u.sps())
		}
		size := 0
		for _, slice := range u.slices {
			size += len(slice) + 4
		}
		require.LessOrEqual(t, size, len(data))
		for i := range 3 {
			r.write(r.consumer, r.video, data, uint32(i*3600), 0, r.now)
		}
	})
}

// TestTimeline: what follows and what does not, and that nothing is ever believed to be 27 hours long.
func TestTimeline(t *testing.T) {
	const frame = 3600
	cases := []struct {
		name    string
		from    uint32
		steps   []int64 // ticks
		passed  time.Duration
		follows bool // the last one
		time    int64
	}{
		{"even", 0, []int64{frame, frame}, 40 * time.Millisecond, true, 2 * frame},
		{"wraps", math.MaxUint32 - 10, []int64{frame, frame}, 40 * time.Millisecond, true, 2 * frame},
		{"wraps back, B-frames", 10, []int64{-frame, 3 * frame}, 40 * time.Millisecond, true, 2 * frame},
		{"the same once more", 0, []int64{frame, 0}, 40 * time.Millisecond, true, frame},
		{"two seconds lost", 0, []int64{frame, 180000}, 2 * time.Second, true, frame + 180000},
		{"two seconds ahead at once", 0, []int64{frame, 180000}, 40 * time.Millisecond, false, frame},
		{"back", 0, []int64{frame, -100000}, 40 * time.Millisecond, false, frame},
		{"a minute lost", 0, []int64{frame, 60 * 90000}, time.Minute, false, frame},
		{"one picture in five seconds", 0, []int64{450000, 450000}, 5 * time.Second, true, 900000},
		{"half a clock ahead", 0, []int64{frame, math.MaxInt32}, 40 * time.Millisecond, false, frame},
		{"more than half", 0, []int64{frame, math.MaxInt32 + 1}, 40 * time.Millisecond, false, frame},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			l := timeline{clock: 90000}
			now, stamp := time.Unix(1e9, 0), ca.from
			at, ok := l.next(stamp, now)
			require.True(t, ok)
			require.Zero(t, at)
			for _, step := range ca.steps {
				now, stamp = now.Add(ca.passed), stamp+uint32(step)
				at, ok = l.next(stamp, now)
			}
			require.Equal(t, ca.follows, ok)
			require.Equal(t, ca.time, at)
		})
	}
}

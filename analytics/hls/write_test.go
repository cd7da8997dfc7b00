package hls

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/stretchr/testify/require"
)

// TestSegments: real pictures of many kinds come out whole: each decodes, decode times have no hole and are never later
// than the picture is shown, parts keep to their target, segments begin with keyframes.
func TestSegments(t *testing.T) {
	h265Codec := &core.Codec{Name: core.CodecH265, ClockRate: 90000, PayloadType: 96}
	cases := []struct {
		name, options string
		codec         *core.Codec
		segment       time.Duration
		target        string
	}{
		{"a keyframe a second", x264 + "-g 25 -t 8", h264Codec(), time.Second, "1"},
		{"two keyframes a second", x264 + "-g 12 -t 8", h264Codec(), 36 * 40 * time.Millisecond, "1"},
		{"every picture a keyframe", x264 + "-g 1 -t 4", h264Codec(), time.Second, "1"},
		{"B-frames", "-c:v libx264 -preset veryfast -bf 3 -b-pyramid 2 -g 50 -pix_fmt yuv420p -t 8", h264Codec(), 2 * time.Second, "2"},
		{"a GOP of ten seconds", x264 + "-g 250 -t 21", h264Codec(), 10 * time.Second, "10"},
		{"a GOP without an end", x264 + "-g 10000 -t 45", h264Codec(), 20 * time.Second, "20"},
		{"15 pictures a second", x264 + "-r 15 -g 15 -t 8", h264Codec(), time.Second, "1"},
		{"two pictures a second", x264 + "-r 2 -g 4 -t 16", h264Codec(), 2 * time.Second, "2"},
		{"slices", x264 + "-x264-params slices=4 -g 25 -t 8", h264Codec(), time.Second, "1"},
		{"H.265", "-c:v libx265 -preset ultrafast -x265-params log-level=0:keyint=25:min-keyint=25 -pix_fmt yuv420p -t 5", h265Codec, time.Second, "1"},
		{"H.265 with B-frames", "-c:v libx265 -preset fast -x265-params log-level=0:keyint=50:min-keyint=50:bframes=3:open-gop=0 -pix_fmt yuv420p -t 5", h265Codec, 2 * time.Second, "2"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, ca.codec)
			units := clip(t, pictures, ca.options)
			r.play(units, math.MaxUint32-90000) // the clock wraps after a second
			r.endRun()

			text := r.text(t)
			require.Contains(t, text, "#EXT-X-TARGETDURATION:"+ca.target+"\n")
			require.Equal(t, ca.name != "a GOP without an end", strings.Contains(text, "#EXT-X-INDEPENDENT-SEGMENTS"))
			target := max(r.partTarget, time.Millisecond)
			next := int64(-1)
			pictures := 0
			for i, s := range r.segments {
				if i < len(r.segments)-1 {
					require.InDelta(t, ca.segment.Seconds(), s.duration.Seconds(), 0.1, "segment %d", s.id)
				}
				for n, p := range s.parts {
					require.Equal(t, n == 0 && s.key, p.key)
					require.LessOrEqual(t, p.duration, target)
					if n < len(s.parts)-1 {
						require.GreaterOrEqual(t, p.duration, target*85/100)
					}
					for _, track := range parse(t, p.data)[0].Tracks {
						if next >= 0 {
							require.Equal(t, next, int64(track.BaseTime))
						}
						next = int64(track.BaseTime)
						for _, sample := range track.Samples {
							next += int64(sample.Duration)
							require.GreaterOrEqual(t, sample.PTSOffset, int32(0))
							pictures++
						}
					}
				}
			}
			if r.segments[0].id == 0 {
				require.Len(t, units, pictures)
			}
			require.Equal(t, pictures, whole(t, r.segments[0].run.init, r.segments))
		})
	}
}

// TestBreaks: what sources do to their timestamps and pictures. Media time goes on without a hole wherever it was that
// they broke, and the playlist says so.
func TestBreaks(t *testing.T) {
	small := clip(t, pictures, x264+"-g 25 -t 3")
	big := clip(t, "-f lavfi -i testsrc2=size=640x360:rate=25", x264+"-g 25 -t 3")
	cases := []struct {
		name   string
		second []video.Unit
		base   uint32        // of the second three seconds; the first begin at zero
		after  time.Duration // that nothing came
		breaks int
	}{
		{"none", small, 3 * 90000, 0, 0},
		{"a little gap", small, 3*90000 + 45000, 500 * time.Millisecond, 0},
		{"stood for a while, then went on", small, 3 * 90000, 5 * time.Second, 0},
		{"restarted, timestamps of its own", small, 0xDEADBEEF, 5 * time.Second, 1},
		{"restarted, timestamps from zero", small, 0, 2 * time.Second, 1},
		{"clock set ahead", small, 3*90000 + 3600*90000, 0, 1},
		{"clock set ahead a little", small, 3*90000 + 2*90000, 0, 1},
		{"clock set back", small, 90000, 0, 1},
		{"away for a minute, same clock", small, 63 * 90000, time.Minute, 1},
		{"another picture size", big, 3 * 90000, 0, 1},
		{"a stray packet of long ago", append([]video.Unit{small[1]}, small...), 0, 0, 1},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			r := newRig(t, h264Codec())
			r.play(small, 0)
			r.now = r.now.Add(ca.after)
			r.play(ca.second, ca.base)
			r.endRun()
			text := r.text(t)
			require.Equal(t, ca.breaks, strings.Count(text, "#EXT-X-DISCONTINUITY\n"), text)
			require.Equal(t, ca.breaks+1, strings.Count(text, "#EXT-X-MAP:"))
			var length, end time.Duration
			for _, s := range r.list() {
				length += s.duration
				require.InDelta(t, end.Seconds(), s.begin.Seconds(), 0.001)
				end = s.begin + s.duration
				w := read(t, http.MethodGet, handlerInit, "/api/hls/init.mp4?id="+r.id+"&n="+string('0'+rune(s.run.number)))
				require.Equal(t, http.StatusOK, w.Code)
				require.Equal(t, s.run.init, w.Body.Bytes())
			}
			require.InDelta(t, 6.3, length.Seconds(), 0.45)
			require.Positive(t, whole(t, r.segments[0].run.init, r.segments[:2]))
		})
	}
}

// TestSound: audio goes where the video is when it comes, independent of its own timestamps, and stays there.
func TestSound(t *testing.T) {
	r := newRig(t, h264Codec(), aacCodec())
	units := clip(t, pictures, x264+"-g 25 -t 10")
	begin := r.now
	frame := 1024 * time.Second / 48000
	sent := 0
	stamp := uint32(0xFFFF0000) // wraps
	for i, u := range units {
		r.now = begin.Add(u.DTS)
		r.write(r.consumer, r.video, u.Data, uint32(i*3600), 0, r.now)
		for ; time.Duration(sent)*frame < u.DTS+40*time.Millisecond; sent++ {
			if sent == 300 {
				stamp = 77 // the microphone's clock begins anew
			}
			r.write(r.consumer, r.audio, []byte{1, 2, 3}, stamp, 0, r.now)
			stamp += 1024
		}
	}
	r.endRun()
	sound, pictures, frames := -1.0, 0.0, 0.0
	for _, s := range r.segments {
		for _, p := range s.parts {
			for _, track := range parse(t, p.data)[0].Tracks {
				if track.ID == 1 {
					pictures = float64(track.BaseTime) / 90000
				} else {
					require.Greater(t, float64(track.BaseTime)/48000, sound)
					sound = float64(track.BaseTime) / 48000
					frames += float64(len(track.Samples))
				}
			}
			require.InDelta(t, pictures, sound, 0.1)
		}
	}
	require.InDelta(t, float64(sent), frames, 4)
	require.Contains(t, r.segments[0].run.codecs, "mp4a.40.2")
}

// TestSoundAlone: without video, segments follow the audio.
func TestSoundAlone(t *testing.T) {
	r := newRig(t, aacCodec())
	for i := range 500 {
		r.now = r.now.Add(1024 * time.Second / 48000)
		r.write(r.consumer, r.audio, []byte{1, 2, 3}, uint32(i*1024), 0, r.now)
	}
	require.Len(t, r.segments, 5)
	text := r.text(t)
	require.Contains(t, text, "#EXT-X-TARGETDURATION:2\n")
	require.Contains(t, text, "#EXT-X-PART-INF:PART-TARGET=0.14000\n")
}

// TestNothingUsable: access units without parameter sets, cut short, or with none that can be read begin nothing.
func TestNothingUsable(t *testing.T) {
	r := newRig(t, h264Codec())
	for i, data := range [][]byte{
		{0, 0, 0, 4, 0x65, 1, 2, 3},
		{0, 0, 0, 9, 0x65},
		{0, 0, 0, 3, 0x67, 1, 2, 0, 0, 0, 3, 0x68, 1, 2, 0, 0, 0, 4, 0x65, 1, 2, 3},
		{0, 0},
		nil,
	} {
		r.write(r.consumer, r.video, data, uint32(i*3600), 0, r.now)
	}
	require.Nil(t, r.run)
	require.ErrorContains(t, r.reason, "parameter sets of H264")
}

// TestBounds: what is kept does not grow with any input.
func TestBounds(t *testing.T) {
	units := clip(t, pictures, x264+"-g 25 -t 1")
	padded := func(u video.Unit, size int) []byte {
		b := append([]byte{}, u.Data...)
		return append(b, append([]byte{byte(size >> 24), byte(size >> 16), byte(size >> 8), byte(size), 0x0C}, make([]byte, size-1)...)...)
	}
	cases := []struct {
		name       string
		size, step int
		key        bool
		most       int
	}{
		{"a camera of 4 Mbit/s", 20000, 3600, true, 15 << 20},
		{"80 Mbit/s", 400000, 3600, true, 66 << 20},
		{"80 Mbit/s and never another keyframe", 400000, 3600, false, 97 << 20},
		{"a clock that stands", 400000, 0, false, 97 << 20},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			r := newRig(t, h264Codec())
			most := 0
			key, other := padded(units[0], ca.size), padded(units[1], ca.size)
			for i := range 600 {
				u := other
				if i == 0 || ca.key && i%25 == 0 {
					u = key
				}
				r.now = r.now.Add(40 * time.Millisecond)
				r.write(r.consumer, r.video, u, uint32(i*ca.step), 0, r.now)
				_, size := sum(r.segments)
				if r.open != nil {
					size += r.open.size
				}
				most = max(most, size+len(r.video.data))
			}
			t.Logf("%.1f MiB at most", float64(most)/(1<<20))
			require.Less(t, most, ca.most)
			require.Less(t, len(r.segments), 40)
			require.Contains(t, r.text(t), "#EXTINF")
		})
	}
}

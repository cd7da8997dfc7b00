package hls

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/pkg/core"
	"github.com/stretchr/testify/require"
)

// people is a clip of people in a shop in the size and rate of its cameras, 4 Mbit/s with a keyframe each second.
func people(b testing.TB) string {
	b.Helper()
	path := filepath.Join("..", "..", "..", "shared", "assets", "video", "one-by-one-person-detection.mp4")
	if _, err := os.Stat(path); err != nil {
		b.Skip("needs the real clips, see models/README.md")
	}
	return "-t 10 -i " + path
}

const fullHD = "-vf scale=1920:1080,fps=25 -c:v libx264 -preset veryfast -tune zerolatency -b:v 4M -minrate 4M -maxrate 4M -bufsize 4M -x264-params nal-hrd=cbr -g 25 -pix_fmt yuv420p"

// BenchmarkWrite is one access unit of 1080p video, with a part made of each five and a segment of each 25.
func BenchmarkWrite(b *testing.B) {
	units := clip(b, people(b), fullHD)
	r := newRig(b, h264Codec())
	size, n := 0, uint32(0)
	b.ReportAllocs()
	for b.Loop() {
		u := units[int(n)%len(units)]
		r.now = r.now.Add(40 * time.Millisecond)
		r.write(r.consumer, r.video, u.Data, n*3600, 0, r.now)
		size += len(u.Data)
		n++
	}
	b.SetBytes(int64(size) / int64(n))
	_, kept := sum(r.segments)
	b.ReportMetric(float64(kept+r.open.size)/1e6, "MB-kept")
}

// BenchmarkPlaylist is the playlist made anew, as once for each part.
func BenchmarkPlaylist(b *testing.B) {
	units := clip(b, pictures, x264+"-g 25 -t 20")
	r := newRig(b, h264Codec())
	r.play(units, 0)
	b.ReportAllocs()
	for b.Loop() {
		r.playlist = nil
		_ = r.media()
	}
}

// TestWriteAllocates holds the memory that an access unit costs, parts and segments included, to a little more than
// what is kept of it.
func TestWriteAllocates(t *testing.T) {
	units := clip(t, pictures, x264+"-g 25 -t 4")
	r := newRig(t, &core.Codec{Name: core.CodecH264, ClockRate: 90000, PayloadType: core.PayloadTypeRAW})
	n := 0
	one := func() {
		r.now = r.now.Add(40 * time.Millisecond)
		r.write(r.consumer, r.video, units[n%len(units)].Data, uint32(n*3600), 0, r.now)
		n++
	}
	for range 2000 {
		one()
	}
	require.LessOrEqual(t, testing.AllocsPerRun(2500, one), 2.0)
}

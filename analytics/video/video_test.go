package video

import (
	"errors"
	"image"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// encode makes a clip with ffmpeg: `ffmpeg -f lavfi -i <graph> <args> out.<ext>`.
func encode(t testing.TB, ext, graph, args string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clip."+ext)
	all := append([]string{"-v", "error", "-f", "lavfi", "-i", graph}, strings.Fields(args)...)
	out, err := exec.Command("ffmpeg", append(all, path)...).CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

func units(t testing.TB, path string) (Codec, []Unit) {
	t.Helper()
	f, err := OpenFile(path)
	require.NoError(t, err)
	defer f.Close()
	var list []Unit
	for {
		u, err := f.Next()
		if errors.Is(err, io.EOF) {
			return f.Codec(), list
		}
		require.NoError(t, err)
		list = append(list, u)
	}
}

var epoch = time.Unix(1000, 0)

// looks plays a clip through a sampler and decoders, and gives what each look saw.
func looks(t testing.TB, path string, every time.Duration, see func(*Picture, *Sample)) {
	t.Helper()
	codec, list := units(t, path)
	s := NewSampler(codec, 64<<20)
	d := NewDecoders(1)
	defer d.Close()
	due := epoch
	s.SetDue(due, every)
	var sample Sample
	for _, u := range list {
		at := epoch.Add(u.PTS)
		require.NoError(t, s.Push(AccessUnit{Data: u.Data, At: at, Key: u.Key}))
		now := epoch.Add(u.DTS)
		if !s.Ready(now) {
			continue
		}
		due = due.Add(every)
		s.SetDue(due, every)
		dec, err := d.Acquire("cam", codec)
		require.NoError(t, err)
		sample.Until = now
		if s.Take(&sample, dec.Position()) {
			p, err := dec.Decode(&sample)
			require.NoError(t, err)
			see(p, &sample)
			p.Close()
		}
		d.Release(dec)
	}
}

const moving = "testsrc2=size=320x240:rate=10:duration=12"

func TestEveryIntervalGetsItsLook(t *testing.T) {
	cases := []struct {
		name, ext, args string
		keyOnly         bool
	}{
		{"h264, keyframe a second", "mp4", "-c:v libx264 -g 10", true},
		{"h264, B-frames", "mp4", "-c:v libx264 -bf 3 -g 10", true},
		{"h264, one keyframe in ten seconds", "mp4", "-c:v libx264 -g 100 -bf 3", false},
		{"h264, open GOP", "ts", "-c:v libx264 -g 10 -x264-params open-gop=1:bframes=2:scenecut=0", true},
		{"h264, interlaced", "mp4", "-c:v libx264 -flags +ilme+ildct -g 10", true},
		{"h265", "mp4", "-c:v libx265 -x265-params log-level=none:keyint=10", true},
		{"h265, one keyframe in ten seconds", "mp4", "-c:v libx265 -x265-params log-level=none:keyint=100:bframes=3", false},
		{"mjpeg", "avi", "-c:v mjpeg", true},
		{"h264, 4:4:4", "mp4", "-c:v libx264 -pix_fmt yuv444p -g 10", true},
		{"h264, 10 bits", "mp4", "-c:v libx264 -pix_fmt yuv420p10 -g 10", true},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			path := encode(t, ca.ext, moving, ca.args)
			for _, every := range []time.Duration{time.Second, 3 * time.Second} {
				var at []time.Time
				looks(t, path, every, func(p *Picture, s *Sample) {
					w, h := p.Size()
					require.Equal(t, []int{320, 240}, []int{w, h})
					at = append(at, p.At())
					if ca.keyOnly && len(at) > 2 {
						require.True(t, s.KeyOnly, "only keyframes are decoded")
					}
				})
				require.InDelta(t, 12/every.Seconds(), len(at), 1)
				for i := range at[1:] {
					require.InDelta(t, every.Seconds(), at[i+1].Sub(at[i]).Seconds(), 0.6, "look %d", i+1)
				}
			}
		})
	}
}

// TestPictureIsTheOneOfItsTime: the room's grey is the frame number, in any order of coding.
func TestPictureIsTheOneOfItsTime(t *testing.T) {
	const graph = "color=black:size=64x64:rate=10:duration=8,geq=lum='16+2*N':cb=128:cr=128"
	for _, args := range []string{"-c:v libx264 -g 10 -bf 3", "-c:v libx264 -g 80 -bf 3", "-c:v libx265 -x265-params log-level=none:keyint=80"} {
		path := encode(t, "mp4", graph, args+" -color_range tv")
		n := 0
		looks(t, path, 700*time.Millisecond, func(p *Picture, _ *Sample) {
			n++
			frame := p.At().Sub(epoch).Seconds() * 10
			img, err := p.Image()
			require.NoError(t, err)
			want := 2 * frame * 255 / 219
			require.InDelta(t, want, img.RGBAAt(32, 32).G, 4, "%s, frame %v", args, frame)
		})
		require.Greater(t, n, 7)
	}
}

// TestDecodingOnEqualsDecodingAnew: a decoder that stays in its GOP sees what one that begins at the keyframe sees.
func TestDecodingOnEqualsDecodingAnew(t *testing.T) {
	codec, list := units(t, encode(t, "mp4", moving, "-c:v libx264 -g 200 -bf 0"))
	s := NewSampler(codec, 64<<20)
	on, err := NewDecoder(codec)
	require.NoError(t, err)
	defer on.Close()
	var sample Sample
	for i, u := range list {
		at := epoch.Add(u.PTS)
		require.NoError(t, s.Push(AccessUnit{Data: u.Data, At: at, Key: u.Key}))
		s.SetDue(at, time.Millisecond)
		if i%13 != 12 {
			continue
		}
		require.True(t, s.Take(&sample, on.Position()))
		if i > 13 {
			require.Len(t, sample.Units, 13)
		}
		p, err := on.Decode(&sample)
		require.NoError(t, err)
		anew, err := NewDecoder(codec)
		require.NoError(t, err)
		s.taken = false
		require.True(t, s.Take(&sample, Position{}))
		q, err := anew.Decode(&sample)
		require.NoError(t, err)
		require.Equal(t, p.At(), q.At())
		pi, err := p.Image()
		require.NoError(t, err)
		qi, err := q.Image()
		require.NoError(t, err)
		require.InDelta(t, 0, difference(pi, qi), 3)
		p.Close()
		q.Close()
		anew.Close()
	}
}

// difference is the mean absolute difference of two pictures' samples.
func difference(a, b *image.RGBA) float64 {
	var sum float64
	for i := range a.Pix {
		d := float64(a.Pix[i]) - float64(b.Pix[i])
		sum += max(d, -d)
	}
	return sum / float64(len(a.Pix))
}

func onePicture(t testing.TB, path string) *Picture {
	t.Helper()
	codec, list := units(t, path)
	s := NewSampler(codec, 64<<20)
	s.SetDue(epoch, time.Second)
	require.NoError(t, s.Push(AccessUnit{Data: list[0].Data, At: epoch, Key: true}))
	var sample Sample
	require.True(t, s.Take(&sample, Position{}))
	d, err := NewDecoder(codec)
	require.NoError(t, err)
	defer d.Close()
	p, err := d.Decode(&sample)
	require.NoError(t, err)
	return p
}

func TestColours(t *testing.T) {
	for _, args := range []string{
		"-vf scale=out_color_matrix=bt709:out_range=tv,format=yuv420p -c:v libx264 -colorspace bt709 -color_range tv",
		"-vf scale=out_color_matrix=bt601:out_range=tv,format=yuv420p -c:v libx264 -colorspace smpte170m -color_range tv",
		"-vf scale=out_color_matrix=bt601:out_range=pc,format=yuv420p -c:v libx264 -colorspace smpte170m -color_range pc",
		"-vf scale=out_color_matrix=bt709:out_range=pc,format=yuv420p -c:v libx265 -x265-params log-level=none -colorspace bt709 -color_range pc",
		"-vf scale=out_color_matrix=bt601:out_range=tv,format=yuv420p -c:v libx264", // says nothing, and is small
	} {
		p := onePicture(t, encode(t, "mp4", "color=0xC83264:size=322x182:rate=1:duration=1,format=rgb24", args+" -crf 5"))
		img, err := p.Image()
		require.NoError(t, err)
		c := img.RGBAAt(100, 100)
		require.InDelta(t, 0xC8, c.R, 5, args)
		require.InDelta(t, 0x32, c.G, 5, args)
		require.InDelta(t, 0x64, c.B, 5, args)

		dst := make([]float32, 3*64*64)
		_, err = p.Letterbox(p.Bounds(), Letterbox{Width: 64, Height: 64, BGR: true, Gain: 1}, dst)
		require.NoError(t, err)
		require.InDelta(t, 0x64, dst[0], 5, args)
		require.InDelta(t, 0xC8, dst[2*64*64], 5, args)
		require.EqualValues(t, padding, dst[64*63], args)
		p.Close()
	}
}

func TestLetterboxOfAnyPart(t *testing.T) {
	// red above, blue below, white on the right half
	const graph = "color=red:size=641x361:rate=1:duration=1,drawbox=y=180:h=181:color=blue:t=fill,drawbox=x=320:w=321:color=white:t=fill"
	p := onePicture(t, encode(t, "mkv", graph, "-pix_fmt yuv444p -c:v libx264 -crf 5"))
	defer p.Close()
	const side = 100
	dst := make([]float32, 3*side*side)
	at := func(x, y int) [3]int {
		return [3]int{int(dst[y*side+x] + .5), int(dst[side*side+y*side+x] + .5), int(dst[2*side*side+y*side+x] + .5)}
	}
	near := func(want, got [3]int) {
		t.Helper()
		for i := range want {
			require.InDelta(t, want[i], got[i], 8)
		}
	}
	l := Letterbox{Width: side, Height: side, Centered: true, Gain: 1}
	fit, err := p.Letterbox(image.Rect(200, 100, 440, 260), l, dst)
	require.NoError(t, err)
	require.InDelta(t, 100./240, fit.Scale, 1e-3)
	near([3]int{114, 114, 114}, at(50, 5))
	near([3]int{255, 0, 0}, at(10, 25))
	near([3]int{0, 0, 255}, at(10, 75))
	near([3]int{255, 255, 255}, at(80, 50))
	// a point of the picture is found where Fit says
	x, y := float32(320-200)*fit.Scale+fit.X, float32(180-100)*fit.Scale+fit.Y
	require.InDelta(t, 50, x, 1)
	require.InDelta(t, 50, y, 1)

	// clipped, odd, tiny and outside
	for _, part := range []image.Rectangle{image.Rect(-50, -50, 1000, 1000), image.Rect(639, 359, 641, 361), image.Rect(3, 3, 4, 4)} {
		_, err = p.Letterbox(part, l, dst)
		require.NoError(t, err, part)
	}
	_, err = p.Letterbox(image.Rect(700, 0, 800, 100), l, dst)
	require.ErrorContains(t, err, "outside of the picture")
	_, err = p.Letterbox(p.Bounds(), l, dst[:10])
	require.ErrorContains(t, err, "has room for 10")
}

func TestLetterboxAllocatesNothing(t *testing.T) {
	p := onePicture(t, encode(t, "mp4", moving, "-c:v libx264"))
	defer p.Close()
	dst := make([]float32, 3*416*416)
	l := Letterbox{Width: 416, Height: 416, BGR: true, Gain: 1}
	require.Zero(t, testing.AllocsPerRun(20, func() {
		if _, err := p.Letterbox(p.Bounds(), l, dst); err != nil {
			t.Fatal(err)
		}
	}))
}

func TestDecodersFollowTheCores(t *testing.T) {
	d := NewDecoders(2)
	acquire := func(camera string, codec Codec) *Decoder {
		dec, err := d.Acquire(camera, codec)
		require.NoError(t, err)
		return dec
	}
	a := acquire("a", H264)
	a.at = Position{1, 5}
	d.Release(a)
	b := acquire("b", H264)
	require.NotSame(t, a, b, "a's place is kept while there is room")
	d.Release(b)
	require.Same(t, b, acquire("c", H264), "one that stands nowhere goes first")
	d.Release(b)
	require.Same(t, a, acquire("a", H264))
	require.Equal(t, Position{1, 5}, a.Position())
	x, y := acquire("x", H265), acquire("y", MJPEG)
	d.Release(x)
	d.Release(y)
	d.Release(a)
	require.LessOrEqual(t, d.open, 2)
	d.Close()
	require.Zero(t, d.open)
}

func BenchmarkKeyframe1080p(b *testing.B) {
	codec, list := units(b, encode(b, "mp4", "testsrc2=size=1920x1080:rate=1:duration=1", "-c:v libx264"))
	s := NewSampler(codec, 64<<20)
	require.NoError(b, s.Push(AccessUnit{Data: list[0].Data, At: epoch, Key: true}))
	d, err := NewDecoder(codec)
	require.NoError(b, err)
	defer d.Close()
	var sample Sample
	b.ReportAllocs()
	for b.Loop() {
		s.taken = false
		s.SetDue(epoch, time.Second)
		if !s.Take(&sample, Position{}) {
			b.Fatal("nothing to take")
		}
		p, err := d.Decode(&sample)
		if err != nil {
			b.Fatal(err)
		}
		p.Close()
	}
}

func BenchmarkLetterbox1080p(b *testing.B) {
	p := onePicture(b, encode(b, "mp4", "testsrc2=size=1920x1080:rate=1:duration=1", "-c:v libx264"))
	defer p.Close()
	dst := make([]float32, 3*416*416)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Letterbox(p.Bounds(), Letterbox{Width: 416, Height: 416, BGR: true, Gain: 1}, dst); err != nil {
			b.Fatal(err)
		}
	}
}

package testcard_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/models/testcard"
	"github.com/stretchr/testify/require"
)

// TestCommitted holds the committed files to what the generator writes.
func TestCommitted(t *testing.T) {
	model, err := os.ReadFile(filepath.Join(root, "models", "testcard.onnx"))
	require.NoError(t, err)
	require.Equal(t, testcard.Model(), model, "run go generate ./models/testcard")
	require.Less(t, len(model), 8<<10)
	t.Logf("testcard.onnx: %d bytes", len(model))

	config, err := os.ReadFile("testcard.yaml")
	require.NoError(t, err)
	require.Equal(t, string(testcard.Config()), string(config), "run go generate ./models/testcard")
}

// TestFigures plays a whole period at every size and through every codec, and
// asks for exactly the figures of each frame: nothing missing, nothing else.
func TestFigures(t *testing.T) {
	sizes := [][2]int{{320, 240}, {768, 432}, {1280, 720}, {1920, 1080}}
	for _, size := range sizes {
		for _, codec := range []string{"h264", "hevc", "mjpeg", "rawvideo"} {
			t.Run(fmt.Sprintf("%dx%d %s", size[0], size[1], codec), func(t *testing.T) {
				room := testcard.Room{Width: size[0], Height: size[1], Rate: 10, Period: 12 * time.Second}
				play(t, room, codec, "")
			})
		}
	}
}

// TestOdd plays what ordinary cameras and players do to a picture: other shapes,
// few bits, colours read by the wrong matrix or range.
func TestOdd(t *testing.T) {
	for _, tt := range []struct {
		name          string
		width, height int
		codec, scale  string
		extra         []string
	}{
		{"square", 480, 480, "h264", "", nil},
		{"5:4", 704, 576, "h264", "", nil},
		{"12:5", 1200, 500, "h264", "", nil},
		{"unaligned", 854, 480, "h264", "", nil},
		{"4K", 3840, 2160, "mjpeg", "", []string{"-q:v", "8"}},
		{"coarse h264", 1280, 720, "h264", "", []string{"-crf", "38"}},
		{"coarse hevc", 768, 432, "hevc", "", []string{"-crf", "38"}},
		{"coarse mjpeg", 768, 432, "mjpeg", "", []string{"-q:v", "20"}},
		{"small and coarse", 320, 240, "h264", "", []string{"-crf", "34"}},
		{"BT.601 read as BT.709", 1280, 720, "h264", ":in_color_matrix=bt709", nil},
		{"limited read as full", 1280, 720, "h264", ":in_range=full", nil},
		{"full read as limited", 1280, 720, "mjpeg", ":in_range=limited", nil},
		{"BT.709", 1280, 720, "h264", "", []string{"-vf", "scale=out_color_matrix=bt709", "-colorspace", "bt709"}},
		{"B-frames", 768, 432, "h264", "", []string{"-preset", "veryfast", "-tune", "film", "-bf", "3"}},
		{"noise", 768, 432, "h264", "", []string{"-vf", "noise=alls=24:allf=t", "-crf", "28"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			room := testcard.Room{Width: tt.width, Height: tt.height, Rate: 5, Period: 12 * time.Second, Start: 4 * time.Second}
			play(t, room, tt.codec, tt.scale, tt.extra...)
		})
	}
}

func play(t *testing.T, room testcard.Room, codec, scale string, extra ...string) {
	t.Helper()
	d := newDetector(t)
	frames := room.PeriodFrames()
	args := room.Args(codec, append(extra, "-frames:v", strconv.Itoa(frames), "-f", "nut", "pipe:1")...)
	lowest := 1.0
	count := pictures(t, func(n int, bgr []byte) {
		require.Equal(t, n, frameNumber(t, bgr))
		got := d.detect(t, bgr, 0.2)
		want := room.At(n)
		require.Len(t, got, len(want), "frame %d: %v, not %v", n, got, want)
		for _, w := range want {
			f := match(t, n, got, room, w)
			lowest = math.Min(lowest, f.score)
			inSeat(t, n, room, w, f)
		}
	}, args, decode("-", scale))
	require.Equal(t, frames, count)
	require.GreaterOrEqual(t, lowest, 0.6)
	t.Logf("lowest score %.3f", lowest)
}

// match returns what was found of a thing that is there.
func match(t *testing.T, n int, got []found, room testcard.Room, w testcard.Thing) found {
	t.Helper()
	height := float64(room.Height) / float64(room.Width)
	truth := seat.Box{X0: float32(w.X0), X1: float32(w.X1), Y0: float32(w.Y0 * height), Y1: float32(w.Y1 * height)}
	for _, f := range got {
		if f.class == w.Class && f.box.IoU(truth) > 0.95 {
			return f
		}
	}
	t.Fatalf("frame %d: %v is not among %v", n, w, got)
	return found{}
}

// inSeat checks that a found person's foot point and a found thing's centre lie
// well inside their seat, and those of no seat well outside every seat.
func inSeat(t *testing.T, n int, room testcard.Room, w testcard.Thing, f found) {
	t.Helper()
	const margin = 0.04
	for _, s := range testcard.Seats() {
		at, roi := f.box.Foot(), s.ROI
		if w.Class != testcard.ClassPerson {
			at, roi = f.box.Center(), s.ItemsROI
		}
		x, y := float64(at.X), float64(at.Y)*float64(room.Width)/float64(room.Height)
		inside := math.Min(math.Min(x-roi[0][0], roi[2][0]-x), math.Min(y-roi[0][1], roi[2][1]-y))
		if s.ID == w.Seat {
			require.Greater(t, inside, margin, "frame %d: %v in seat %s", n, f, s.ID)
		} else {
			require.Less(t, inside, -margin, "frame %d: %v in seat %s", n, f, s.ID)
		}
	}
}

// TestForeign shows the model what is like its card and is not: it finds figures
// of the right colours, size and way up, and no others.
func TestForeign(t *testing.T) {
	room := testcard.Room{Width: 1280, Height: 720, Rate: 5, Period: 12 * time.Second}
	for name, filter := range map[string]string{
		"other colours":  "hue=h=60",
		"grey":           "hue=s=0",
		"upside down":    "vflip,drawbox=x=500:y=250:w=330:h=120:c=gray:t=fill", // packs have no way up
		"half the size":  "scale=iw/2:-2,pad=1280:720:100:100:gray",
		"twice the size": "crop=iw/2:ih/2:iw*0.2:ih/2,scale=1280:720",
	} {
		t.Run(name, func(t *testing.T) {
			d := newDetector(t)
			count := pictures(t, func(n int, bgr []byte) {
				require.Empty(t, d.detect(t, bgr, 0.2), "frame %d", n)
			}, room.Args("rawvideo", "-vf", filter, "-frames:v", strconv.Itoa(room.PeriodFrames()), "-f", "nut", "pipe:1"),
				decode("-", ""))
			require.Equal(t, room.PeriodFrames(), count)
		})
	}
}

// TestReal shows the model real pictures: it sees nothing in them.
func TestReal(t *testing.T) {
	assets := filepath.Join(root, "..", "shared", "assets")
	if _, err := os.Stat(assets); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("needs ../shared/assets")
		}
		t.Skip("needs ../shared/assets, the real clips and pictures: see models/README.md")
	}
	var files []string
	for _, pattern := range []string{"video/*.mp4", "images/coco-val2017/images/*.jpg"} {
		m, err := filepath.Glob(filepath.Join(assets, pattern))
		require.NoError(t, err)
		require.NotEmpty(t, m, pattern)
		files = append(files, m...)
	}
	d := newDetector(t)
	count, highest := 0, 0.0
	for _, file := range files {
		args := decode(file, "")
		if filepath.Ext(file) == ".mp4" { // two pictures a second will do
			args[slices.Index(args, "-vf")+1] = "fps=2," + letterbox("")
		}
		count += pictures(t, func(n int, bgr []byte) {
			for _, f := range d.detect(t, bgr, 0.001) {
				highest = math.Max(highest, f.score)
				require.Less(t, f.score, 0.2, "%s, picture %d: %v", filepath.Base(file), n, f)
			}
		}, args)
	}
	t.Logf("%d pictures, highest score %.3f", count, highest)
}

func BenchmarkModel(b *testing.B) {
	d := newDetector(b)
	bgr := make([]byte, side*side*3)
	b.ReportAllocs()
	for b.Loop() {
		d.detect(b, bgr, 0.2)
	}
}

package testcard_test

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/models/testcard"
	"github.com/stretchr/testify/require"
	ort "github.com/yalue/onnxruntime_go"
)

const side = testcard.InputSize

const root = "../.."

var initialize = sync.OnceValue(func() error {
	ort.SetSharedLibraryPath(filepath.Join(root, "build", "onnxruntime", "libonnxruntime.so.1"))
	return ort.InitializeEnvironment()
})

// detector runs the committed model with no code of the pipeline in between.
type detector struct {
	session       *ort.AdvancedSession
	input, output *ort.Tensor[float32]
}

func newDetector(t testing.TB) *detector {
	t.Helper()
	require.NoError(t, initialize(), "libonnxruntime is fetched by make")
	input, err := ort.NewEmptyTensor[float32](ort.NewShape(1, 3, side, side))
	require.NoError(t, err)
	output, err := ort.NewEmptyTensor[float32](ort.NewShape(1, 3549, 85))
	require.NoError(t, err)
	session, err := ort.NewAdvancedSession(filepath.Join(root, "models", "testcard.onnx"),
		[]string{"images"}, []string{"output"}, []ort.Value{input}, []ort.Value{output}, nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = session.Destroy()
		_ = output.Destroy()
		_ = input.Destroy()
	})
	return &detector{session, input, output}
}

// found is a box in shares of the input.
type found struct {
	class int
	score float64
	box   seat.Box
}

// detect returns what the model sees at the threshold, after NMS per class.
func (d *detector) detect(t testing.TB, bgr []byte, threshold float64) []found {
	t.Helper()
	in := d.input.GetData()
	for i := range side * side {
		for c := range 3 {
			in[c*side*side+i] = float32(bgr[3*i+c])
		}
	}
	require.NoError(t, d.session.Run())

	var all []found
	out := d.output.GetData()
	cell := 0
	for _, stride := range []int{8, 16, 32} {
		grid := side / stride
		for i := range grid * grid {
			row := out[cell*85 : cell*85+85]
			cell++
			f := found{class: -1}
			for class, p := range row[5:] {
				if s := float64(p) * float64(row[4]); s >= threshold && s > f.score {
					f.class, f.score = class, s
				}
			}
			if f.class < 0 {
				continue
			}
			cell := float32(stride) / side
			x, y := (row[0]+float32(i%grid))*cell, (row[1]+float32(i/grid))*cell
			w, h := float32(math.Exp(float64(row[2])))*cell, float32(math.Exp(float64(row[3])))*cell
			f.box = seat.Box{X0: x - w/2, Y0: y - h/2, X1: x + w/2, Y1: y + h/2}
			all = append(all, f)
		}
	}
	require.Equal(t, 3549, cell)
	return suppress(all)
}

func suppress(all []found) (kept []found) {
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(b.score, a.score) })
	for _, f := range all {
		if !slices.ContainsFunc(kept, func(k found) bool { return k.class == f.class && k.box.IoU(f.box) >= 0.45 }) {
			kept = append(kept, f)
		}
	}
	return kept
}

// letterbox is the ffmpeg filter that every picture goes through, swscale's conversion with the given options first.
func letterbox(scale string) string {
	return fmt.Sprintf("scale=%d:%d:force_original_aspect_ratio=decrease:flags=area%s,format=bgr24,pad=%d:%d:0:0:color=0x727272",
		side, side, scale, side, side)
}

// pictures runs a chain of ffmpegs, each reading from the one before, and calls
// look with each letterboxed picture of the last. It returns their number.
func pictures(t testing.TB, look func(n int, bgr []byte), chain ...[]string) int {
	t.Helper()
	var commands []*exec.Cmd
	var last io.ReadCloser
	for _, args := range chain {
		c := exec.CommandContext(t.Context(), "ffmpeg", args...)
		if last != nil {
			c.Stdin = last
		}
		c.Stderr = &bytes.Buffer{} // each its own: they write at the same time
		pipe, err := c.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, c.Start())
		last = pipe
		commands = append(commands, c)
	}
	picture := make([]byte, side*side*3)
	reader := bufio.NewReaderSize(last, len(picture))
	n := 0
	for ; ; n++ {
		_, err := io.ReadFull(reader, picture)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err, strings.Join(chain[len(chain)-1], " "))
		look(n, picture)
	}
	for _, c := range commands {
		require.NoError(t, c.Wait(), "%s", c.Stderr)
	}
	return n
}

// decode is an ffmpeg that reads a file, or the pipe where it is "-", and writes
// letterboxed pictures, every one that the file has.
func decode(file, scale string) []string {
	return []string{
		"-hide_banner", "-loglevel", "error", "-nostdin", "-i", file, "-an",
		"-vf", letterbox(scale), "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1",
	}
}

// frameNumber reads the blocks that the room has along its top edge: white, black, the number of 20 bits, white.
func frameNumber(t *testing.T, bgr []byte) (n int) {
	t.Helper()
	const blocks = 23
	for i := range blocks {
		level := 0 // of green, which is most of the luma, on the 4×4 pixels in the middle of the block
		for p := range 16 {
			x, y := 8+8*i+2+p%4, 2+p/4
			level += int(bgr[3*(y*side+x)+1]) / 16
		}
		require.False(t, level > 90 && level < 165, "block %d of the frame counter is grey (%d)", i, level)
		lit := level >= 165
		switch i {
		case 0, blocks - 1:
			require.True(t, lit, "no frame counter along the top edge")
		case 1:
			require.False(t, lit, "no frame counter along the top edge")
		default:
			n <<= 1
			if lit {
				n |= 1
			}
		}
	}
	return n
}

package detect

import (
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
)

// onnx is a model that hands its input through: Identity, in the few fields of onnx.proto that it takes.
func onnx(elem uint64, shape ...int64) []byte {
	field := func(b []byte, n protowire.Number, v []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), v)
	}
	number := func(b []byte, n protowire.Number, v uint64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), v)
	}
	var dims []byte
	for _, d := range shape {
		dims = field(dims, 1, number(nil, 1, uint64(d)))
	}
	tensor := field(number(nil, 1, elem), 2, dims)
	value := func(name string) []byte { return field(field(nil, 1, []byte(name)), 2, field(nil, 1, tensor)) }
	node := field(field(field(nil, 1, []byte("in")), 2, []byte("out")), 4, []byte("Identity"))
	graph := field(field(field(field(nil, 1, node), 2, []byte("g")), 11, value("in")), 12, value("out"))
	model := number(nil, 1, 7)
	model = field(model, 7, graph)
	return field(model, 8, number(nil, 2, 12))
}

func TestWhatIsNoDetectorIsRefused(t *testing.T) {
	write := func(name string, b []byte) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, b, 0o600))
		return path
	}
	whole, err := os.ReadFile(filepath.Join("..", "..", "models", "testcard.onnx"))
	require.NoError(t, err)
	cases := []struct {
		name string
		file []byte
		want []string
	}{
		{"classifier", onnx(1, 1, 1000), []string{"is no YOLO detector", "in float [1 1000]", "out float [1 1000]"}},
		{"pictures out", onnx(1, 1, 3, 64, 64), []string{"is no YOLO detector", "out float [1 3 64 64]"}},
		{"half floats", onnx(10, 1, 3, 64, 64), []string{"is no YOLO detector", "float16"}},
		{"garbage", []byte("not a model"), []string{"garbage.onnx"}},
		{"cut short", whole[:len(whole)/2], []string{"cut short.onnx"}},
		{"empty", nil, []string{"empty.onnx"}},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			path := write(ca.name+".onnx", ca.file)
			_, err = Open(Options{Path: path})
			require.ErrorContains(t, err, path)
			for _, want := range ca.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
	_, err = Open(Options{Path: "nowhere.onnx"})
	require.ErrorContains(t, err, "model nowhere.onnx is missing: `make models` fetches")
}

func TestProviderThatIsNotThere(t *testing.T) {
	path := filepath.Join("..", "..", "models", "testcard.onnx")
	for _, provider := range []string{"cuda", "tensorrt", "openvino", "coreml", "abacus"} {
		_, err := Open(Options{Path: path, Provider: provider})
		require.ErrorIs(t, err, ErrProvider, provider)
		require.ErrorContains(t, err, "it has cpu", provider)
	}
}

func TestTestCardSaysWhatItIs(t *testing.T) {
	m, s := open(t, filepath.Join("..", "..", "models", "testcard.onnx"))
	require.Equal(t, "yolox", m.Family())
	require.Contains(t, m.Note(), "test card")
	require.Same(t, m, s.model)
}

// TestCutOut: a bottle 56 pixels high is lost in the whole frame and found in the cut-out of the seat's desk.
func TestCutOut(t *testing.T) {
	clip := asset(t, "video", "standing-table-bottle-left.mp4")
	_, s := open(t, asset(t, "models", "yolox_nano.onnx"))
	folder := t.TempDir()
	out, err := exec.Command("ffmpeg", "-v", "error", "-ss", "26", "-i", clip, "-t", "45", "-vf", "fps=1", "-q:v", "1",
		filepath.Join(folder, "%02d.jpg")).CombinedOutput()
	require.NoError(t, err, string(out))
	frames, err := filepath.Glob(filepath.Join(folder, "*.jpg"))
	require.NoError(t, err)
	require.Len(t, frames, 45)

	bottle := func(found []seat.Detection) bool {
		return slices.ContainsFunc(found, func(d seat.Detection) bool {
			c := d.Box.Center()
			return d.Class == "bottle" && c.X > .47 && c.X < .70 && c.Y > .08 && c.Y < .36
		})
	}
	var whole, cut int
	for _, frame := range frames {
		p := picture(t, frame)
		found, err := s.Detect(p, .35, nil)
		require.NoError(t, err)
		if bottle(found) {
			whole++
		}
		// items_roi with a quarter of its size added on each side, and the whole frame with it
		w, h := p.Size()
		desk := image.Rect(int(.4125*float64(w)), int(.01*float64(h)), int(.7575*float64(w)), int(.43*float64(h)))
		found, err = s.Closer(p, []image.Rectangle{desk}, .35, found)
		require.NoError(t, err)
		if bottle(found) {
			cut++
		}
		p.Close()
	}
	t.Logf("bottle found in %d of 45 looks at the whole frame, in %d of 45 at the cut-out", whole, cut)
	require.Zero(t, whole)
	require.Equal(t, 45, cut)
}

func BenchmarkDetect(b *testing.B) {
	_, s := open(b, asset(b, "models", "yolox_nano.onnx"))
	p := picture(b, asset(b, "images", "coco-val2017", "images", "000000000139.jpg"))
	defer p.Close()
	var found []seat.Detection
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if found, err = s.Detect(p, .2, found[:0]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInfer(b *testing.B) {
	_, s := open(b, asset(b, "models", "yolox_nano.onnx"))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.model.session.Run(s.inputs, s.outputs); err != nil {
			b.Fatal(err)
		}
	}
}

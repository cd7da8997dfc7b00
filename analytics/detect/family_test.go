package detect

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	ort "github.com/yalue/onnxruntime_go"
	"pgregory.net/rapid"
)

// one of each family, at an input of 64 pixels: 64 + 16 + 4 cells
var (
	small   = ort.NewShape(1, 3, 64, 64)
	outputs = map[string]ort.Shape{
		"yolox":   ort.NewShape(1, 84, 7),
		"yolov5":  ort.NewShape(1, 252, 7),
		"yolov8":  ort.NewShape(1, 6, 84),
		"yolov10": ort.NewShape(1, 300, 6),
	}
)

func TestRecognise(t *testing.T) {
	for name, shape := range outputs {
		f, err := recognise(small, shape, 2)
		require.NoError(t, err)
		require.Equal(t, name, f.name)
	}
	for _, shape := range []ort.Shape{
		ort.NewShape(1, 1000), ort.NewShape(1, 56, 84), ort.NewShape(1, 84, 8), ort.NewShape(2, 84, 7), ort.NewShape(1, 3, 64, 64),
	} {
		_, err := recognise(small, shape, 2)
		require.Error(t, err, shape)
	}
}

func TestInputShape(t *testing.T) {
	shape, err := inputShape(ort.NewShape(-1, 3, -1, -1), "[320, 480]")
	require.NoError(t, err)
	require.Equal(t, ort.NewShape(1, 3, 320, 480), shape)
	shape, err = inputShape(ort.NewShape(1, 3, -1, -1), "")
	require.NoError(t, err)
	require.Equal(t, ort.NewShape(1, 3, 640, 640), shape)
	for _, bad := range []ort.Shape{ort.NewShape(1, 1, 64, 64), ort.NewShape(1, 3, 100, 64), ort.NewShape(1, 3, 8192, 64), ort.NewShape(4, 3, 64, 64), ort.NewShape(1, 10)} {
		_, err = inputShape(bad, "")
		require.Error(t, err, bad)
	}
}

func TestDecodeKnownBoxes(t *testing.T) {
	decode := func(name string, set func(out []float32)) []candidate {
		f, err := recognise(small, outputs[name], 2)
		require.NoError(t, err)
		out := make([]float32, outputs[name].FlattenedSize())
		set(out)
		return f.decode(nil, out, .3)
	}
	want := []candidate{{16, 8, 32, 40, .72, 1}} // centre 24, 24, size 16 by 32
	near := func(got []candidate) {
		t.Helper()
		require.Len(t, got, 1)
		require.Equal(t, want[0].class, got[0].class)
		for _, pair := range [][2]float32{{want[0].x0, got[0].x0}, {want[0].y0, got[0].y0}, {want[0].x1, got[0].x1}, {want[0].y1, got[0].y1}, {want[0].confidence, got[0].confidence}} {
			require.InDelta(t, pair[0], pair[1], 1e-3)
		}
	}
	near(decode("yolox", func(out []float32) { // cell (1, 1) of stride 16
		copy(out[(64+1*4+1)*7:], []float32{.5, .5, 0, float32(math.Log(2)), .9, .1, .8})
	}))
	near(decode("yolov5", func(out []float32) { copy(out[100*7:], []float32{24, 24, 16, 32, .9, .1, .8}) }))
	near(decode("yolov8", func(out []float32) {
		for row, v := range []float32{24, 24, 16, 32, .5, .72} {
			out[row*84+40] = v
		}
	}))
	near(decode("yolov10", func(out []float32) { copy(out[7*6:], []float32{16, 8, 32, 40, .72, 1}) }))
}

func TestClassNames(t *testing.T) {
	names, err := classNames(`{0: 'person', 1: "bird's nest", 2: 'it\'s'}`)
	require.NoError(t, err)
	require.Equal(t, []string{"person", "bird's nest", "it's"}, names)
	names, err = classNames("")
	require.NoError(t, err)
	require.Len(t, names, 80)
	require.Equal(t, "backpack", names[24])
	require.Equal(t, "toothbrush", names[79])
	for _, bad := range []string{"persons", "{1: 'a'}", "{0: 'a', 0: 'b'}", "{0: ''}"} {
		_, err = classNames(bad)
		require.Error(t, err, bad)
	}
}

func TestSuppression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.Float32Range(1, 50)
		all := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) candidate {
			x, y := side.Draw(t, "x"), side.Draw(t, "y")
			return candidate{x, y, x + side.Draw(t, "w"), y + side.Draw(t, "h"), rapid.Float32Range(.1, 1).Draw(t, "c"), rapid.IntRange(0, 2).Draw(t, "class")}
		}), 0, 60).Draw(t, "all")
		before := append([]candidate(nil), all...)
		kept := suppress(all, .5)
		for i := range kept {
			require.Contains(t, before, kept[i])
			for j := range kept[:i] {
				require.GreaterOrEqual(t, kept[j].confidence, kept[i].confidence)
				if kept[i].class == kept[j].class {
					require.LessOrEqual(t, iou(&kept[i], &kept[j]), float32(.5))
				}
			}
		}
		// each dropped box is covered by a surer one of its class
		for _, c := range before {
			covered := false
			for i := range kept {
				covered = covered || kept[i] == c || kept[i].class == c.class && kept[i].confidence >= c.confidence && iou(&kept[i], &c) > .5
			}
			require.True(t, covered)
		}
	})
}

// FuzzOutputs: of any bits a model outputs, the detections are bounded and finite.
func FuzzOutputs(f *testing.F) {
	nan := binary.LittleEndian.AppendUint32(nil, 0x7fc00000)
	one := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1))
	f.Add(nan)
	f.Add(one)
	f.Add(append(binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(math.Inf(1)))), one...))
	f.Add([]byte{0, 0, 128, 191, 0, 0, 160, 66})
	f.Add([]byte("0000A<0000\x7f\xff")) // a width near the largest float
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 4 {
			return
		}
		for name, shape := range outputs {
			family, err := recognise(small, shape, 2)
			require.NoError(t, err)
			out := make([]float32, shape.FlattenedSize())
			for i := range out {
				at := i * 4 % (len(b) - 3)
				out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[at:]))
			}
			kept := suppress(family.decode(nil, out, .01), .5)
			require.LessOrEqual(t, len(kept), maxDetections)
			for _, c := range kept {
				require.True(t, c.confidence > 0 && c.confidence <= 1, "%s %v", name, c)
				for _, edge := range []float32{c.x0, c.y0, c.x1, c.y1} {
					require.Less(t, math.Abs(float64(edge)), 2.0*farthest, "%s %v", name, c)
				}
				require.True(t, c.class == 0 || c.class == 1)
			}
		}
	})
}

func FuzzClassNames(f *testing.F) {
	f.Add(`{0: 'person', 1: "b"}`)
	f.Fuzz(func(t *testing.T, s string) {
		if names, err := classNames(s); err == nil {
			require.NotEmpty(t, names)
		}
	})
}

func BenchmarkOutputs(b *testing.B) {
	input := ort.NewShape(1, 3, 416, 416)
	f, err := recognise(input, ort.NewShape(1, 3549, 85), 80)
	require.NoError(b, err)
	out := make([]float32, 3549*85)
	for i := range 200 { // as many cells as a few people light up
		copy(out[i*17*85:], []float32{.5, .5, 2, 3, .8, .9})
	}
	var found []candidate
	b.ReportAllocs()
	for b.Loop() {
		found = suppress(f.decode(found[:0], out, .2), .5)
	}
}

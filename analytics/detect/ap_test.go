package detect

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	"github.com/stretchr/testify/require"
)

// asset is a file of the real models, clips and pictures, which lie beside the project and are no part of it.
func asset(t testing.TB, elem ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared", "assets"}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("needs %s", filepath.Join(elem...))
		}
		t.Skipf("needs %s, see models/README.md", filepath.Join(elem...))
	}
	return path
}

func open(t testing.TB, path string) (*Model, *Session) {
	t.Helper()
	m, err := Open(Options{Path: path})
	require.NoError(t, err)
	s, err := m.Session()
	require.NoError(t, err)
	t.Cleanup(func() {
		s.Close()
		require.NoError(t, m.Close())
	})
	return m, s
}

// picture decodes a JPEG as a look decodes one.
func picture(t testing.TB, path string) *video.Picture {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	s := video.NewSampler(video.MJPEG, 64<<20)
	s.SetDue(time.Time{}, time.Second)
	require.NoError(t, s.Push(video.AccessUnit{Data: b, At: time.Now()}))
	var sample video.Sample
	require.True(t, s.Take(&sample, video.Position{}))
	d, err := video.NewDecoder(video.MJPEG)
	require.NoError(t, err)
	defer d.Close()
	p, err := d.Decode(&sample)
	require.NoError(t, err, path)
	return p
}

// truth is one person that stands in an image, or a crowd that is not judged.
type truth struct {
	box   seat.Box
	crowd bool
	taken bool
}

// TestAveragePrecision measures people on COCO by the protocol of ../shared/assets/SOURCES.md: score floor 0.01, NMS at
// 0.65, at most 100 boxes an image, 101 points of recall (Lin et al., 2014).
func TestAveragePrecision(t *testing.T) {
	folder := asset(t, "images", "coco-val2017")
	images, err := filepath.Glob(filepath.Join(folder, "images", "*.jpg"))
	require.NoError(t, err)
	require.Len(t, images, 64)
	cases := []struct {
		file, family string
		ap50, ap     float64
	}{
		{"yolox_nano.onnx", "yolox", .605, .349},
		{"yolox_nano_640.onnx", "yolox", .652, .383},
		{"yolov8n_int8.onnx", "yolov8", .745, .477},
		{"yolo11n_int8_320.onnx", "yolov8", .575, .366},
		{"yolov10n_int8.onnx", "yolov10", .752, .488},
	}
	for _, ca := range cases {
		t.Run(ca.file, func(t *testing.T) {
			m, s := open(t, asset(t, "models", ca.file))
			require.Equal(t, ca.family, m.Family())
			require.Len(t, m.classes, 80)
			s.Overlap = 0.65
			found := map[string][]seat.Detection{}
			for _, path := range images {
				p := picture(t, path)
				all, err := s.Detect(p, 0.01, nil)
				require.NoError(t, err)
				// the limit of 100 is of all classes together
				for _, d := range all[:min(100, len(all))] {
					if d.Class == seat.Person {
						found[path] = append(found[path], d)
					}
				}
				p.Close()
			}
			ap50, ap := precisionAt(t, folder, images, found, 0.5), 0.0
			for i := range 10 {
				ap += precisionAt(t, folder, images, found, 0.5+0.05*float64(i)) / 10
			}
			t.Logf("%-22s AP50 %.3f (%.3f)  AP50-95 %.3f (%.3f)", ca.file, ap50, ca.ap50, ap, ca.ap)
			require.InDelta(t, ca.ap50, ap50, 0.01)
			require.InDelta(t, ca.ap, ap, 0.01)
		})
	}
}

func precisionAt(t *testing.T, folder string, images []string, found map[string][]seat.Detection, limit float64) float64 {
	t.Helper()
	type hit struct {
		confidence float32
		right      bool
	}
	var hits []hit
	persons := 0
	for _, path := range images {
		truths := labels(t, folder, path)
		for i := range truths {
			if !truths[i].crowd {
				persons++
			}
		}
		for _, d := range found[path] {
			best, at := limit, -1
			ignored := false
			for i := range truths {
				switch overlap := overlap(d.Box, truths[i]); {
				case truths[i].crowd:
					ignored = ignored || overlap >= limit
				case !truths[i].taken && overlap >= best:
					best, at = overlap, i
				}
			}
			if at >= 0 {
				truths[at].taken = true
			}
			if at >= 0 || !ignored {
				hits = append(hits, hit{d.Confidence, at >= 0})
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.confidence, a.confidence) })
	recall, precision := make([]float64, len(hits)), make([]float64, len(hits))
	right := 0
	for i, h := range hits {
		if h.right {
			right++
		}
		recall[i], precision[i] = float64(right)/float64(persons), float64(right)/float64(i+1)
	}
	for i := len(precision) - 2; i >= 0; i-- {
		precision[i] = max(precision[i], precision[i+1])
	}
	var sum float64
	for r := range 101 {
		if i, _ := slices.BinarySearch(recall, float64(r)/100); i < len(precision) {
			sum += precision[i]
		}
	}
	return sum / 101
}

// overlap is the intersection over union, or for a crowd the share of the box that lies in it.
func overlap(b seat.Box, t truth) float64 {
	if t.crowd {
		return b.Shared(t.box) / b.Area()
	}
	return b.IoU(t.box)
}

func labels(t *testing.T, folder, image string) (truths []truth) {
	t.Helper()
	name := strings.TrimSuffix(filepath.Base(image), ".jpg")
	if f, err := os.Open(filepath.Join(folder, "labels", name+".txt")); err == nil {
		defer func() { _ = f.Close() }()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var class int
			var x, y, w, h float32
			_, err := fmt.Sscan(lines.Text(), &class, &x, &y, &w, &h)
			require.NoError(t, err)
			if class == 0 {
				truths = append(truths, truth{box: seat.Box{X0: x - w/2, Y0: y - h/2, X1: x + w/2, Y1: y + h/2}})
			}
		}
	}
	b, err := os.ReadFile(filepath.Join(folder, "crowd-person.json"))
	require.NoError(t, err)
	f, err := os.Open(image)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	size, err := jpeg.DecodeConfig(f)
	require.NoError(t, err)
	var all struct {
		Crowd map[string][][4]float32 `json:"crowd"`
	}
	require.NoError(t, json.Unmarshal(b, &all))
	w, h := float32(size.Width), float32(size.Height)
	for _, c := range all.Crowd[name] { // regions that are not judged, in pixels in the file
		box := seat.Box{X0: c[0] / w, Y0: c[1] / h, X1: (c[0] + c[2]) / w, Y1: (c[1] + c[3]) / h}
		truths = append(truths, truth{box: box, crowd: true})
	}
	return truths
}

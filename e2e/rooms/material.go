package rooms

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Half is which half of the seeds and of the material a clip is made from.
type Half string

// The two halves: what may be looked at while tuning, and what is kept for the final figure.
const (
	Tune  Half = "tune"
	Final Half = "final"
)

// Material is where the licensed pictures and clips lie. Nothing of it is part of the project.
type Material struct {
	COCO  string // folder with images/ and labels/ of COCO val2017
	Video string // folder with one-by-one-person-detection.mp4 and bottle-detection.mp4
	Vtest string // vtest.avi
}

// VtestPath is where Debian's opencv-doc has its clip of people on a walkway (Apache-2.0).
const VtestPath = "/usr/share/doc/opencv-doc/examples/data/vtest.avi"

const walkClip = "one-by-one-person-detection.mp4"

// check tells what is missing, and what it comes from.
func (m Material) check() error {
	if _, err := os.Stat(m.Vtest); err != nil {
		return fmt.Errorf("%w: it comes with the Debian package opencv-doc: apt-get install opencv-doc", err)
	}
	for _, p := range []string{filepath.Join(m.COCO, "images"), filepath.Join(m.COCO, "labels"), m.clip(walkClip)} {
		if _, err := os.Stat(p); err != nil {
			return fmt.Errorf("%w: see models/README.md for the pictures and clips", err)
		}
	}
	return nil
}

func (m Material) clip(name string) string { return filepath.Join(m.Video, name) }

// photo reads a photograph of COCO by its number.
func (m Material) photo(id int) (*image.RGBA, error) {
	name := filepath.Join(m.COCO, "images", fmt.Sprintf("%012d.jpg", id))
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", name, err)
	}
	out := newRGBA(img.Bounds().Dx(), img.Bounds().Dy())
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out, nil
}

// box is the label of a photograph with this number, counted from 0, in pixels.
func (m Material) box(id, label int, size image.Point) (image.Rectangle, error) {
	b, err := os.ReadFile(filepath.Join(m.COCO, "labels", fmt.Sprintf("%012d.txt", id)))
	if err != nil {
		return image.Rectangle{}, err
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if label >= len(lines) {
		return image.Rectangle{}, fmt.Errorf("labels of %d: there is no number %d", id, label)
	}
	var v [4]float64
	for i, f := range strings.Fields(lines[label])[1:5] {
		if v[i], err = strconv.ParseFloat(f, 64); err != nil {
			return image.Rectangle{}, fmt.Errorf("labels of %d: %w", id, err)
		}
	}
	w, h := float64(size.X), float64(size.Y)
	return image.Rect(int((v[0]-v[2]/2)*w), int((v[1]-v[3]/2)*h), int((v[0]+v[2]/2)*w), int((v[1]+v[3]/2)*h)), nil
}

// cut is one thing of COCO, cut out of its photograph.
func (m Material) cut(id, label int, form shape) (*image.RGBA, error) {
	img, err := m.photo(id)
	if err != nil {
		return nil, err
	}
	box, err := m.box(id, label, img.Rect.Size())
	if err != nil {
		return nil, err
	}
	return cutOut(img, box, form), nil
}

// errEnough ends frames early.
var errEnough = errors.New("enough")

// frames decodes a clip with ffmpeg and calls see with each picture of a span, the same picture every time. t is in
// seconds; the clip is read at the given rate, in frames a second.
func frames(file string, w, h int, span Span, rate float64, see func(t float64, img *image.RGBA) error) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := exec.CommandContext(ctx, "ffmpeg", "-hide_banner", "-loglevel", "error", "-nostdin",
		"-ss", fmt.Sprint(span.From), "-i", file, "-t", fmt.Sprint(span.To-span.From), "-an",
		"-vf", fmt.Sprintf("fps=%g,scale=%d:%d:flags=bicubic+accurate_rnd+bitexact", rate, w, h),
		"-pix_fmt", "rgba", "-f", "rawvideo", "pipe:1")
	var said bytes.Buffer
	cmd.Stderr = &said
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err = cmd.Start(); err != nil {
		return err
	}
	in, img := bufio.NewReaderSize(pipe, 1<<20), newRGBA(w, h)
	for n := 0; ; n++ {
		if _, err = io.ReadFull(in, img.Pix); err != nil {
			break
		}
		if err = see(span.From+float64(n)/rate, img); err != nil {
			break
		}
	}
	if errors.Is(err, io.EOF) {
		if err = cmd.Wait(); err != nil {
			return fmt.Errorf("decode %s: %w: %s", filepath.Base(file), err, said.Bytes())
		}
		return nil
	}
	cancel()
	_ = cmd.Wait() // it was stopped
	if errors.Is(err, errEnough) {
		return nil
	}
	return fmt.Errorf("decode %s: %w", filepath.Base(file), err)
}

// still is the clip without whoever moves in it: of each pixel the median over a span, at a rate in frames a second.
func still(file string, w, h int, span Span, rate float64) (*image.RGBA, error) {
	var all []*image.RGBA
	err := frames(file, w, h, span, rate, func(_ float64, img *image.RGBA) error {
		all = append(all, &image.RGBA{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect})
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("decode %s: no picture from second %g on", filepath.Base(file), span.From)
	}
	out := newRGBA(w, h)
	for i := range out.Pix {
		var count [256]int
		for _, img := range all {
			count[img.Pix[i]]++
		}
		n, v := 0, 0
		for n += count[0]; n <= len(all)/2; n += count[v] {
			v++
		}
		out.Pix[i] = uint8(v)
	}
	return out, nil
}

package detect

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/AlexxIT/go2rtc/seats/analytics/video"
	ort "github.com/yalue/onnxruntime_go"
)

// family is one way in which YOLO models take pictures and give boxes.
type family struct {
	name string
	box  video.Letterbox
	nms  bool // boxes overlap and require non-maximum suppression
	// decode appends what is at least as sure as floor to dst, in pixels of the input.
	decode func(dst []candidate, out []float32, floor float32) []candidate
}

// candidate is a box before suppression.
type candidate struct {
	x0, y0, x1, y1 float32 // of the input at first, then of the picture
	confidence     float32
	class          int
}

// defaultSize is the input of a model that takes any size and does not say which it was trained with: Ultralytics' own.
const defaultSize = 640

// inputShape is the shape to feed: what the file declares, with open dimensions filled in.
func inputShape(declared ort.Shape, imgsz string) (ort.Shape, error) {
	if len(declared) != 4 || declared[1] != 3 || declared[0] > 1 {
		return nil, fmt.Errorf("wants an input of [1,3,height,width]")
	}
	shape := declared.Clone()
	shape[0] = 1
	size := strings.FieldsFunc(imgsz, func(r rune) bool { return r < '0' || r > '9' })
	for i := 2; i < 4; i++ {
		if shape[i] > 0 {
			continue
		}
		shape[i] = defaultSize
		if len(size) == 2 {
			if n, err := strconv.ParseInt(size[i-2], 10, 64); err == nil {
				shape[i] = n
			}
		}
	}
	for _, n := range shape[2:] {
		if n < 32 || n > 4096 || n%32 != 0 {
			return nil, fmt.Errorf("wants an input of 32 to 4096 pixels in steps of 32")
		}
	}
	return shape, nil
}

// recognise tells the family from the shapes. With w and h the input's size and C the number of classes, N cells are
// w/s * h/s for the strides s of 8, 16 and 32 (and 64):
//
//	[1, N, 5+C]     YOLOX, raw: offsets and log sizes in cells (Megvii, 2021)
//	[1, 3N, 5+C]    YOLOv5: centre and size in pixels, objectness
//	[1, 4+C, N]     YOLOv8, v9, 11: centre and size in pixels
//	[1, n, 6]       YOLOv10, 26: corners in pixels, score, class; no suppression
func recognise(input, output ort.Shape, classes int) (family, error) {
	w, h := int(input[3]), int(input[2])
	rgb := video.Letterbox{Width: w, Height: h, Centered: true, Gain: 1.0 / 255}
	if len(output) != 3 || output[0] != 1 {
		return family{}, fmt.Errorf("wants an output of three dimensions")
	}
	rows, columns := int(output[1]), int(output[2])
	for _, strides := range [][]int{{8, 16, 32}, {8, 16, 32, 64}} {
		n := 0
		for _, s := range strides {
			n += (w / s) * (h / s)
		}
		switch {
		case rows == n && columns == 5+classes:
			bgr := video.Letterbox{Width: w, Height: h, BGR: true, Gain: 1}
			return family{"yolox", bgr, true, yolox(w, h, strides, classes)}, nil
		case rows == 3*n && columns == 5+classes:
			return family{"yolov5", rgb, true, yolov5(classes)}, nil
		case columns == n && rows == 4+classes:
			return family{"yolov8", rgb, true, yolov8(n, classes)}, nil
		}
	}
	if columns == 6 && rows <= 1000 {
		return family{"yolov10", rgb, false, yolov10(classes)}, nil
	}
	return family{}, fmt.Errorf("an output of %v fits no family with %d classes", []int64(output), classes)
}

// sure tells whether a confidence counts. It is written so that NaN does not.
func sure(c, floor float32) bool { return c >= floor && c <= 1.001 }

// farthest is how far from the input, in pixels, a box that means anything can reach.
const farthest = 1e5

// centred appends a box given by its centre and size, unless its numbers make none. The comparisons are written so that
// NaN makes none either.
func centred(dst []candidate, cx, cy, w, h, confidence float32, class int) []candidate {
	if !(w > 0 && w < farthest && h > 0 && h < farthest && cx > -farthest && cx < farthest && cy > -farthest && cy < farthest) {
		return dst
	}
	return append(dst, candidate{cx - w/2, cy - h/2, cx + w/2, cy + h/2, min(1, confidence), class})
}

// best is the surest class of one row of scores.
func best(scores []float32) (class int, score float32) {
	for i, s := range scores {
		if s > score {
			class, score = i, s
		}
	}
	return class, score
}

func yolox(w, h int, strides []int, classes int) func([]candidate, []float32, float32) []candidate {
	type cell struct{ x, y, stride float32 }
	var grid []cell
	for _, s := range strides {
		for y := range h / s {
			for x := range w / s {
				grid = append(grid, cell{float32(x), float32(y), float32(s)})
			}
		}
	}
	width := 5 + classes
	return func(dst []candidate, out []float32, floor float32) []candidate {
		for i, c := range grid {
			row := out[i*width : i*width+width]
			if !sure(row[4], floor) {
				continue // no class can make it surer
			}
			class, score := best(row[5:])
			if confidence := score * row[4]; sure(confidence, floor) {
				dst = centred(dst, (row[0]+c.x)*c.stride, (row[1]+c.y)*c.stride,
					exp(row[2])*c.stride, exp(row[3])*c.stride, confidence, class)
			}
		}
		return dst
	}
}

func exp(f float32) float32 { return float32(math.Exp(float64(f))) }

func yolov5(classes int) func([]candidate, []float32, float32) []candidate {
	width := 5 + classes
	return func(dst []candidate, out []float32, floor float32) []candidate {
		for ; len(out) >= width; out = out[width:] {
			if !sure(out[4], floor) {
				continue
			}
			class, score := best(out[5:width])
			if confidence := score * out[4]; sure(confidence, floor) {
				dst = centred(dst, out[0], out[1], out[2], out[3], confidence, class)
			}
		}
		return dst
	}
}

// yolov8 reads the scores class by class, as they lie in memory; most cells never come near the floor.
func yolov8(n, classes int) func([]candidate, []float32, float32) []candidate {
	return func(dst []candidate, out []float32, floor float32) []candidate {
		boxes, scores := out[:4*n], out[4*n:]
		for class := range classes {
			row := scores[class*n : class*n+n]
			for i, s := range row {
				if sure(s, floor) && !surer(scores, n, classes, class, i, s) {
					dst = centred(dst, boxes[i], boxes[n+i], boxes[2*n+i], boxes[3*n+i], s, class)
				}
			}
		}
		return dst
	}
}

// surer tells whether another class is surer of the same cell.
func surer(scores []float32, n, classes, class, i int, s float32) bool {
	for c := range classes {
		if other := scores[c*n+i]; other > s || other == s && c < class {
			return true
		}
	}
	return false
}

func yolov10(classes int) func([]candidate, []float32, float32) []candidate {
	return func(dst []candidate, out []float32, floor float32) []candidate {
		for ; len(out) >= 6; out = out[6:] {
			class := out[5]
			if !sure(out[4], floor) || !(class >= 0 && class < float32(classes)) {
				continue
			}
			dst = centred(dst, (out[0]+out[2])/2, (out[1]+out[3])/2, out[2]-out[0], out[3]-out[1], out[4], int(class))
		}
		return dst
	}
}

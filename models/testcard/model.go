package testcard

import "math"

// modelNote is what the model's metadata says under "note", for log, page and overlay. The key "testcard" is "1".
const modelNote = "test card: sees nothing but its own figures"

const (
	shrink    = 4  // the picture is averaged over squares of this size first
	attrs     = 85 // x, y, w, h, objectness and COCO's 80 classes
	tolerance = 80 // sum over the channels of what a colour may be off for free
	certain   = 0.95
)

// Model returns the detector as an ONNX file: opset 11, IR version 7.
//
// Input "images" is float32 [1,3,416,416], BGR 0..255, the picture at the top left and 114 around it. Output "output"
// is float32 [1,3549,85] in the raw form of YOLOX: centre offsets and log sizes for each cell of strides 8, 16 and 32,
// then objectness and class scores, both 0..1.
//
// A figure is two colours that lie as it has them. The share of each colour's box that is filled says whether it is
// there, the share of the frame around it says whether it is that figure or something larger; the lesser of the shares
// minus the frame's is its score. Persons are found on stride 16 and things on stride 8; on stride 32 nothing ever is.
func Model() []byte {
	g := &graph{}
	small := g.pool("images", InputSize, box{size: [2]int64{shrink, shrink}, stride: shrink})

	person := g.figure(g.nearness(small, coatColor), g.nearness(small, headColor), shape{
		body:  around(personStride, headHeight/2, personWidth, personHeight-headHeight),
		mark:  around(personStride, (headHeight-personHeight)/2, headWidth, headHeight),
		frame: around(personStride, 0, personWidth+32, personHeight+32),
	})
	pack := g.figure(g.nearness(small, packColor), g.nearness(small, pocketColor), shape{
		body:   around(thingStride, 0, thingSize, thingSize),
		mark:   around(thingStride, 0, pocketSize, pocketSize),
		frame:  around(thingStride, 0, thingSize+16, thingSize+16),
		within: true,
	})

	const grid32 = InputSize / 32
	nothing := g.node("ConstantOfShape", []string{g.integers(1, attrs, grid32*grid32)})
	all := g.node("Concat", []string{
		g.cells(pack, ClassBackpack, thingStride, thingSize, thingSize),
		g.cells(person, ClassPerson, personStride, personWidth, personHeight),
		nothing,
	}, integer("axis", 2))
	g.named("Transpose", "output", []string{all}, ints("perm", 0, 2, 1))

	const cells = (InputSize/8)*(InputSize/8) + (InputSize/16)*(InputSize/16) + grid32*grid32
	return g.model(tensor("images", 1, 3, InputSize, InputSize), tensor("output", 1, cells, attrs), modelNote)
}

// nearness is 1 where a pixel is of the colour, within the tolerance, and falls
// to 0 at twice that. |x| is relu(x) + relu(-x).
func (g *graph) nearness(picture string, color int) string {
	bgr := []float32{float32(color & 0xFF), float32(color >> 8 & 0xFF), float32(color >> 16)}
	weights, bias := make([]float32, 6*3), make([]float32, 6)
	for c, level := range bgr {
		weights[(2*c)*3+c], bias[2*c] = 1.0/tolerance, -level/tolerance
		weights[(2*c+1)*3+c], bias[2*c+1] = -1.0/tolerance, level/tolerance
	}
	off := g.node("Conv", []string{picture, g.floats([]int64{6, 3, 1, 1}, weights...), g.floats([]int64{6}, bias...)})
	off = g.node("Relu", []string{off})
	near := g.node("Conv", []string{off, g.floats([]int64{1, 6, 1, 1}, -1, -1, -1, -1, -1, -1), g.floats([]int64{1}, 2)})
	return g.clip(near)
}

// shape is a figure: the boxes of its two colours, the mark outside the body or
// within it, and the frame in which neither colour may go on.
type shape struct {
	body, mark, frame box
	within            bool
}

// figure is the score 0..1 of a shape on every cell.
func (g *graph) figure(bodyNear, markNear string, s shape) string {
	const n = InputSize / shrink
	body := g.pool(bodyNear, n, s.body)
	mark := g.pool(markNear, n, s.mark)
	both := g.pool(g.node("Add", []string{bodyNear, markNear}), n, s.frame)

	full, ring := body, s.frame.area()-s.body.area()
	if s.within { // the body shows only where the mark is not
		share := 1 - s.mark.area()/s.body.area()
		full = g.node("Mul", []string{body, g.floats([]int64{1}, 1/share)})
	} else {
		ring -= s.mark.area()
	}
	least := g.node("Min", []string{full, mark})

	// The share of the ring that is filled: the areas of the colours in the frame less those in the boxes. The score
	// climbs from 0 where the figure's share is half ahead of the ring's to 1 where it is three quarters ahead.
	const gain, half = 4, 0.5
	score := g.node("Conv", []string{
		g.node("Concat", []string{least, both, body, mark}, integer("axis", 1)),
		g.floats([]int64{1, 4, 1, 1}, gain,
			-gain*s.frame.area()/ring, gain*s.body.area()/ring, gain*s.mark.area()/ring),
		g.floats([]int64{1}, -gain*half),
	})
	return g.clip(score)
}

// cells writes a stride's scores in YOLOX's form. All boxes are of one size and
// centred on their cell, so only objectness differs from cell to cell.
func (g *graph) cells(score string, class, stride int, width, height float64) string {
	weights, bias := make([]float32, attrs), make([]float32, attrs)
	weights[4] = certain
	bias[0], bias[1] = 0.5, 0.5
	bias[2] = float32(math.Log(width / float64(stride)))
	bias[3] = float32(math.Log(height / float64(stride)))
	bias[5+class] = 1
	out := g.node("Conv", []string{score, g.floats([]int64{attrs, 1, 1, 1}, weights...), g.floats([]int64{attrs}, bias...)})
	return g.node("Reshape", []string{out, g.integers(1, attrs, -1)})
}

func (g *graph) clip(x string) string {
	return g.node("Clip", []string{x, g.floats(nil, 0), g.floats(nil, 1)})
}

// box is an averaging window: in units of its input's pixels, height first.
type box struct {
	size   [2]int64
	start  [2]int64 // of the first cell's window, negative where it begins outside
	stride int64
}

// around is a window of the shrunken picture, dy below each cell's centre; everything is given in input pixels.
func around(stride, dy, width, height int64) box {
	return box{
		size:   [2]int64{height / shrink, width / shrink},
		start:  [2]int64{(stride/2 + dy - height/2) / shrink, (stride/2 - width/2) / shrink},
		stride: stride / shrink,
	}
}

func (b box) area() float32 { return float32(b.size[0] * b.size[1]) }

// pool averages x, a square of n pixels, over the box at every cell; what lies outside counts as 0. The padding stands
// in its own node because AveragePool refuses pads as large as its window and cannot begin inside the picture.
func (g *graph) pool(x string, n int64, b box) string {
	cells := n / b.stride
	var before, after [2]int64
	for i := range b.size {
		before[i] = -b.start[i]
		after[i] = b.start[i] + (cells-1)*b.stride + b.size[i] - n
	}
	if before != [2]int64{} || after != [2]int64{} {
		x = g.node("Pad", []string{x, g.integers(0, 0, before[0], before[1], 0, 0, after[0], after[1])})
	}
	return g.node("AveragePool", []string{x}, ints("kernel_shape", b.size[:]...), ints("strides", b.stride, b.stride))
}

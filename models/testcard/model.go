package testcard

import "math"

// ModelNote is what the model's metadata says under "note", for log, page and
// overlay. The key "testcard" is "1".
const ModelNote = "test card: sees nothing but its own figures"

const (
	shrink    = 4  // the picture is averaged over squares of this size first
	attrs     = 85 // x, y, w, h, objectness and COCO's 80 classes
	tolerance = 80 // sum over the channels of what a colour may be off for free
	certain   = 0.95
)

// Model returns the detector as an ONNX file: opset 11, IR version 7.
//
// Input "images" is float32 [1,3,416,416], BGR 0..255, the picture at the top
// left and 114 around it. Output "output" is float32 [1,3549,85] in the raw form
// of YOLOX: centre offsets and log sizes for each cell of strides 8, 16 and 32,
// then objectness and class scores, both 0..1.
//
// A figure is two colours that lie as it has them. The share of each colour's
// box that is filled says whether it is there, the share of the frame around it
// says whether it is that figure or something larger; the lesser of the shares
// minus the frame's is its score. Persons are found on stride 16 and things on
// stride 8; on stride 32 nothing ever is.
func Model() []byte {
	g := &graph{}
	small := g.pool("images", box{size: [2]int64{shrink, shrink}, stride: shrink})

	person := g.figure(
		g.nearness(small, coatColor), g.nearness(small, headColor),
		around(personStride, 0, (headHeight)/2, personWidth, personHeight-headHeight),
		around(personStride, 0, (headHeight-personHeight)/2, headWidth, headHeight),
		around(personStride, 0, 0, personWidth+32, personHeight+32),
		1)
	// the pocket covers a quarter of the pack
	pack := g.figure(
		g.nearness(small, packColor), g.nearness(small, pocketColor),
		around(thingStride, 0, 0, thingSize, thingSize),
		around(thingStride, 0, 0, pocketSize, pocketSize),
		around(thingStride, 0, 0, thingSize+16, thingSize+16),
		1-float32(pocketSize*pocketSize)/(thingSize*thingSize))

	const grid32 = InputSize / 32
	nothing := g.node("ConstantOfShape", []string{g.integers(1, attrs, grid32*grid32)})
	all := g.concat(2,
		g.cells(pack, ClassBackpack, thingStride, thingSize, thingSize),
		g.cells(person, ClassPerson, personStride, personWidth, personHeight),
		nothing)
	g.named("Transpose", "output", []string{all}, ints{"perm", []int64{0, 2, 1}})

	const cells = (InputSize/8)*(InputSize/8) + (InputSize/16)*(InputSize/16) + grid32*grid32
	return g.model(
		valueInfo{"images", []int64{1, 3, InputSize, InputSize}},
		valueInfo{"output", []int64{1, cells, attrs}},
		[][2]string{{"testcard", "1"}, {"note", ModelNote}})
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

// figure is the score 0..1 of a figure on every cell. bodyShare is what the
// body's colour fills of its box.
func (g *graph) figure(bodyNear, markNear string, body, mark, frame box, bodyShare float32) string {
	bodyFill := g.pool(bodyNear, body)
	markFill := g.pool(markNear, mark)
	both := g.pool(g.node("Add", []string{bodyNear, markNear}), frame)

	full := bodyFill
	if bodyShare != 1 {
		full = g.node("Mul", []string{bodyFill, g.floats([]int64{1}, 1/bodyShare)})
	}
	least := g.node("Min", []string{full, markFill})

	// what of the frame is filled: all that lies in it less what lies in the
	// boxes. Shares become areas and areas become a share again.
	ring := frame.area() - body.area() - mark.area()
	if bodyShare != 1 { // the mark lies within the body
		ring = frame.area() - body.area()
	}
	// the score climbs from 0 at a share of one half to 1 at three quarters
	const gain, half = 4, 0.5
	score := g.node("Conv", []string{
		g.concat(1, least, both, bodyFill, markFill),
		g.floats([]int64{1, 4, 1, 1}, gain,
			-gain*frame.area()/ring, gain*body.area()/ring, gain*mark.area()/ring),
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

// around is a window of the shrunken picture, placed relative to each cell's
// centre; everything is given in input pixels.
func around(stride, dx, dy, width, height int64) box {
	return box{
		size:   [2]int64{height / shrink, width / shrink},
		start:  [2]int64{(stride/2 + dy - height/2) / shrink, (stride/2 + dx - width/2) / shrink},
		stride: stride / shrink,
	}
}

func (b box) area() float32 { return float32(b.size[0] * b.size[1]) }

// pool averages x over the box at every cell; what lies outside counts as 0.
func (g *graph) pool(x string, b box) string {
	return g.shifted(x, b)
}

// shifted pads x so that every window lies in it, and averages. Padding stands
// in its own node because AveragePool refuses pads as large as its window.
func (g *graph) shifted(x string, b box) string {
	n := int64(InputSize) / shrink
	cells := n / b.stride
	var pads [2][2]int64
	for i := range pads {
		end := b.start[i] + (cells-1)*b.stride + b.size[i]
		pads[i] = [2]int64{-b.start[i], end - n}
	}
	if b.start != [2]int64{} || pads[0][1] > 0 || pads[1][1] > 0 {
		x = g.node("Pad", []string{x, g.integers(0, 0, pads[0][0], pads[1][0], 0, 0, pads[0][1], pads[1][1])})
	}
	return g.node("AveragePool", []string{x},
		ints{"kernel_shape", b.size[:]}, ints{"strides", []int64{b.stride, b.stride}})
}

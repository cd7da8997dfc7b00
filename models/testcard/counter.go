package testcard

import "fmt"

// The frame counter stands along the top edge as black and white blocks: white,
// black, the frame number with its highest bit first, white.
const (
	counterX      = 8 // input pixels
	counterSize   = 8
	counterBits   = 20
	counterBlocks = counterBits + 3
)

func (r Room) counter() []string {
	block := func(i int, enable string) string {
		x := float64(counterX + i*counterSize)
		return r.box(white, enable, x, 0, x+counterSize, counterSize)
	}
	g := []string{block(0, "")}
	for i := range counterBits {
		bit := 1 << (counterBits - 1 - i)
		g = append(g, block(2+i, fmt.Sprintf("gte(mod(n,%d),%d)", 2*bit, bit)))
	}
	return append(g, block(counterBlocks-1, ""))
}

// FrameNumber reads the number that the room writes on every frame, from 0 for
// the first frame of ffmpeg's run up to 2^20-1 and then from 0 again. bgr holds
// three bytes a pixel, stride bytes a row; width is that of the picture without
// any letterbox border, which must be right or below. A picture that does not
// begin with the counter, or is too blurred to tell, is an error.
func FrameNumber(bgr []byte, stride, width int) (int, error) {
	scale := float64(width) / InputSize
	var levels [counterBlocks]int
	for i := range levels {
		x0 := int((counterX + (float64(i)+0.3)*counterSize) * scale)
		x1 := int((counterX + (float64(i)+0.7)*counterSize) * scale)
		y0, y1 := int(0.3*counterSize*scale), int(0.7*counterSize*scale)
		if y1*stride+3*(x1+1) > len(bgr) {
			return 0, fmt.Errorf("picture of %d bytes is too small for the frame counter", len(bgr))
		}
		sum, count := 0, 0
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				sum += int(bgr[y*stride+3*x+1]) // green is most of the luma
				count++
			}
		}
		levels[i] = sum / count
	}
	n := 0
	for i, level := range levels {
		if level > 90 && level < 165 {
			return 0, fmt.Errorf("block %d of the frame counter is grey (%d)", i, level)
		}
		lit := level >= 165
		switch i {
		case 0, counterBlocks - 1:
			if !lit {
				return 0, fmt.Errorf("no frame counter along the top edge")
			}
		case 1:
			if lit {
				return 0, fmt.Errorf("no frame counter along the top edge")
			}
		default:
			n <<= 1
			if lit {
				n |= 1
			}
		}
	}
	return n, nil
}

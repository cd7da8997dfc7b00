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

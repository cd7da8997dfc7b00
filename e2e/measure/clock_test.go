package measure

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The clock is two rows of blocks at the top of the picture: the first shows the bits of a count, the other the same
// bits inverted, so that a reader knows a picture without a clock, or half a picture, for what it is. The count is that
// of the picture, in Gray code: pictures that follow one another differ in one block, so that even a mixture of both
// reads as one of them.
const (
	clockWidth, clockHeight = 640, 360
	clockBits               = 16                    // it turns over after 43 minutes
	clockBlock              = 40                    // pixels, square, as many as fill the width
	clockTick               = 40 * time.Millisecond // from picture to picture
)

// clockAt is the count that is due at a time.
func clockAt(at time.Time) uint16 { return uint16(at.UnixMilli() / clockTick.Milliseconds()) }

// draw puts a count into a yuv420p picture, of which it changes nothing else.
func draw(picture []byte, count uint16) {
	code := count ^ count>>1
	for bit := range clockBits {
		light := byte(16) // black, white (ITU-R BT.601)
		if code>>bit&1 == 1 {
			light = 235
		}
		for y := range 2 * clockBlock {
			if y == clockBlock {
				light = 16 + 235 - light
			}
			row := picture[y*clockWidth+bit*clockBlock:][:clockBlock]
			for x := range row {
				row[x] = light
			}
		}
	}
}

// read is the count of a yuv420p picture. It is what clock.js does, which reads those in a browser.
func read(picture []byte) (count uint16, ok bool) {
	var code uint16
	for bit := range clockBits {
		at := clockBlock/2*clockWidth + bit*clockBlock + clockBlock/2
		up, down := int(picture[at]), int(picture[at+clockBlock*clockWidth])
		switch {
		case up-down > 64:
			code |= 1 << bit
		case down-up <= 64:
			return 0, false
		}
	}
	for shift := 1; shift < clockBits; shift <<= 1 {
		code ^= code >> shift
	}
	return code, true
}

// scene is what the clock is drawn on: noise that costs bits, as rooms do.
func scene() []byte {
	picture := make([]byte, clockWidth*clockHeight*3/2)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range picture {
		picture[i] = 128
		if i < clockWidth*clockHeight {
			picture[i] = byte(90 + random.IntN(60))
		}
	}
	return picture
}

// x264 is how cameras encode: no picture waits for another, a keyframe a second.
var x264 = strings.Fields("-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -g 25 -b:v 1500k -maxrate 1500k -bufsize 750k -pix_fmt yuv420p")

// raw is what the clock gives to ffmpeg, without a look ahead.
var raw = append(strings.Fields("-hide_banner -loglevel error -probesize 32 -analyzeduration 0"),
	"-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", fmt.Sprintf("%dx%d", clockWidth, clockHeight), "-r", "25", "-i", "pipe:0")

// TestClock: what is drawn is read after an encoder had it, also where two pictures are mixed, and nothing is read
// where no clock is.
func TestClock(t *testing.T) {
	picture := scene()
	_, ok := read(picture)
	require.False(t, ok, "there is no clock yet")

	counts := []uint16{0, 1, 0x7fff, 0x8000, 0xffff, 0x5555, 0xaaaa, 12345, 12346}
	script := `set -o pipefail; ffmpeg "$@" -f h264 - | ffmpeg -hide_banner -loglevel error -f h264 -i - -vsync passthrough -f rawvideo -pix_fmt yuv420p -`
	cmd := exec.Command("bash", append([]string{"-c", script, "clock"}, append(raw, x264...)...)...)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	go func() {
		for _, count := range counts {
			draw(picture, count)
			_, _ = in.Write(picture)
		}
		_ = in.Close()
	}()
	decoded, err := cmd.Output()
	require.NoError(t, err)
	require.Equal(t, len(counts), len(decoded)/len(picture))
	for i, want := range counts {
		got, readable := read(decoded[i*len(picture):][:len(picture)])
		require.True(t, readable, "picture %d", i)
		require.Equal(t, want, got, "picture %d", i)
	}

	// an upper part of the next picture, as a torn frame has it, and both at once, as a deinterlacer would
	a, b := scene(), scene()
	for _, count := range []uint16{0, 3, 0x00ff, 0x7fff, 0xfffe, 12345} {
		draw(a, count)
		draw(b, count+1)
		mixed := scene()
		for share := range 11 {
			for i := range 2 * clockBlock * clockWidth {
				mixed[i] = byte((int(a[i])*(10-share) + int(b[i])*share) / 10)
			}
			if got, readable := read(mixed); readable {
				require.Contains(t, []uint16{count, count + 1}, got)
			}
		}
		torn := append(append([]byte{}, b[:clockBlock*clockWidth]...), a[clockBlock*clockWidth:]...)
		if got, readable := read(torn); readable {
			require.Contains(t, []uint16{count, count + 1}, got)
		}
	}
}

// tick draws the clock into w as its pictures fall due, until w fails. A picture that was late is
// drawn all the same: a camera's time does not jump.
func tick(w io.Writer) error {
	picture := scene()
	for due := time.Now().Truncate(clockTick); ; due = due.Add(clockTick) {
		time.Sleep(time.Until(due))
		draw(picture, clockAt(due))
		if _, err := w.Write(picture); err != nil {
			return err
		}
	}
}

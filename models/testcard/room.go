package testcard

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Room says how the room is drawn. Width, Height and Rate are required.
type Room struct {
	Width, Height int           // pixels, even, landscape, 320 wide or more
	Rate          int           // frames a second, 5..120
	Period        time.Duration // once through the timetable, 12 s or more; a minute where 0
	Start         time.Duration // the time within the period that the first frame shows
	Realtime      bool          // frames come at Rate, as from a camera, not as fast as possible
}

// Validate returns an error for a room that cannot be drawn: sizes that are odd,
// upright, too small or too wide for a figure, rates and periods out of range.
func (r Room) Validate() error {
	switch {
	case r.Width < 320 || r.Width > 7680:
		return fmt.Errorf("width of the test card is %d, not 320..7680", r.Width)
	case r.Width%2 != 0 || r.Height%2 != 0:
		return fmt.Errorf("size of the test card is %dx%d, not even", r.Width, r.Height)
	case r.Height > r.Width:
		return fmt.Errorf("size of the test card is %dx%d, not landscape", r.Width, r.Height)
	case r.Height*12 < r.Width*5:
		return fmt.Errorf("size of the test card is %dx%d, wider than 12:5", r.Width, r.Height)
	case r.Rate < 5 || r.Rate > 120:
		return fmt.Errorf("rate of the test card is %d frames a second, not 5..120", r.Rate)
	case r.period() < 12*time.Second || r.period() > time.Hour:
		return fmt.Errorf("period of the test card is %s, not 12s..1h", r.Period)
	case r.Start < 0 || r.Start >= r.period():
		return fmt.Errorf("start of the test card is %s, not within its period of %s", r.Start, r.period())
	}
	return nil
}

// PeriodFrames returns the number of frames in one period.
func (r Room) PeriodFrames() int { return r.frames(r.period()) }

// Args returns ffmpeg's arguments from the first up to the output, which the caller appends (with its -f). The codec is
// h264, hevc, mjpeg or rawvideo (bgr24); extra arguments stand behind the encoder's own and so override them. It panics
// for a room that Validate refuses and for any other codec.
func (r Room) Args(codec string, extra ...string) []string {
	args := []string{"-hide_banner", "-loglevel", "error", "-nostdin"}
	if r.Realtime {
		args = append(args, "-re")
	}
	args = append(args, "-f", "lavfi", "-i", r.Graph(), "-c:v")
	gop := strconv.Itoa(r.Rate)
	// ffmpeg 5.1 does not take these over from the filter graph
	tags := []string{"-color_range", "tv", "-colorspace", "smpte170m", "-color_primaries", "smpte170m", "-color_trc", "smpte170m"}
	switch codec {
	case "h264":
		args = append(args, "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", gop, "-pix_fmt", "yuv420p")
		args = append(args, tags...)
	case "hevc":
		args = append(args, "libx265", "-preset", "ultrafast", "-tune", "zerolatency", "-g", gop, "-pix_fmt", "yuv420p",
			"-x265-params", "log-level=error")
		args = append(args, tags...)
	case "mjpeg":
		args = append(args, "mjpeg", "-q:v", "4", "-pix_fmt", "yuvj420p")
	case "rawvideo":
		args = append(args, "rawvideo", "-pix_fmt", "bgr24")
	default:
		panic("testcard: no codec " + codec)
	}
	return append(args, extra...)
}

func (r Room) period() time.Duration {
	return cmp.Or(r.Period, defaultPeriod)
}

func (r Room) frames(d time.Duration) int { return int(math.Round(d.Seconds() * float64(r.Rate))) }

func (r Room) startFrames() int { return r.frames(r.Start) }

// hopFrames is how long a walking figure stays in one place: a fifth of a
// second, of any period, so that a passer-by is not counted as a guest.
func (r Room) hopFrames() int { return max(1, r.Rate/5) }

// inputHeight is the height of the room in input pixels.
func (r Room) inputHeight() float64 {
	return float64(r.Height) * InputSize / float64(r.Width)
}

// snap returns the place nearest to a share of the height that lies on the
// model's rows: a multiple of the stride, plus the offset. In input pixels.
func (r Room) snap(share float64, stride, offset int) float64 {
	rows := math.Round((share*r.inputHeight() - float64(offset)) / float64(stride))
	return rows*float64(stride) + float64(offset)
}

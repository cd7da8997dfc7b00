package video

/*
#include "libav.h"
*/
import "C"

import (
	"fmt"
	"image"
	"time"
	"unsafe"
)

// Picture is a decoded picture in its own size and colours, in FFmpeg's memory. The caller that got it closes it; one
// goroutine uses it at a time.
type Picture struct {
	frame *C.AVFrame
	at    time.Time
}

// Size is in pixels.
func (p *Picture) Size() (w, h int) { return int(p.frame.width), int(p.frame.height) }

// At is when the access unit that became this picture was received, to the microsecond.
func (p *Picture) At() time.Time { return p.at }

// Close frees the picture. Closing twice is harmless.
func (p *Picture) Close() {
	if p.frame != nil {
		C.seats_frame_free(p.frame)
		p.frame = nil
	}
}

// Bounds is the whole picture.
func (p *Picture) Bounds() image.Rectangle {
	w, h := p.Size()
	return image.Rect(0, 0, w, h)
}

// Image is the whole picture for drawing on. It allocates all of it; looks use Letterbox.
func (p *Picture) Image() (*image.RGBA, error) {
	img := image.NewRGBA(p.Bounds())
	s := scalers.get(p.geometry(p.Bounds(), img.Rect.Dx(), img.Rect.Dy(), C.AV_PIX_FMT_RGBA))
	defer scalers.put(s)
	if err := s.scale(p, img.Pix, img.Stride); err != nil {
		return nil, err
	}
	return img, nil
}

// Letterbox says what input a model requires.
type Letterbox struct {
	Width, Height int     // of the model's input, in pixels
	Centered      bool    // the picture stands in the middle, else at the top left
	BGR           bool    // order of the planes, else RGB
	Gain          float32 // 1 for 0..255, 1.0/255 for 0..1
}

// padding is the grey around the picture, which YOLO models are trained with.
const padding = 114

// Fit leads from pixels of the part that was asked for to pixels of the input: input = part * Scale + (X, Y).
type Fit struct{ Scale, X, Y float32 }

// Letterbox scales a part of the picture, as large as it fits, into dst: three planes of l.Height rows of l.Width
// values, grey around. The part is clipped to the picture. In steady use nothing is allocated.
func (p *Picture) Letterbox(part image.Rectangle, l Letterbox, dst []float32) (Fit, error) {
	if len(dst) < 3*l.Width*l.Height {
		return Fit{}, fmt.Errorf("input of %dx%d wants %d values, has room for %d", l.Width, l.Height, 3*l.Width*l.Height, len(dst))
	}
	want := part.Min
	part = part.Intersect(p.Bounds())
	if part.Empty() {
		return Fit{}, fmt.Errorf("part %v lies outside of the picture", part)
	}
	part.Min.X = int(C.seats_align(p.frame, C.int(part.Min.X), 0))
	part.Min.Y = int(C.seats_align(p.frame, C.int(part.Min.Y), 1))

	scale := min(float64(l.Width)/float64(part.Dx()), float64(l.Height)/float64(part.Dy()))
	w := max(1, min(l.Width, int(float64(part.Dx())*scale+0.5)))
	h := max(1, min(l.Height, int(float64(part.Dy())*scale+0.5)))
	left, top := 0, 0
	if l.Centered {
		left, top = (l.Width-w)/2, (l.Height-h)/2
	}
	format := C.enum_AVPixelFormat(C.AV_PIX_FMT_RGB24)
	if l.BGR {
		format = C.AV_PIX_FMT_BGR24
	}
	s := scalers.get(p.geometry(part, w, h, format))
	defer scalers.put(s)
	if err := s.scale(p, s.pixels, s.stride); err != nil {
		return Fit{}, err
	}
	C.seats_widen((*C.uint8_t)(unsafe.SliceData(s.pixels)), C.int(s.stride), C.int(w), C.int(h),
		(*C.float)(unsafe.SliceData(dst)), C.int(l.Width), C.int(l.Height), C.int(left), C.int(top),
		C.float(l.Gain), C.float(padding*l.Gain))
	return Fit{
		Scale: float32(scale),
		X:     float32(left) + float32(float64(want.X-part.Min.X)*scale),
		Y:     float32(top) + float32(float64(want.Y-part.Min.Y)*scale),
	}, nil
}

// Luma scales the brightness of a part of the picture, in pixels, to w times h bytes, 0..255, row by row. The part may
// begin between pixels and reach beyond the picture, whose edge then goes on. Nothing is allocated.
func (p *Picture) Luma(x0, y0, x1, y1 float64, dst []byte, w, h int) error {
	if len(dst) < w*h {
		return fmt.Errorf("luma of %dx%d requires %d bytes, has room for %d", w, h, w*h, len(dst))
	}
	rc := C.seats_luma(p.frame, C.double(x0), C.double(y0), C.double(x1), C.double(y1),
		(*C.uint8_t)(unsafe.SliceData(dst)), C.int(w), C.int(h))
	if rc < 0 {
		return fmt.Errorf("luma: %w", avError(rc))
	}
	return nil
}

package video

/*
#include "libav.h"
*/
import "C"

import (
	"fmt"
	"image"
	"sync"
	"unsafe"
)

// geometry is all that a scaler is made for.
type geometry struct {
	format, space, colors C.int // of the source: pixel format, matrix, range
	part                  image.Rectangle
	height                C.int // of the whole source: it decides the matrix where the stream does not say
	w, h                  int
	to                    C.enum_AVPixelFormat
}

func (p *Picture) geometry(part image.Rectangle, w, h int, to C.enum_AVPixelFormat) geometry {
	return geometry{
		format: p.frame.format, space: C.int(p.frame.colorspace), colors: C.int(p.frame.color_range),
		part: part, height: p.frame.height, w: w, h: h, to: to,
	}
}

// scaler is a libswscale context, whose tables take longer to make than a picture takes to scale, and the pixels it
// scales to.
type scaler struct {
	geometry
	ctx    *C.struct_SwsContext
	pixels []byte
	stride int
}

func (s *scaler) scale(p *Picture, dst []byte, stride int) error {
	r := s.part
	rc := C.seats_scale(&s.ctx, p.frame, C.int(r.Min.X), C.int(r.Min.Y), C.int(r.Dx()), C.int(r.Dy()),
		(*C.uint8_t)(unsafe.SliceData(dst)), C.int(stride), C.int(s.w), C.int(s.h), C.int(s.to))
	if rc < 0 {
		return fmt.Errorf("scale %dx%d to %dx%d: %w", r.Dx(), r.Dy(), s.w, s.h, avError(rc))
	}
	return nil
}

// scalerPool keeps the scalers of the last few geometries. It is a process's own: pictures outlive decoders.
type scalerPool struct {
	mu   sync.Mutex
	idle []*scaler // least recently used first
}

// idleScalers is enough for whole pictures of a few sizes and the cut-outs of a look.
const idleScalers = 16

var scalers scalerPool

func (p *scalerPool) get(g geometry) *scaler {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, s := range p.idle {
		if s.geometry == g {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return s
		}
	}
	s := &scaler{geometry: g}
	if g.to != C.AV_PIX_FMT_RGBA {
		// rows begin where vector instructions prefer it, and end with room for what they write too much
		s.stride = (3*g.w + 63) &^ 63
		s.pixels = make([]byte, s.stride*g.h+64)
	}
	return s
}

func (p *scalerPool) put(s *scaler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, s)
	if len(p.idle) > idleScalers {
		old := p.idle[0]
		p.idle = append(p.idle[:0], p.idle[1:]...)
		C.sws_freeContext(old.ctx)
	}
}

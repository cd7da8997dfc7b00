package video

/*
#cgo pkg-config: libavformat libavcodec libavutil libswscale
#cgo CFLAGS: -O3 -std=gnu11
#include <stdlib.h>
#include "libav.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"math"
	"time"
	"unsafe"
)

// Decoder is one libavcodec decoder with one thread. One goroutine uses it at a time.
type Decoder struct {
	codec  Codec
	c      C.seats_decoder
	camera string // whose GOP it stands in; empty where nowhere
	at     Position
}

// NewDecoder opens a decoder.
func NewDecoder(codec Codec) (*Decoder, error) {
	if codec < H264 || codec > MJPEG {
		return nil, fmt.Errorf("no decoder for %s", codec)
	}
	d := &Decoder{codec: codec}
	if rc := C.seats_decoder_open(&d.c, C.int(codec)); rc < 0 {
		d.Close()
		return nil, fmt.Errorf("open %s decoder: %w", codec, avError(rc))
	}
	return d, nil
}

// Close frees the decoder. Pictures that came from it stay.
func (d *Decoder) Close() { C.seats_decoder_close(&d.c) }

// Position is where the decoder can go on from.
func (d *Decoder) Position() Position { return d.at }

// lastFew is how many units at the end of a sample are decoded in full: the newest picture may be one that nothing
// refers to, among as many as encoders put between two that something does.
const lastFew = 6

// Decode gives the newest picture of the sample, which goes on where the decoder stands or begins with a keyframe.
func (d *Decoder) Decode(s *Sample) (*Picture, error) {
	if s.Codec != d.codec {
		return nil, fmt.Errorf("%s decoder was given %s", d.codec, s.Codec)
	}
	if s.First == 0 || d.at != (Position{s.GOP, s.First}) {
		d.forget()
		if s.First != 0 {
			return nil, fmt.Errorf("sample does not go on where the decoder stands")
		}
	}
	d.c.count, d.c.until = 0, math.MaxInt64
	if !s.Until.IsZero() {
		d.c.until = C.int64_t(s.Until.UnixMicro())
	}
	for i := range s.Units {
		u := &s.Units[i]
		if len(u.Data) == 0 {
			continue
		}
		skip := C.int(0)
		if i < len(s.Units)-lastFew {
			skip = 1
		}
		rc := C.seats_decode(&d.c, (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(u.Data))), C.int(len(u.Data)),
			C.int64_t(u.At.UnixMicro()), skip)
		if rc < 0 {
			d.forget()
			return nil, fmt.Errorf("decode %s: %w", d.codec, avError(rc))
		}
	}
	d.at = Position{s.GOP, s.First + len(s.Units)}
	if s.KeyOnly || d.c.count == 0 || d.c.ctx.has_b_frames > 0 {
		// What reordering holds back comes out only at an end. Where it holds back pictures, the newest would be
		// several pictures old: such streams, rare among cameras, begin anew with the keyframe at each look.
		d.at = Position{}
		if rc := C.seats_drain(&d.c); rc < 0 {
			d.forget()
			return nil, fmt.Errorf("decode %s: %w", d.codec, avError(rc))
		}
	}
	return d.take(s)
}

func (d *Decoder) take(s *Sample) (*Picture, error) {
	var damaged C.int
	frame := C.seats_take(&d.c, &damaged)
	if frame == nil {
		d.forget()
		return nil, fmt.Errorf("decode %s: no picture in %d access units", d.codec, len(s.Units))
	}
	if damaged != 0 || frame.width <= 0 || frame.height <= 0 {
		C.seats_frame_free(frame)
		d.forget()
		// what would be seen in it is not what is there
		return nil, fmt.Errorf("decode %s: picture is damaged", d.codec)
	}
	at := s.Units[len(s.Units)-1].At
	if frame.pts != C.AV_NOPTS_VALUE {
		at = time.UnixMicro(int64(frame.pts)).In(at.Location())
	}
	return &Picture{frame: frame, at: at}, nil
}

// forget makes the decoder begin anew with the next keyframe.
func (d *Decoder) forget() {
	d.at = Position{}
	C.seats_flush(&d.c)
}

// avError is what FFmpeg says of one of its error codes.
func avError(rc C.int) error {
	var buf [C.AV_ERROR_MAX_STRING_SIZE]C.char
	C.av_strerror(rc, &buf[0], C.AV_ERROR_MAX_STRING_SIZE)
	return errors.New(C.GoString(&buf[0]))
}

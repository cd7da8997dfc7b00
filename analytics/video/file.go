package video

/*
#include <stdlib.h>
#include "libav.h"
*/
import "C"

import (
	"fmt"
	"io"
	"time"
	"unsafe"

	"github.com/AlexxIT/go2rtc/pkg/h264/annexb"
)

// File reads the access units of a recorded file's first video stream, in decoding order.
type File struct {
	path string
	c    C.seats_file
}

// OpenFile opens any container that FFmpeg reads, with H.264, H.265 or MJPEG in it.
func OpenFile(path string) (*File, error) {
	f := &File{path: path}
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	if rc := C.seats_file_open(&f.c, name); rc < 0 {
		f.Close()
		return nil, fmt.Errorf("open %s: %w", path, avError(rc))
	}
	return f, nil
}

// Codec is what its units are coded with.
func (f *File) Codec() Codec { return Codec(f.c.codec) }

// Next is the next access unit as Sampler.Push takes it, and its presentation time from the first frame. The error is
// io.EOF at the end.
func (f *File) Next() ([]byte, time.Duration, error) {
	var pts C.int64_t
	switch rc := C.seats_file_next(&f.c, &pts); {
	case rc == C.AVERROR_EOF:
		return nil, 0, io.EOF
	case rc < 0:
		return nil, 0, fmt.Errorf("read %s: %w", f.path, avError(rc))
	}
	data := C.GoBytes(unsafe.Pointer(f.c.packet.data), f.c.packet.size)
	if f.Codec() != MJPEG {
		data = annexb.EncodeToAVCC(data)
	}
	return data, time.Duration(pts) * time.Microsecond, nil
}

// Close closes the file.
func (f *File) Close() { C.seats_file_close(&f.c) }

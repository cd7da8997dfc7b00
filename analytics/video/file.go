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
	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
)

// File reads the access units of a recorded file's first video stream, in decoding order.
type File struct {
	path  string
	c     C.seats_file
	entry nal.Entry
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

// Unit is one access unit of a file. Times count from the first picture that is shown.
type Unit struct {
	Data []byte        // as Sampler.Push takes it
	Key  bool          // a decoder can begin here
	PTS  time.Duration // when it is shown
	DTS  time.Duration // when it is decoded: all that is shown up to then has come
}

// Next is the next access unit in the order of decoding. The error is io.EOF at the end.
func (f *File) Next() (Unit, error) {
	var pts, dts C.int64_t
	switch rc := C.seats_file_next(&f.c, &pts, &dts); {
	case rc == C.AVERROR_EOF:
		return Unit{}, io.EOF
	case rc < 0:
		return Unit{}, fmt.Errorf("read %s: %w", f.path, avError(rc))
	}
	u := Unit{
		Data: C.GoBytes(unsafe.Pointer(f.c.packet.data), f.c.packet.size), Key: true,
		PTS: time.Duration(pts) * time.Microsecond, DTS: time.Duration(dts) * time.Microsecond,
	}
	if f.Codec() == MJPEG {
		return u, nil
	}
	u.Data = annexb.EncodeToAVCC(u.Data)
	f.entry.Codec = nal.Codec(f.Codec())
	// a unit that cannot be read is the sampler's to refuse
	read, _ := f.entry.Read(u.Data, false, time.Unix(0, 0).Add(u.DTS)) //nolint:errcheck // see above
	u.Key = read.Key
	return u, nil
}

// Close closes the file.
func (f *File) Close() { C.seats_file_close(&f.c) }

package video

/*
#include <stdlib.h>
#include "libav.h"
*/
import "C"

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/AlexxIT/go2rtc/pkg/h264/annexb"
	"github.com/AlexxIT/go2rtc/seats/analytics/nal"
)

// Unit is one access unit of a file. Times count from the first frame that is shown.
type Unit struct {
	Data []byte        // as Sampler.Push takes it
	Key  bool          // a decoder can begin here
	PTS  time.Duration // when it is shown
	DTS  time.Duration // when it is decoded: whatever is shown up to then has come
}

// ReadFile gives the access units of a recorded file's first video stream, in decoding order. It reads any container that
// FFmpeg reads, with H.264, H.265 or MJPEG in it.
func ReadFile(path string) (Codec, []Unit, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var f C.seats_file
	defer C.seats_file_close(&f)
	rc := C.seats_file_open(&f, name)
	codec, entry := Codec(f.codec), nal.Entry{Codec: nal.Codec(f.codec)}
	var list []Unit
	for rc >= 0 {
		var pts, dts C.int64_t
		if rc = C.seats_file_next(&f, &pts, &dts); rc < 0 {
			break
		}
		u := Unit{
			Data: C.GoBytes(unsafe.Pointer(f.packet.data), f.packet.size), Key: true,
			PTS: time.Duration(pts) * time.Microsecond, DTS: time.Duration(dts) * time.Microsecond,
		}
		if codec != MJPEG {
			u.Data = annexb.EncodeToAVCC(u.Data)
			// a unit that cannot be read is the sampler's to refuse
			read, _ := entry.Read(u.Data, false, time.Unix(0, 0).Add(u.DTS)) //nolint:errcheck // see above
			u.Key = read.Key
		}
		list = append(list, u)
	}
	if rc != C.AVERROR_EOF {
		return 0, nil, fmt.Errorf("read %s: %w", path, avError(rc))
	}
	return codec, list, nil
}

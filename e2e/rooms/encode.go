package rooms

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os/exec"
)

// coding is how a clip is encoded.
type coding struct {
	Rate    float64 // frames a second
	GOP     float64 // seconds from keyframe to keyframe
	Bitrate int     // bit/s; 0: by quality
}

// encode runs ffmpeg and gives it n frames, drawn one after the other into the same picture. The last argument is where
// the clip goes: an MP4 with H.264 in yuv420p, without a clock in it, so that the same frames make the same file.
func encode(ctx context.Context, file string, w, h, n int, c coding, frame func(dst *image.RGBA, n int) error) error {
	gop := max(1, int(c.GOP*c.Rate+0.5))
	args := []string{
		"-hide_banner", "-loglevel", "error", "-nostdin", "-y",
		"-f", "rawvideo", "-pix_fmt", "rgba", "-s", fmt.Sprintf("%dx%d", w, h), "-r", fmt.Sprint(c.Rate), "-i", "pipe:0",
		"-vf", "scale=out_range=tv:out_color_matrix=bt709", "-colorspace", "bt709", "-color_range", "tv",
		"-c:v", "libx264", "-preset", "veryfast", "-threads", "2", "-pix_fmt", "yuv420p",
		"-g", fmt.Sprint(gop), "-keyint_min", fmt.Sprint(gop), "-sc_threshold", "0", "-bf", "0",
	}
	if c.Bitrate > 0 {
		args = append(args, "-b:v", fmt.Sprint(c.Bitrate), "-maxrate", fmt.Sprint(c.Bitrate), "-bufsize", fmt.Sprint(2*c.Bitrate))
	} else {
		most := min(8_000_000, 3*w*h) // as cameras are set: 3 Mbit/s for 720p
		args = append(args, "-crf", "25", "-maxrate", fmt.Sprint(most), "-bufsize", fmt.Sprint(2*most))
	}
	args = append(args, "-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart", file)
	cmd := exec.CommandContext(ctx, "ffmpeg", args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err = cmd.Start(); err != nil {
		return err
	}
	fed := feed(in, w, h, n, frame)
	if err = cmd.Wait(); err != nil {
		return errors.Join(fmt.Errorf("encode %s: %w: %s", file, err, said.Bytes()), fed)
	}
	return fed
}

// feed draws into one picture while the other is written.
func feed(out io.WriteCloser, w, h, n int, frame func(dst *image.RGBA, n int) error) (err error) {
	pics, done := make(chan *image.RGBA, 1), make(chan *image.RGBA, 2)
	done <- newRGBA(w, h)
	done <- newRGBA(w, h)
	var drawErr error // read once pics is closed
	go func() {
		defer close(pics)
		for i := range n {
			p := <-done
			if drawErr = frame(p, i); drawErr != nil {
				return
			}
			pics <- p
		}
	}()
	for p := range pics {
		if err == nil {
			_, err = out.Write(p.Pix)
		}
		done <- p
	}
	return errors.Join(drawErr, err, out.Close())
}

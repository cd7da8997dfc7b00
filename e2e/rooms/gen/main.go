// Command gen writes the clips of e2e/rooms and their truth.
//
//	gen -dir build/rooms -coco assets/images/coco-val2017 -video assets/video
//
// Both halves are made, into tune/ and final/ below dir; each has its truth.json.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/rooms"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "rooms:", err)
		os.Exit(1)
	}
}

func run() error {
	var m rooms.Material
	dir := flag.String("dir", "build/rooms", "where the clips go")
	flag.StringVar(&m.COCO, "coco", "", "folder with images/ and labels/ of COCO val2017")
	flag.StringVar(&m.Video, "video", "", "folder with one-by-one-person-detection.mp4 and bottle-detection.mp4")
	flag.StringVar(&m.Vtest, "vtest", rooms.VtestPath, "vtest.avi")
	half := flag.String("half", "", "tune or final; both where left out")
	only := flag.String("only", "", "only the clips whose names contain this; truth.json has all")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	for _, h := range []rooms.Half{rooms.Tune, rooms.Final} {
		if *half != "" && *half != string(h) {
			continue
		}
		if err := write(ctx, m, h, filepath.Join(*dir, string(h)), *only); err != nil {
			return err
		}
	}
	return nil
}

func write(ctx context.Context, m rooms.Material, half rooms.Half, dir, only string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	clips, err := rooms.Set(m, half)
	if err != nil {
		return err
	}
	for _, c := range clips {
		if !strings.Contains(c.Name(), only) {
			continue
		}
		begin := time.Now()
		if err = c.Write(ctx, dir); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "rooms: %s/%s: %.0f s of media in %.0f s\n", half, c.Name(), c.Duration, time.Since(begin).Seconds())
	}
	return rooms.WriteTruth(dir, clips)
}

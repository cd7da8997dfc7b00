// Command replay runs the seat analytics over a recorded file, on media time, as fast as the machine can.
//
//	replay -config go2rtc.yaml -stream cam1 clip.mp4
//	replay -config go2rtc.yaml -truth events.json clips
//
// The first prints one JSON object a line on stdout for each event, and a summary on stderr. The second holds what it tells
// of a clip, or of each clip of a folder, to what somebody has seen there, and prints how right it was.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/score"
)

func main() {
	if err := start(); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	config string
	stream string
	path   string // a clip; with truth also a folder of clips

	truth     string // a file; the others have a use with it only
	json      bool
	picture   string
	half      string
	tolerance time.Duration // 0: what goes with the interval
}

// needTruth are the flags that have no use without -truth.
var needTruth = map[string]bool{"json": true, "picture": true, "half": true, "tolerance": true}

func start() error {
	var o options
	flag.StringVar(&o.config, "config", "go2rtc.yaml", "configuration with the analytics section")
	flag.StringVar(&o.stream, "stream", "", "name under streams: whose seats the clip shows")
	flag.StringVar(&o.truth, "truth", "", "file that says what is true of clips, and their seats: print how right the run was")
	flag.BoolVar(&o.json, "json", false, "with -truth: print JSON in place of tables")
	flag.StringVar(&o.picture, "picture", "", "with -truth: draw the timelines into this .svg, or one a clip into this folder")
	flag.StringVar(&o.half, "half", "", "with -truth: only the clips of this half, tune or final")
	flag.DurationVar(&o.tolerance, "tolerance", 0, "with -truth: how far from the true one a told event may be (default the larger of 1.5s and interval + 0.5s)")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "Usage: replay -config go2rtc.yaml -stream cam1 clip.mp4\n"+
			"       replay -config go2rtc.yaml -truth events.json [-json] [-picture FILE.svg|DIR] clip.mp4|DIR")
		flag.PrintDefaults()
	}
	flag.Parse()
	o.path = flag.Arg(0)
	if err := o.check(); err != nil {
		flag.Usage()
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	if err := o.run(out, os.Stderr); err != nil {
		_ = out.Flush() // what was found before the error counts
		return err
	}
	return out.Flush()
}

func (o *options) check() (err error) {
	if o.truth == "" {
		if flag.NArg() != 1 || o.stream == "" {
			return errors.New("wants -stream and one clip")
		}
		flag.Visit(func(f *flag.Flag) {
			if needTruth[f.Name] {
				err = fmt.Errorf("-%s wants -truth", f.Name)
			}
		})
		return err
	}
	switch {
	case flag.NArg() != 1:
		return errors.New("wants one clip, or a folder of clips")
	case o.stream != "":
		return errors.New("-stream has no use with -truth: the seats are the truth's")
	case o.half != "" && o.half != score.Tune && o.half != score.Final:
		return fmt.Errorf("-half is %s or %s", score.Tune, score.Final)
	case o.tolerance < 0:
		return errors.New("-tolerance is less than 0")
	}
	return nil
}

func (o *options) run(out, summary io.Writer) error {
	if o.truth == "" {
		return printEvents(o, out, summary)
	}
	return judge(o, out, summary)
}

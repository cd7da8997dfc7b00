// Command replay runs the seat analytics over a recorded file, on media time, as fast as the machine can.
//
//	replay -config go2rtc.yaml -stream cam1 clip.mp4
//
// It prints one JSON object a line on stdout for each event, and a summary on stderr.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
)

func main() {
	if err := start(); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

func start() error {
	config := flag.String("config", "go2rtc.yaml", "configuration with the analytics section")
	stream := flag.String("stream", "", "name under streams: whose seats the clip shows")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "Usage: replay -config go2rtc.yaml -stream cam1 clip.mp4")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 || *stream == "" {
		flag.Usage()
		return fmt.Errorf("wants -stream and one clip")
	}
	out := bufio.NewWriter(os.Stdout)
	if err := run(*config, *stream, flag.Arg(0), out, os.Stderr); err != nil {
		_ = out.Flush() // what was found before the error counts
		return err
	}
	return out.Flush()
}

// Command testlog makes the output of go test -json readable again and counts: go's own line for each package, the whole
// output of each test that failed, the reason of each that was skipped, and at the end once more what failed, shortened,
// and "N passed, N failed, N skipped".
//
// It promises: exit status 1 when a package failed or nothing ran at all. With -known, packages named in that file may
// fail, and what they say is left out; the last line then says how the others did, and those that pass by now are named.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	path := flag.String("known", "", "file with packages that may fail, one a line, and behind each the tests if only some may; ~ before one: only sometimes")
	flag.Parse()

	l := newLog(os.Stdout)
	if *path != "" {
		b, err := os.ReadFile(*path)
		if err != nil {
			fmt.Fprintln(os.Stderr, "testlog:", err)
			os.Exit(1)
		}
		l.known = parseKnown(string(b))
	}
	if err := l.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "testlog:", err)
		os.Exit(1)
	}
	if !l.close() {
		os.Exit(1)
	}
}

func parseKnown(text string) map[string]known {
	packages := map[string]known{}
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 && words[0][0] != '#' {
			pkg, sometimes := strings.CutPrefix(words[0], "~")
			packages[pkg] = known{words[1:], sometimes}
		}
	}
	return packages
}

// read takes events until r ends. Lines that are no event (go's own complaints) are passed on.
func (l *log) read(r io.Reader) error {
	lines := bufio.NewReader(r) // no Scanner: a line has no greatest length
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var ev event
			if json.Unmarshal(line, &ev) == nil && ev.Action != "" {
				l.add(&ev)
			} else {
				fmt.Fprintf(l.out, "%s", line)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

package main

import (
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is a line of go test -json (go doc test2json).
type event struct {
	Action     string // run, output, pass, fail, skip, build-output, build-fail and others
	Package    string
	ImportPath string // in place of Package in build events
	Test       string // empty where the whole package is meant
	Output     string
}

type test struct{ pkg, name string }

// known is what may fail of a package.
type known struct {
	tests     []string // none: any
	sometimes bool     // it is no news when nothing does
}

type log struct {
	out   io.Writer
	known map[string]known // packages that may fail; nil: none may

	output                  map[test]string     // kept until the test ends
	parents                 map[test]bool       // have subtests: not counted themselves
	passed, failed, skipped int                 // tests
	words                   []string            // of tests that failed, shortened, to be repeated at the end
	good                    map[string]bool     // packages that passed
	bad                     map[string][]string // packages that failed, with their failed tests
}

func newLog(out io.Writer) *log {
	return &log{
		out: out, output: map[test]string{}, parents: map[test]bool{},
		good: map[string]bool{}, bad: map[string][]string{},
	}
}

func (l *log) add(ev *event) {
	t := test{ev.Package, ev.Test}
	switch {
	case ev.Action == "build-output":
		fmt.Fprint(l.out, ev.Output)
	case ev.Action == "output" && ev.Test == "":
		// PASS alone says nothing that go's line with package and time does not
		if ev.Output != "PASS\n" && !strings.Contains(ev.Output, "[no test files]") {
			fmt.Fprint(l.out, ev.Output)
		}
	case ev.Action == "output":
		l.output[t] += ev.Output
	case ev.Action == "run":
		if i := strings.LastIndexByte(ev.Test, '/'); i > 0 {
			l.parents[test{ev.Package, ev.Test[:i]}] = true
		}
	case ev.Action == "pass" || ev.Action == "fail" || ev.Action == "skip":
		if ev.Test == "" {
			l.endPackage(ev)
		} else {
			l.endTest(t, ev.Action)
		}
	}
}

func (l *log) endTest(t test, action string) {
	switch {
	case action == "fail":
		l.show(t)
		l.blame(t)
		if !l.parents[t] {
			l.failed++
		}
	case l.parents[t]:
	case action == "skip":
		fmt.Fprintf(l.out, "skip  %s: %s\n", t.name, skipReason(l.output[t]))
		l.skipped++
	default:
		l.passed++
	}
	delete(l.output, t)
}

// show prints what a test said, unless it is known to fail.
func (l *log) show(t test) {
	name, _, _ := strings.Cut(t.name, "/")
	if k, ok := l.known[t.pkg]; ok && (len(k.tests) == 0 || slices.Contains(k.tests, name)) {
		return
	}
	fmt.Fprint(l.out, l.output[t])
	l.words = append(l.words, fmt.Sprintf("failed: %s %s\n%s", t.pkg, t.name, shorten(l.output[t])))
}

// shorten takes the middle out of each thing that a test said, so that no server's log hides why the test failed.
func shorten(output string) string {
	const head, tail = 12, 8
	var short strings.Builder
	var block []string
	flush := func() {
		if cut := len(block) - head - tail; cut > 0 {
			block = slices.Replace(block, head, head+cut, fmt.Sprintf("        [%d lines]\n", cut))
		}
		short.WriteString(strings.Join(block, ""))
		block = block[:0]
	}
	for line := range strings.Lines(output) {
		if said.MatchString(line) {
			flush()
		}
		block = append(block, line)
	}
	flush()
	return short.String()
}

// said is the first line of what a test said by t.Log and its kin.
var said = regexp.MustCompile(`^ {4,}[^ ]+\.go:\d+: `)

func (l *log) blame(t test) {
	name, _, _ := strings.Cut(t.name, "/")
	l.bad[t.pkg] = append(l.bad[t.pkg], name)
}

// endPackage also shows what a test was saying when its package died under it (a panic, a timeout).
func (l *log) endPackage(ev *event) {
	if ev.Action != "fail" {
		if ev.Action == "pass" {
			l.good[ev.Package] = true
		}
		return
	}
	l.bad[ev.Package] = append(l.bad[ev.Package], "") // also one that does not build is there
	for t := range l.output {
		if t.pkg == ev.Package {
			l.show(t)
			l.blame(t)
			l.failed++
			delete(l.output, t)
		}
	}
}

// skipReason takes what t.Skip said out of a test's output: the text after "file.go:12: ".
func skipReason(output string) string {
	for line := range strings.Lines(output) {
		if _, text, ok := strings.Cut(line, ".go:"); ok {
			_, text, _ = strings.Cut(text, ": ")
			return strings.TrimSpace(text)
		}
	}
	return "no reason given"
}

// close prints the last lines and says whether all is well.
func (l *log) close() bool {
	if len(l.good)+len(l.bad) == 0 {
		fmt.Fprintln(l.out, "no tests ran")
		return false
	}
	for _, words := range l.words {
		fmt.Fprint(l.out, words)
	}
	if l.known == nil {
		fmt.Fprintf(l.out, "%d passed, %d failed, %d skipped\n", l.passed, l.failed, l.skipped)
		return len(l.bad) == 0
	}

	fresh := 0
	for _, pkg := range slices.Sorted(maps.Keys(l.bad)) {
		if test, ok := l.isKnown(pkg); !ok {
			fmt.Fprintf(l.out, "%s fails, and is not known to\n", strings.TrimSpace(pkg+" "+test))
			fresh++
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(l.known)) {
		if l.bad[pkg] == nil && !l.known[pkg].sometimes {
			fmt.Fprintf(l.out, "%s is known to fail, and did not\n", pkg)
		}
	}
	fmt.Fprintf(l.out, "%d packages pass, %d fail as known, %d fail anew\n", len(l.good), len(l.bad)-fresh, fresh)
	return fresh == 0
}

// isKnown says whether the package may fail as it did; test is one that may not.
func (l *log) isKnown(pkg string) (test string, ok bool) {
	k, ok := l.known[pkg]
	if !ok || len(k.tests) == 0 {
		return "", ok
	}
	named := 0
	for _, name := range l.bad[pkg] {
		if name == "" {
			continue
		}
		if !slices.Contains(k.tests, name) {
			return name, false
		}
		named++
	}
	return "", named > 0 // else it did not come as far as a test
}

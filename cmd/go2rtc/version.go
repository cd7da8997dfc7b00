package main

import (
	"flag"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
)

// build is what Go wrote into this binary about upstream and about us, so no version stands in the source.
type build struct {
	upstream string // without the v
	Version  string `json:"version"`  // ours: a tag, one made of the commit, or (devel) without a repository
	Revision string `json:"revision"` // in upstream's form
}

func readBuild() (b build) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Version = info.Main.Version
	for _, dep := range info.Deps {
		if dep.Path == "github.com/AlexxIT/go2rtc" {
			b.upstream = strings.TrimPrefix(dep.Version, "v")
		}
	}
	dirty := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.Revision = s.Value[:min(7, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = ".dirty"
		}
	}
	b.Revision += dirty
	return b
}

// String is upstream's line for -version as app.Init prints it, so that scripts that read it go on, and one of ours.
func (b build) String() string {
	return fmt.Sprintf("go2rtc version %s+dev.%s (%[2]s) %s/%s\nseats %s (%[2]s)\n", b.upstream, b.Revision, runtime.GOOS, runtime.GOARCH, b.Version)
}

// isAsked reads the arguments as app.Init does, which ends the program after a line of its own.
func (build) isAsked(args []string) (asked bool) {
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var other bool
	for _, name := range []string{"version", "v"} {
		flags.BoolVar(&asked, name, false, "")
	}
	for _, name := range []string{"daemon", "d"} {
		flags.BoolVar(&other, name, false, "")
	}
	for _, name := range []string{"config", "c"} {
		flags.String(name, "", "")
	}
	return flags.Parse(args) == nil && asked
}

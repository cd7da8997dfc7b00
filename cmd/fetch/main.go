// Command fetch puts the models and clips of models/manifest.json where the server and the tests look for them.
//
// It promises: a file is at its path whole and with an accepted SHA-256, or not at all; a file that is already there is
// never overwritten; without a network it gives up within ten seconds for all files together; each file that is missing
// is one line on stderr that says how to get it. With paths of the manifest as arguments it fetches those alone.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
)

func main() {
	optional := flag.Bool("optional", false, "exit with 0 although files are missing")
	manifest := flag.String("manifest", "models/manifest.json", "list of files; its paths are relative to the folder above its own")
	flag.Parse()

	items, err := readManifest(*manifest)
	if err == nil {
		items, err = pick(items, flag.Args())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ok := run(ctx, items, filepath.Dir(filepath.Dir(*manifest)), *optional)
	stop()
	if !ok {
		os.Exit(1)
	}
}

// pick leaves the items with the given paths, or all where none are given.
func pick(items []item, paths []string) ([]item, error) {
	if len(paths) == 0 {
		return items, nil
	}
	var picked []item
	for _, path := range paths {
		i := slices.IndexFunc(items, func(it item) bool { return it.Path == path })
		if i < 0 {
			return nil, fmt.Errorf("%s is not in the manifest", path)
		}
		picked = append(picked, items[i])
	}
	return picked, nil
}

// run fetches all items at once and prints a line for each that came or is missing. It is false where the exit status
// must be 1: for a file with a wrong content always, for a missing one unless they are optional.
func run(ctx context.Context, items []item, root string, optional bool) bool {
	f := fetcher{root: root, client: newClient()}
	came, errs := make([]string, len(items)), make([]error, len(items))

	var group sync.WaitGroup
	for i := range items {
		group.Go(func() { came[i], errs[i] = f.fetch(ctx, &items[i]) })
	}
	group.Wait()

	ok := true
	for i := range items {
		switch _, wrong := errors.AsType[*wrongFileError](errs[i]); {
		case errs[i] != nil:
			fmt.Fprintln(os.Stderr, "fetch:", errs[i])
			ok = ok && optional && !wrong
		case came[i] != "":
			fmt.Println("fetch:", items[i].Path, "from", came[i])
		}
	}
	return ok
}

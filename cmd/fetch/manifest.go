package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type item struct {
	Name    string  `json:"name"`    // what it is, for people
	Path    string  `json:"path"`    // where it belongs, relative to the root
	Use     string  `json:"use"`     // run: the server plays it by default; test: only tests do
	Licence string  `json:"licence"` // AGPL has no place here: such models are for tests, from shared/ only
	Source  string  `json:"source"`  // who publishes it
	Copies  []place `json:"copies"`  // tried in this order; any of their hashes is accepted
}

// place is one to take the file from; copies of one model may differ in bytes, so each has its own hash.
type place struct {
	File   string `json:"file,omitempty"` // relative to the root, or
	URL    string `json:"url,omitempty"`
	SHA256 string `json:"sha256"` // lower-case hex
	Bytes  int64  `json:"bytes"`
}

func readManifest(path string) ([]item, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()

	var items []item
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	if err = d.Decode(&items); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	for i := range items {
		if err = items[i].validate(); err != nil {
			return nil, fmt.Errorf("read %s: item %d: %w", path, i+1, err)
		}
	}
	return items, nil
}

func (it *item) validate() error {
	switch {
	case !filepath.IsLocal(it.Path):
		return fmt.Errorf("path %q is not below the root", it.Path)
	case it.Use != "run" && it.Use != "test":
		return fmt.Errorf("%s: use %q is neither run nor test", it.Path, it.Use)
	case it.Licence == "" || strings.Contains(it.Licence, "AGPL"):
		return fmt.Errorf("%s: licence %q may not be fetched", it.Path, it.Licence)
	case len(it.Copies) == 0:
		return fmt.Errorf("%s: no copies", it.Path)
	}
	for _, c := range it.Copies {
		if (c.File == "") == (c.URL == "") {
			return fmt.Errorf("%s: a copy needs either file or url", it.Path)
		}
		if sum, err := hex.DecodeString(c.SHA256); err != nil || len(sum) != 32 || c.Bytes <= 0 {
			return fmt.Errorf("%s: a copy needs sha256 and bytes", it.Path)
		}
	}
	return nil
}

func (it *item) accepts(sum string) bool {
	return slices.ContainsFunc(it.Copies, func(c place) bool { return c.SHA256 == sum })
}

func (it *item) sums() string {
	var all []string
	for _, c := range it.Copies {
		all = append(all, c.SHA256)
	}
	return strings.Join(slices.Compact(all), " or ")
}

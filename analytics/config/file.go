package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/AlexxIT/go2rtc/seats/analytics/edit"
	"go.yaml.in/yaml/v4"
)

// File is go2rtc.yaml, the one of several -config that edits are saved to. Its methods, and those of its edits, are
// called by one goroutine at a time.
type File struct {
	path   string // "" where the program runs on none
	expand func([]byte) []byte
	mask   func(string) string

	own map[string]bool // seats that stood in it at the start, or were put there since

	// streams that another -config has. A stream may also be known to this run only, as upstream's API and some modules
	// make them: a seat of such a one would stop the next start.
	elsewhere map[string]bool

	last    *content // as it was read or written last
	decoded int      // texts so far
}

// Open remembers which seats and streams are the file's own: others come from another -config. expand replaces ${NAME}
// as upstream does before it parses, mask takes secrets out of a sentence, and streams are those of all -config.
func Open(path string, expand func([]byte) []byte, mask func(string) string, streams map[string]any) *File {
	f := &File{path: path, expand: expand, mask: mask, own: map[string]bool{}, elsewhere: map[string]bool{}}
	c, err := f.read()
	if err == nil {
		for i := range c.config.Seats {
			f.own[c.config.Seats[i].ID] = true
		}
	}
	for name := range streams {
		if err != nil || !c.hasStream(name) {
			f.elsewhere[name] = true
		}
	}
	return f
}

// read reads the file. A text that is known is not decoded again, unless a secret that it names has another value now.
func (f *File) read() (*content, error) {
	if f.path == "" {
		return nil, refuse(NoFile, "the program runs without a configuration file, so nothing can be saved")
	}
	text, err := os.ReadFile(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, f.trouble(err)
	}
	if f.last != nil && f.last.document.Is(text) {
		return f.last, nil
	}
	document, err := edit.Parse(text, f.expand)
	if err != nil {
		return nil, f.Refuse(err)
	}
	c, err := f.decode(document)
	if err == nil {
		f.last = c
	}
	return c, err
}

func (f *File) decode(document *edit.Document) (*content, error) {
	f.decoded++
	c, err := decode(document)
	if err != nil {
		return nil, f.Refuse(err)
	}
	return c, nil
}

// Refuse says in one sentence what is wrong with the file, without a secret in it.
func (f *File) Refuse(err error) *Refusal {
	name := filepath.Base(f.path)
	text := name + ": " + err.Error()
	if syntax, ok := errors.AsType[*edit.Refusal](err); ok && syntax.Line > 0 {
		text = fmt.Sprintf("%s:%d: %s", name, syntax.Line, syntax.Reason)
	} else if mistake, ok := errors.AsType[*Error](err); ok {
		text = mistake.In(f.path)
	} else if load, ok := errors.AsType[*yaml.LoadError](err); ok {
		text = fmt.Sprintf("%s:%d: %s", name, load.Mark.Line, strings.ReplaceAll(load.Message, "\n", " "))
	}
	return refuse(Conflict, "%s: nothing was saved", f.mask(text))
}

func (f *File) trouble(err error) *Refusal {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	if linkErr, ok := errors.AsType[*os.LinkError](err); ok {
		err = linkErr.Err
	}
	return refuse(Unwritable, "%s cannot be written: %v: nothing was saved", filepath.Base(f.path), err)
}

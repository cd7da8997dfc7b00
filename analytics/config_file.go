package analytics

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/AlexxIT/go2rtc/pkg/creds"
	"github.com/AlexxIT/go2rtc/seats/analytics/edit"
	"go.yaml.in/yaml/v4"
)

// configFile is go2rtc.yaml, the one of several -config that edits are saved to. Guarded by the edit's lock.
type configFile struct {
	path string          // "" where the program runs on none
	own  map[string]bool // seats that stood in it at the start, or were put there since

	// streams that another -config has. A stream may also be known to this run only, as upstream's API and some modules
	// make them: a seat of such a one would stop the next start.
	elsewhere map[string]bool
}

// content is what the file says at one moment.
type content struct {
	text   []byte // nil: there is no file
	config Config // of the section, with ${NAME} replaced
	rest   any    // of everything else
}

// begin remembers which seats are the file's own: with several -config others may come from elsewhere.
func (f *configFile) begin(path string, configured map[string]any) {
	f.path, f.own, f.elsewhere = path, map[string]bool{}, map[string]bool{}
	c, err := f.read()
	if err == nil {
		for i := range c.config.Seats {
			f.own[c.config.Seats[i].ID] = true
		}
	}
	for name := range configured {
		if err != nil || !c.hasStream(name) {
			f.elsewhere[name] = true
		}
	}
}

// read reads the file. Errors are a *refusal with its line.
func (f *configFile) read() (*content, error) {
	if f.path == "" {
		return nil, &refusal{Status: http.StatusGone, Text: "the program runs without a configuration file, so nothing can be saved"}
	}
	text, err := os.ReadFile(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, f.trouble(err)
	}
	return f.understand(text)
}

// understand decodes a text as the start would.
func (f *configFile) understand(text []byte) (*content, error) {
	if err := edit.Check(text); err != nil {
		return nil, f.refuse(http.StatusConflict, err)
	}
	c := &content{text: text}
	var cfg struct {
		Mod Config `yaml:"analytics"`
	}
	cfg.Mod = defaultConfig()
	replaced := creds.ReplaceVars(text)
	err := yaml.Unmarshal(replaced, &cfg)
	if cfg.Mod.err != nil {
		err = cfg.Mod.err // says the line and the key
	}
	if err == nil {
		err = yaml.Unmarshal(replaced, &c.rest)
	}
	if err != nil {
		return nil, f.refuse(http.StatusConflict, err)
	}
	c.config = cfg.Mod
	return c, nil
}

// refuse is a sentence about the file. No secret is in it.
func (f *configFile) refuse(status int, err error) *refusal {
	name := filepath.Base(f.path)
	text := name + ": " + err.Error()
	var syntax *edit.Refusal
	var mistake *ConfigError
	var load *yaml.LoadError
	switch {
	case errors.As(err, &syntax) && syntax.Line > 0:
		text = fmt.Sprintf("%s:%d: %s", name, syntax.Line, syntax.Reason)
	case errors.As(err, &mistake):
		text = mistake.in(f.path)
	case errors.As(err, &load):
		text = fmt.Sprintf("%s:%d: %s", name, load.Mark.Line, strings.ReplaceAll(load.Message, "\n", " "))
	}
	return &refusal{Status: status, Text: creds.SecretString(text) + ": nothing was saved"}
}

// trouble is the disk's.
func (f *configFile) trouble(err error) *refusal {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	if linkErr, ok := errors.AsType[*os.LinkError](err); ok {
		err = linkErr.Err
	}
	return &refusal{Status: http.StatusInsufficientStorage, Text: fmt.Sprintf("%s cannot be written: %v: nothing was saved", filepath.Base(f.path), err)}
}

// hasStream tells whether the file names a stream.
func (c *content) hasStream(name string) bool {
	all, _ := c.rest.(map[string]any)
	list, _ := all["streams"].(map[string]any)
	_, ok := list[name]
	return ok
}

// seat is the file's own, or nil.
func (c *content) seat(id string) *SeatConfig { return (&layout{config: c.config}).seat(id) }

// put is the file with a seat changed or added, after reading it again: all else says what it said. storeID is to be
// written where there is none.
func (f *configFile) put(before *content, wanted *SeatConfig, changes []edit.Field, storeID string) (*content, error) {
	text, err := edit.Put(before.text, wanted.ID, changes, storeID)
	if err != nil {
		return nil, f.refuse(http.StatusConflict, err)
	}
	return f.compare(before, text, wanted.ID, wanted)
}

// remove is the file without a seat.
func (f *configFile) remove(before *content, id string) (*content, error) {
	text, err := edit.Delete(before.text, id)
	if err != nil {
		return nil, f.refuse(http.StatusConflict, err)
	}
	return f.compare(before, text, id, nil)
}

// compare reads an edited text as the next start would, and wants it to differ in one seat only.
func (f *configFile) compare(before *content, text []byte, id string, wanted *SeatConfig) (*content, error) {
	after, err := f.understand(text)
	if err != nil {
		return nil, err
	}
	if revisionOf(after.seat(id)) != revisionOf(wanted) ||
		!reflect.DeepEqual(essence(before.config, id), essence(after.config, id)) ||
		!reflect.DeepEqual(withoutSection(before.rest), withoutSection(after.rest)) {
		return nil, f.refuse(http.StatusConflict, errors.New("cannot be edited without changing something else in it, edit it by hand"))
	}
	return after, nil
}

// essence is what a section says, but for one seat and the store's name.
func essence(c Config, without string) Config {
	seats := []SeatConfig{}
	for _, s := range c.Seats {
		if s.ID != without {
			seats = append(seats, s)
		}
	}
	c.Seats, c.StoreID, c.lines = seats, "", nil
	return c
}

func withoutSection(rest any) any {
	all, ok := rest.(map[string]any)
	if !ok {
		return map[string]any{}
	}
	left := map[string]any{}
	for key, value := range all {
		if key != "analytics" {
			left[key] = value
		}
	}
	return left
}

// write puts a text in the place of the one before, whole or not at all, unless somebody else was quicker.
func (f *configFile) write(before, after *content) error {
	now, err := os.ReadFile(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f.trouble(err)
	}
	if !bytes.Equal(now, before.text) {
		return f.refuse(http.StatusConflict, errors.New("was written by somebody else just now, try again"))
	}
	if err = writeWhole(f.path, after.text); err != nil {
		return f.trouble(err)
	}
	return nil
}

// undo puts back what write has replaced.
func (f *configFile) undo(before *content) error {
	if before.text == nil {
		return os.Remove(f.path)
	}
	return writeWhole(f.path, before.text)
}

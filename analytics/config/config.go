// Package config is what go2rtc.yaml says under `analytics:`, and saying it anew.
//
// It promises: nothing in the section is passed over; an unknown key, a value that does not fit or a rule that is broken
// is an *Error with line and key. An edit changes one seat and no other byte that matters, is on disk whole or not at
// all, and is refused with a *Refusal where it cannot be. No key or secret stands in an error. The package knows no HTTP:
// a Refusal has a Kind, and the API decides which status that is. Begin with Config, then File.
package config

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// Config is the section `analytics:` of go2rtc.yaml. The defaults are Default's.
type Config struct {
	StoreID        string        // written to every row; required once a seat is configured
	Interval       time.Duration // how often each camera is looked at, 200ms to 1h
	AbandonedAfter time.Duration // belongings and nobody for this long, at least 1s
	Database       string        // path of the embedded SQLite file, beside the configuration file where relative
	Model          Model
	Items          []string // classes that count as belongings
	Supabase       Supabase
	Webhook        Webhook
	Outbox         int // events kept for Supabase, and for the webhook, while they are away, 1000 to 100 million
	Reader         Reader
	Seats          []Seat // in the order of the file

	lines map[string]int // where each key stands in its document, by its path
	err   error          // the first mistake; kept because plain upstream only logs what UnmarshalYAML returns
}

// Model is `analytics: model:`.
type Model struct {
	Path      string  // an ONNX file; looked for beside the configuration, in the working directory and beside the program
	Threshold float32 // least confidence, 0..1, that begins something
	Provider  string  // execution provider of ONNX Runtime
}

// Supabase is `analytics: supabase:`. Without it everything stays in the embedded database.
type Supabase struct{ URL, Key string }

// Webhook is `analytics: webhook:`.
type Webhook struct{ URL, Secret string }

// Reader is `analytics: reader:`.
type Reader struct {
	Key     string
	Origins []string
}

// Default is the section of a file that says nothing.
func Default() Config {
	return Config{
		Interval:       3 * time.Second,
		AbandonedAfter: 10 * time.Minute,
		Database:       "seats.db",
		Model:          Model{Path: "models/yolox_nano.onnx", Threshold: 0.35, Provider: "cpu"},
		Outbox:         1_000_000,
		Items:          []string{"backpack", "handbag", "suitcase", "umbrella", "laptop", "book", "bottle", "cup", "cell phone"},
	}
}

// The bounds of settings that have any.
const (
	minInterval       = 200 * time.Millisecond
	maxInterval       = time.Hour
	minAbandonedAfter = time.Second
	shortestDwell     = 2500 * time.Millisecond
	minOutbox         = 1000
	maxOutbox         = 100_000_000
)

var (
	providers = []string{"cpu", "cuda", "tensorrt", "openvino", "coreml"}
	anchors   = []string{string(seat.AnchorFit), string(seat.AnchorFoot), string(seat.AnchorCenter), string(seat.AnchorOverlap)}
)

// Rules are the domain's rules that follow from the settings.
func (c *Config) Rules() seat.Rules {
	return seat.Rules{
		AbandonedAfter: c.AbandonedAfter,
		Threshold:      c.Model.Threshold,
		Keep:           c.Model.Threshold * seat.KeepShare,
		Item:           c.Model.Threshold * seat.ItemShare,
		KeepItem:       c.Model.Threshold * seat.KeepItemShare,
		// who asks for more looks than one a second is told sooner
		Dwell: min(seat.LongestDwell, max(shortestDwell, 6*c.Interval)),
		// one look may be lost to a busy machine or a keyframe that comes late; two are a gap in what was seen
		MaxGap: 2*c.Interval + 2*time.Second,
	}
}

// IsItem tells whether a class of the model counts as belongings.
func (c *Config) IsItem(class string) bool { return slices.Contains(c.Items, class) }

// StreamNames are the streams that have seats, each once, in the order of the file.
func (c *Config) StreamNames() (names []string) {
	for i := range c.Seats {
		if !slices.Contains(names, c.Seats[i].Stream) {
			names = append(names, c.Seats[i].Stream)
		}
	}
	return names
}

// Seat is the one with this id, or nil.
func (c *Config) Seat(id string) *Seat {
	if i := c.index(id); i >= 0 {
		return &c.Seats[i]
	}
	return nil
}

func (c *Config) index(id string) int {
	return slices.IndexFunc(c.Seats, func(s Seat) bool { return s.ID == id })
}

// SeatsOf are the seats of a stream, as package seat has them.
func (c *Config) SeatsOf(stream string) (seats []seat.Seat) {
	for i := range c.Seats {
		if s := &c.Seats[i]; s.Stream == stream {
			seats = append(seats, s.Domain())
		}
	}
	return seats
}

// Find is where a relative path of a configuration leads: beside the configuration file, else in the working directory,
// else beside the program or above it, as set-up and container lay it out. Where nothing is there, the first of these.
func Find(configPath, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	folders := []string{filepath.Dir(configPath), "."}
	if exe, err := os.Executable(); err == nil {
		folders = append(folders, filepath.Dir(exe), filepath.Join(filepath.Dir(exe), ".."))
	}
	for _, folder := range folders {
		full := filepath.Join(folder, path)
		if _, err := os.Stat(full); err == nil {
			return full
		}
	}
	return filepath.Join(folders[0], path)
}

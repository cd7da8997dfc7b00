package analytics

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
)

// Config is the section `analytics:` of go2rtc.yaml. Each setting's default stands in defaultConfig.
type Config struct {
	StoreID        string        // written to every row; required once a seat is configured
	Interval       time.Duration // how often each camera is looked at, 200ms to 1h
	AbandonedAfter time.Duration // belongings and nobody for this long, at least 1s
	Database       string        // path of the embedded SQLite file, beside the configuration file where relative
	Model          ModelConfig
	Items          []string // classes that count as belongings
	Supabase       SupabaseConfig
	Webhook        WebhookConfig
	Outbox         int // events kept for Supabase, and for the webhook, while they are away, 1000 to 100 million
	Reader         ReaderConfig
	Seats          []SeatConfig // in the order of the file: a point in two seats goes to the first

	lines map[string]int // where each key stands in its document, by its path
	err   error          // the first mistake; kept because plain upstream only logs what UnmarshalYAML returns
}

// ModelConfig is `analytics: model:`.
type ModelConfig struct {
	Path      string  // an ONNX file; looked for beside the configuration, in the working directory and beside the program
	Threshold float32 // least confidence, 0..1, that begins something
	Provider  string  // execution provider of ONNX Runtime
}

// SupabaseConfig is `analytics: supabase:`. Without it everything stays in the embedded database.
type SupabaseConfig struct{ URL, Key string }

// WebhookConfig is `analytics: webhook:`.
type WebhookConfig struct{ URL, Secret string }

// ReaderConfig is `analytics: reader:`.
type ReaderConfig struct {
	Key     string
	Origins []string
}

// SeatConfig is one entry of `analytics: seats:`.
type SeatConfig struct {
	ID       string
	Stream   string // a name under streams:
	Name     string // shown to people; the ID where empty
	ROI      seat.ROI
	ItemsROI seat.ROI
	Anchor   seat.Anchor

	documents int // how many -config say something of it
}

// Seat is the domain's view of the entry.
func (c *SeatConfig) Seat() seat.Seat {
	return seat.Seat{ID: c.ID, ROI: c.ROI, ItemsROI: c.ItemsROI, Anchor: c.Anchor}
}

func defaultConfig() Config {
	return Config{
		Interval:       3 * time.Second,
		AbandonedAfter: 10 * time.Minute,
		Database:       "seats.db",
		Model:          ModelConfig{Path: "models/yolox_nano.onnx", Threshold: 0.35, Provider: "cpu"},
		Outbox:         1_000_000,
		Items:          []string{"backpack", "handbag", "suitcase", "umbrella", "laptop", "book", "bottle", "cup", "cell phone"},
	}
}

// The bounds of settings that have any.
const (
	minInterval       = 200 * time.Millisecond
	maxInterval       = time.Hour
	minAbandonedAfter = time.Second
	minOutbox         = 1000
	maxOutbox         = 100_000_000
)

var providers = []string{"cpu", "cuda", "tensorrt", "openvino", "coreml"}

// validate tells what only the whole configuration shows, all documents merged: what is required, and streams that
// do not exist. hasStream tells whether a name stands under `streams:`.
func (c *Config) validate(hasStream func(name string) bool) error {
	if c.err != nil {
		return c.err
	}
	if len(c.Seats) > 0 && c.StoreID == "" {
		return c.errorf("analytics.store_id", "is required once a seat is configured")
	}
	for i := range c.Seats {
		s := &c.Seats[i]
		key := "analytics.seats." + s.ID
		switch {
		case s.Stream == "":
			return c.errorf(key, "stream is required")
		case len(s.ROI) == 0:
			return c.errorf(key, "roi is required")
		case !hasStream(s.Stream):
			return c.errorf(key+".stream", "no stream %q under streams:", s.Stream)
		}
	}
	if _, ok := c.lines["analytics.reader"]; ok {
		if err := c.validateReader(); err != nil {
			return err
		}
	}
	for key, value := range map[string]string{
		"analytics.supabase.url": c.Supabase.URL, "analytics.supabase.key": c.Supabase.Key,
		"analytics.webhook.url": c.Webhook.URL, "analytics.webhook.secret": c.Webhook.Secret,
	} {
		// upstream leaves ${NAME} as it stands when nothing of that name is set
		if strings.HasPrefix(value, "${") {
			return c.errorf(key, "nothing is set for %s, neither in the environment nor as a secret", value)
		}
	}
	return c.validateOutside()
}

// errorf is a mistake at a key, with the line that the key, or the nearest one above it, stands on.
func (c *Config) errorf(key, format string, args ...any) error {
	at := key
	for c.lines[at] == 0 {
		i := strings.LastIndexByte(at, '.')
		if i < 0 {
			break
		}
		at = at[:i]
	}
	return &ConfigError{Line: c.lines[at], Key: key, Reason: fmt.Sprintf(format, args...)}
}

// ConfigError is one mistake in the section.
type ConfigError struct {
	Line   int // 1 is the first; 0 where unknown
	Key    string
	Reason string
}

func (e *ConfigError) Error() string {
	if e.Line == 0 {
		return e.Key + ": " + e.Reason
	}
	return fmt.Sprintf("line %d: %s: %s", e.Line, e.Key, e.Reason)
}

// in is the same sentence with the file before it, as compilers have it.
func (e *ConfigError) in(file string) string {
	if e.Line == 0 || file == "" {
		return e.Error()
	}
	return fmt.Sprintf("%s:%d: %s: %s", filepath.Base(file), e.Line, e.Key, e.Reason)
}

// rules are the domain's rules that follow from the settings.
func (c *Config) rules() seat.Rules {
	return seat.Rules{
		AbandonedAfter: c.AbandonedAfter,
		Threshold:      c.Model.Threshold,
		Keep:           c.Model.Threshold * seat.KeepShare,
		// one look may be lost to a busy machine or a keyframe that comes late; two mean that nobody looked
		MaxGap: 2*c.Interval + 2*time.Second,
	}
}

// isItem tells whether a class of the model counts as belongings.
func (c *Config) isItem(class string) bool { return slices.Contains(c.Items, class) }

// streamNames are the streams that have seats, each once, in the order of the file.
func (c *Config) streamNames() (names []string) {
	for i := range c.Seats {
		if !slices.Contains(names, c.Seats[i].Stream) {
			names = append(names, c.Seats[i].Stream)
		}
	}
	return names
}

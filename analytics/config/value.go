package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"go.yaml.in/yaml/v4"
)

// scalar takes a value that parse can read.
func scalar[T any](c *Config, to *T, wanted string, parse func(string) (T, bool)) func(*yaml.Node, string) error {
	return func(n *yaml.Node, key string) error {
		value, ok := parse(n.Value)
		if !ok || n.Kind != yaml.ScalarNode || isNull(n) {
			return c.Errorf(key, "wants %s, has %s", wanted, describe(n))
		}
		*to = value
		return nil
	}
}

func (c *Config) text(to *string) func(*yaml.Node, string) error {
	return scalar(c, to, "a text", func(text string) (string, bool) { return text, text != "" })
}

func (c *Config) oneOf(to *string, values ...string) func(*yaml.Node, string) error {
	return scalar(c, to, "one of "+strings.Join(values, ", "), func(text string) (string, bool) {
		return text, slices.Contains(values, text)
	})
}

func (c *Config) texts(to *[]string) func(*yaml.Node, string) error {
	return func(n *yaml.Node, key string) error {
		if n.Kind != yaml.SequenceNode {
			return c.Errorf(key, "wants a list, has %s", describe(n))
		}
		list := make([]string, len(n.Content))
		for i, item := range n.Content {
			if err := c.text(&list[i])(resolve(item), key); err != nil {
				return err
			}
		}
		*to = list
		return nil
	}
}

func (c *Config) duration(to *time.Duration, least, most time.Duration) func(*yaml.Node, string) error {
	return func(n *yaml.Node, key string) error {
		d, err := time.ParseDuration(n.Value)
		switch {
		case n.Kind != yaml.ScalarNode || err != nil:
			return c.Errorf(key, "wants a duration such as 3s or 10m, has %s", describe(n))
		case d < least:
			return c.Errorf(key, "is %s, wants at least %s", n.Value, least)
		case most > 0 && d > most:
			return c.Errorf(key, "is %s, wants at most %s", n.Value, most)
		}
		*to = d
		return nil
	}
}

func (c *Config) count(to *int, least, most int) func(*yaml.Node, string) error {
	return scalar(c, to, fmt.Sprintf("a number from %d to %d", least, most), func(text string) (int, bool) {
		i, err := strconv.Atoi(text)
		return i, err == nil && i >= least && i <= most
	})
}

func (c *Config) share(to *float32) func(*yaml.Node, string) error {
	return scalar(c, to, "a number above 0 and at most 1", func(text string) (float32, bool) {
		f, err := strconv.ParseFloat(text, 32)
		return float32(f), err == nil && f > 0 && f <= 1
	})
}

func (c *Config) roi(to *seat.ROI) func(*yaml.Node, string) error {
	return func(n *yaml.Node, key string) error {
		if n.Kind != yaml.SequenceNode {
			return c.Errorf(key, "wants points such as [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]], has %s", describe(n))
		}
		roi := make(seat.ROI, len(n.Content))
		for i, p := range n.Content {
			if p = resolve(p); p.Kind != yaml.SequenceNode || len(p.Content) != 2 {
				return c.Errorf(key, "point %d wants two numbers, [x, y]", i+1)
			}
			x, errX := strconv.ParseFloat(p.Content[0].Value, 32)
			y, errY := strconv.ParseFloat(p.Content[1].Value, 32)
			if errX != nil || errY != nil {
				return c.Errorf(key, "point %d wants two numbers, [x, y]", i+1)
			}
			roi[i] = seat.Point{X: float32(x), Y: float32(y)}
		}
		if err := roi.Validate(); err != nil {
			return c.Errorf(key, "%v", err)
		}
		*to = roi
		return nil
	}
}

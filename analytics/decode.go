package analytics

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/AlexxIT/go2rtc/seats/analytics/seat"
	"go.yaml.in/yaml/v4"
)

// UnmarshalYAML reads one document's section over the values that are there, so that later documents override earlier
// ones. Nothing is passed over: an unknown key or a value that does not fit is an error with its line and key.
//
// The form with a function is the one that yaml v3, which plain upstream has, and v4, which our patch brings, both know.
func (c *Config) UnmarshalYAML(construct func(any) error) error {
	var keep nodeKeeper
	err := construct(&keep)
	node := keep.node
	if err != nil || node.Kind == 0 {
		// plain upstream: v3 knows nothing of v4's nodes, so the lines are lost
		var value any
		if err := construct(&value); err != nil {
			return err
		}
		b, err := yaml.Marshal(value)
		if err != nil {
			return err
		}
		var doc yaml.Node
		if err = yaml.Unmarshal(b, &doc); err != nil || len(doc.Content) == 0 {
			return err
		}
		node = *doc.Content[0]
		clearLines(&node)
	}
	if c.lines == nil {
		c.lines = map[string]int{}
	}
	if err := c.decode(&node); err != nil {
		if c.err == nil {
			c.err = err
		}
		return err
	}
	return nil
}

// nodeKeeper keeps the node itself, as only yaml v4 hands it out.
type nodeKeeper struct{ node yaml.Node }

// UnmarshalYAML implements v4's form.
func (k *nodeKeeper) UnmarshalYAML(node *yaml.Node) error {
	k.node = *node
	return nil
}

func clearLines(n *yaml.Node) {
	n.Line = 0
	for _, child := range n.Content {
		clearLines(child)
	}
}

// fields are the keys of one mapping and what each does with its value.
type fields map[string]func(n *yaml.Node, key string) error

func (c *Config) decode(n *yaml.Node) error {
	c.lines["analytics"] = n.Line
	return c.mapping(n, "analytics", fields{
		"store_id":        c.text(&c.StoreID),
		"interval":        c.duration(&c.Interval, minInterval, maxInterval),
		"abandoned_after": c.duration(&c.AbandonedAfter, minAbandonedAfter, 0),
		"database":        c.text(&c.Database),
		"items":           c.texts(&c.Items),
		"outbox":          c.count(&c.Outbox, minOutbox, maxOutbox),
		"model": c.section(fields{
			"path":      c.text(&c.Model.Path),
			"threshold": c.share(&c.Model.Threshold),
			"provider":  c.oneOf(&c.Model.Provider, providers...),
		}),
		"supabase": c.section(fields{"url": c.text(&c.Supabase.URL), "key": c.text(&c.Supabase.Key)}),
		"webhook":  c.section(fields{"url": c.text(&c.Webhook.URL), "secret": c.text(&c.Webhook.Secret)}),
		"reader":   c.section(fields{"key": c.text(&c.Reader.Key), "origins": c.texts(&c.Reader.Origins)}),
		"seats":    c.seats,
	})
}

func (c *Config) seats(n *yaml.Node, key string) error {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return c.errorf(key, "wants a mapping of seats by their id")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		id, at := n.Content[i].Value, key+"."+n.Content[i].Value
		c.lines[at] = n.Content[i].Line
		if id == "" {
			return c.errorf(at, "a seat wants an id")
		}
		j := slices.IndexFunc(c.Seats, func(s SeatConfig) bool { return s.ID == id })
		if j < 0 {
			j = len(c.Seats)
			c.Seats = append(c.Seats, SeatConfig{ID: id, Anchor: seat.AnchorFoot})
		}
		s := &c.Seats[j]
		s.documents++
		if err := c.mapping(n.Content[i+1], at, fields{
			"stream":    c.text(&s.Stream),
			"name":      c.text(&s.Name),
			"roi":       c.roi(&s.ROI),
			"items_roi": c.roi(&s.ItemsROI),
			"anchor":    c.oneOf((*string)(&s.Anchor), string(seat.AnchorFoot), string(seat.AnchorCenter), string(seat.AnchorOverlap)),
		}); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) mapping(n *yaml.Node, key string, known fields) error {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return c.errorf(key, "wants a mapping, has %s", describe(n))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		at := key + "." + name
		set, ok := known[name]
		if !ok {
			c.lines[key] = n.Content[i].Line
			return c.errorf(key, "unknown key %q%s", name, hint(name, known))
		}
		c.lines[at] = n.Content[i].Line
		if err := set(resolve(n.Content[i+1]), at); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) section(known fields) func(*yaml.Node, string) error {
	return func(n *yaml.Node, key string) error { return c.mapping(n, key, known) }
}

func (c *Config) text(to *string) func(*yaml.Node, string) error {
	return func(n *yaml.Node, key string) error {
		if n.Kind != yaml.ScalarNode || isNull(n) || n.Value == "" {
			return c.errorf(key, "wants a text, has %s", describe(n))
		}
		*to = n.Value
		return nil
	}
}

func (c *Config) oneOf(to *string, values ...string) func(*yaml.Node, string) error {
	return func(n *yaml.Node, key string) error {
		if !slices.Contains(values, n.Value) {
			return c.errorf(key, "wants one of %s, has %s", strings.Join(values, ", "), describe(n))
		}
		*to = n.Value
		return nil
	}
}

func (c *Config) texts(to *[]string) func(*yaml.Node, string) error {
	return func(n *yaml.Node, key string) error {
		if n.Kind != yaml.SequenceNode {
			return c.errorf(key, "wants a list, has %s", describe(n))
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
			return c.errorf(key, "wants a duration such as 3s or 10m, has %s", describe(n))
		case d < least:
			return c.errorf(key, "is %s, wants at least %s", n.Value, least)
		case most > 0 && d > most:
			return c.errorf(key, "is %s, wants at most %s", n.Value, most)
		}
		*to = d
		return nil
	}
}

func (c *Config) count(to *int, least, most int) func(*yaml.Node, string) error {
	return func(n *yaml.Node, key string) error {
		i, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil || i < least || i > most {
			return c.errorf(key, "wants a number from %d to %d, has %s", least, most, describe(n))
		}
		*to = i
		return nil
	}
}

func (c *Config) share(to *float32) func(*yaml.Node, string) error {
	return func(n *yaml.Node, key string) error {
		f, err := strconv.ParseFloat(n.Value, 32)
		if n.Kind != yaml.ScalarNode || err != nil || !(f > 0 && f <= 1) {
			return c.errorf(key, "wants a number above 0 and at most 1, has %s", describe(n))
		}
		*to = float32(f)
		return nil
	}
}

func (c *Config) roi(to *seat.ROI) func(*yaml.Node, string) error {
	return func(n *yaml.Node, key string) error {
		if n.Kind != yaml.SequenceNode {
			return c.errorf(key, "wants points such as [[0.1, 0.2], [0.3, 0.2], [0.3, 0.4]], has %s", describe(n))
		}
		roi := make(seat.ROI, len(n.Content))
		for i, p := range n.Content {
			if p = resolve(p); p.Kind != yaml.SequenceNode || len(p.Content) != 2 {
				return c.errorf(key, "point %d wants two numbers, [x, y]", i+1)
			}
			x, errX := strconv.ParseFloat(p.Content[0].Value, 32)
			y, errY := strconv.ParseFloat(p.Content[1].Value, 32)
			if errX != nil || errY != nil {
				return c.errorf(key, "point %d wants two numbers, [x, y]", i+1)
			}
			roi[i] = seat.Point{X: float32(x), Y: float32(y)}
		}
		if err := roi.Validate(); err != nil {
			return c.errorf(key, "%v", err)
		}
		*to = roi
		return nil
	}
}

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n), n.Value == "":
		return "nothing"
	}
	return fmt.Sprintf("%q", n.Value)
}

// hint names the key that was probably meant.
func hint(name string, known fields) string {
	best, least := "", 3
	for _, k := range slices.Sorted(maps.Keys(known)) {
		if d := distance(name, k); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

// distance is the number of letters to add, drop, change or swap between two words (Damerau, 1964).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

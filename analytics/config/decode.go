package config

import (
	"fmt"
	"maps"
	"slices"

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
		return c.Errorf(key, "wants a mapping of seats by their id")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		id, at := n.Content[i].Value, key+"."+n.Content[i].Value
		c.lines[at] = n.Content[i].Line
		if id == "" {
			return c.Errorf(at, "a seat wants an id")
		}
		j := c.index(id)
		if j < 0 {
			j = len(c.Seats)
			c.Seats = append(c.Seats, Seat{ID: id, Anchor: seat.AnchorFit})
		}
		s := &c.Seats[j]
		s.documents++
		if err := c.mapping(n.Content[i+1], at, fields{
			"stream":    c.text(&s.Stream),
			"name":      c.text(&s.Name),
			"roi":       c.roi(&s.ROI),
			"items_roi": c.roi(&s.ItemsROI),
			"anchor":    c.oneOf((*string)(&s.Anchor), anchors...),
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
		return c.Errorf(key, "wants a mapping, has %s", describe(n))
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		at := key + "." + name
		set, ok := known[name]
		if !ok {
			c.lines[key] = n.Content[i].Line
			return c.Errorf(key, "unknown key %q%s", name, hint(name, slices.Collect(maps.Keys(known))))
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

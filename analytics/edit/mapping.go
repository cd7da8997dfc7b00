package edit

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// mapping is one of the file, and the line, from 0, that nothing of it stands on or behind.
type mapping struct {
	d     *Document
	node  *yaml.Node
	above *entry // whose value it is; nil of the root
	limit int
}

// entry is a key of a mapping with its value.
type entry struct {
	in         *mapping
	i          int // of the key, among the keys
	key, value *yaml.Node
}

func (d *Document) rootMapping() (*mapping, error) {
	switch {
	case d.node == nil:
		return nil, nil
	case d.node.Kind != yaml.MappingNode:
		return nil, &Refusal{d.node.Line, "the file is no mapping"}
	}
	return &mapping{d: d, node: d.node, limit: d.end}, nil
}

func (m *mapping) flow() bool { return m.node.Style&yaml.FlowStyle != 0 }

// at is the i-th entry from 0.
func (m *mapping) at(i int) *entry { return &entry{m, i, m.node.Content[2*i], m.node.Content[2*i+1]} }

func (m *mapping) len() int { return len(m.node.Content) / 2 }

// entry is the one with this key, or nil.
func (m *mapping) entry(key string) (found *entry, err error) {
	for i := range m.len() {
		e := m.at(i)
		if e.key.Kind != yaml.ScalarNode || e.key.Value != key {
			continue
		}
		if found != nil {
			return nil, &Refusal{e.key.Line, fmt.Sprintf("%s stands here and in line %d: take one out by hand", key, found.key.Line)}
		}
		found = e
	}
	if found == nil {
		return nil, nil
	}
	if e := found; e.key.Anchor != "" || e.key.Style&yaml.TaggedStyle != 0 || !m.flow() && !e.begins() {
		return nil, e.byHand()
	}
	return found, nil
}

// byHand refuses an edit of what is written as no edit takes it.
func (e *entry) byHand() *Refusal {
	return &Refusal{e.key.Line, e.key.Value + " is written in a way that is only edited by hand"}
}

// begins tells whether nothing but spaces stands before the key.
func (e *entry) begins() bool {
	d := e.in.d
	return strings.TrimLeft(string(d.masked[d.lines[e.key.Line-1]:d.offset(e.key)]), " ") == ""
}

// mapping is the value as such; nil where there is none.
func (e *entry) mapping(name string) (*mapping, error) {
	v := e.value
	switch {
	case isNull(v):
		return nil, nil
	case v.Kind == yaml.AliasNode:
		return nil, &Refusal{v.Line, fmt.Sprintf("%s is the alias *%s: write it out by hand first", name, v.Value)}
	case v.Kind != yaml.MappingNode:
		return nil, &Refusal{v.Line, name + " is no mapping"}
	}
	return &mapping{d: e.in.d, node: v, above: e, limit: e.limit()}, nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// limit is the line, from 0, that nothing of the entry stands on or behind; in a block mapping.
func (e *entry) limit() int {
	if !e.in.flow() && e.i+1 < e.in.len() {
		return e.in.at(e.i+1).key.Line - 1
	}
	return e.in.limit
}

// last is the last line, from 0, that belongs to an entry of a block mapping: comments below it do where they stand
// deeper than its key.
func (e *entry) last() int {
	first := e.key.Line - 1
	for i := e.limit() - 1; i > first; i-- {
		line := e.in.d.line(i)
		text := strings.TrimLeft(line, " \t")
		deeper := len(line)-len(text) >= e.key.Column
		if text != "" && (text[0] != '#' || deeper) {
			return i
		}
	}
	return first
}

// span is where the value's text begins and ends. A block's, which has more lines than text, has none.
func (e *entry) span() (from, to int, err error) {
	d, v := e.in.d, e.value
	from = d.offset(v)
	to, ok := end(d.masked, skipProperties(d.masked, from), e.in.flow())
	if !ok {
		return 0, 0, &Refusal{v.Line, e.key.Value + " is written in a way that is only edited by hand"}
	}
	return from, to, nil
}

// isBlock tells whether the value takes lines of its own: a list with dashes, a text after | or >, nothing at all.
func (e *entry) isBlock() bool {
	v := e.value
	switch v.Kind {
	case yaml.SequenceNode, yaml.MappingNode:
		return v.Style&yaml.FlowStyle == 0
	case yaml.ScalarNode:
		return v.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || v.Value == "" && isNull(v) && v.Style&yaml.TaggedStyle == 0
	}
	return false
}

// afterColon is where the text behind the key's colon begins.
func (e *entry) afterColon() (int, error) {
	d := e.in.d
	at := d.offset(e.key)
	to, ok := end(d.masked, at, e.in.flow())
	for ok && to < len(d.masked) && d.masked[to] == ' ' {
		to++
	}
	if !ok || to >= len(d.masked) || d.masked[to] != ':' {
		return 0, e.byHand()
	}
	return to + 1, nil
}

package edit

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

func (d *Document) change(seat *entry, fields []Field) error {
	within, err := seat.mapping(seat.key.Value)
	if err != nil {
		return err
	}
	if within == nil {
		return &Refusal{seat.key.Line, seat.key.Value + " has no value"}
	}
	for i := range fields {
		f := &fields[i]
		e, err := within.entry(f.Key)
		switch {
		case err != nil:
			return err
		case e == nil && f.Gone:
		case e == nil:
			err = within.extend(f)
		case f.Gone:
			err = d.remove(e)
		default:
			err = d.set(e, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Document) set(e *entry, f *Field) error {
	text := e.in.style().value(f)
	if !e.isBlock() {
		from, to, err := e.span()
		if err != nil {
			return err
		}
		if !e.in.flow() && !quotedOrFlow(d.masked, skipProperties(d.masked, from)) {
			if last := e.last(); last >= e.value.Line && !comment(d.line(last)) {
				to = d.lines[last] + len(strings.TrimRight(d.line(last), " \t")) // a plain text of several lines
			}
		}
		d.cut(from, to, text)
		return nil
	}
	if e.in.flow() {
		return &Refusal{e.key.Line, e.key.Value + " has no value"}
	}
	// the value goes behind the colon, what it stood on goes, and a comment on the key's line stays
	at, err := e.afterColon()
	if err != nil {
		return err
	}
	to := at
	if e.value.Kind == yaml.ScalarNode && !isNull(e.value) {
		to = d.offset(e.value)
		for to < len(d.masked) && !isSpace(d.masked[to]) {
			to++ // the head of a | or >
		}
	}
	d.cut(at, to, " "+text)
	if first, last := e.key.Line, e.last(); last >= first && !isNull(e.value) {
		d.cutLines(first, last)
	}
	return nil
}

func quotedOrFlow(b []byte, at int) bool { return strings.IndexByte(`'"[{`, b[at]) >= 0 }

func comment(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") }

func (m *mapping) extend(f *Field) error {
	behind := m.at(m.len() - 1)
	rank := slices.Index(order, f.Key)
	for i := range m.len() {
		if r := slices.Index(order, m.at(i).key.Value); r >= 0 && r < rank && (behind.i == m.len()-1 || r > slices.Index(order, behind.key.Value)) {
			behind = m.at(i)
		}
	}
	return m.put(behind, branch{key: f.Key, field: f})
}

// style is how its entries are written.
func (m *mapping) style() style {
	json := m.flow() && m.len() > 0 && m.node.Content[0].Style&yaml.DoubleQuotedStyle != 0
	if m.flow() && m.len() == 0 && m.above != nil {
		json = m.above.key.Style&yaml.DoubleQuotedStyle != 0
	}
	return style{json: json}
}

// put writes entries behind one of a mapping.
func (m *mapping) put(behind *entry, branches ...branch) error {
	d := m.d
	if !m.flow() {
		d.putLines(behind.last(), m.lines(branches))
		return nil
	}
	if behind.isBlock() {
		return behind.byHand()
	}
	_, to, err := behind.span()
	if err != nil {
		return err
	}
	d.cut(to, to, ", "+m.style().inline(branches...))
	return nil
}

// lines writes entries as those of a block mapping, in the manner of the last of them.
func (m *mapping) lines(branches []branch) []string {
	indent := strings.Repeat(" ", m.node.Content[0].Column-1)
	last := m.at(m.len() - 1).value
	if m.depth() == 2 && last.Kind == yaml.MappingNode && last.Style&yaml.FlowStyle != 0 {
		return []string{indent + style{}.inline(branches...)} // the one seat
	}
	return block(branches, indent, m.step())
}

// depth is 0 of the root, 2 of `seats`.
func (m *mapping) depth() int {
	if m.above == nil {
		return 0
	}
	return m.above.in.depth() + 1
}

// step is by how much the file indents: as below this mapping, else as above it, else two spaces.
func (m *mapping) step() string {
	for i := m.len() - 1; i >= 0; i-- {
		if v := m.at(i).value; v.Kind == yaml.MappingNode && v.Style&yaml.FlowStyle == 0 && v.Column > m.node.Content[0].Column {
			return strings.Repeat(" ", v.Column-m.node.Content[0].Column)
		}
	}
	if m.above != nil && !m.above.in.flow() && m.node.Content[0].Column > m.above.key.Column {
		return strings.Repeat(" ", m.node.Content[0].Column-m.above.key.Column)
	}
	return "  "
}

// insert writes entries as the last ones of an entry's value, or of the root where there is none.
func (d *Document) insert(root *mapping, under *entry, branches ...branch) error {
	if under == nil {
		return d.begin(root, branches)
	}
	within, err := under.mapping(under.key.Value)
	switch {
	case err != nil:
		return err
	case within != nil && within.len() > 0:
		return within.put(within.at(within.len()-1), branches...)
	case within != nil: // {}
		from := skipProperties(d.masked, d.offset(under.value))
		d.cut(from+1, from+1, within.style().inline(branches...))
		return nil
	case under.in.flow() || !under.isBlock():
		return under.byHand()
	}
	step := under.in.step()
	indent := strings.Repeat(" ", under.key.Column-1) + step
	d.putLines(under.last(), block(branches, indent, step))
	return nil
}

// begin writes entries at the end of the document.
func (d *Document) begin(root *mapping, branches []branch) error {
	if root != nil && root.flow() {
		if root.len() > 0 {
			return root.put(root.at(root.len()-1), branches...)
		}
		from := d.offset(root.node)
		d.cut(from+1, from+1, style{json: true}.inline(branches...))
		return nil
	}
	var lines []string
	indent, step := "", "  "
	if root != nil {
		indent, step = strings.Repeat(" ", root.node.Content[0].Column-1), root.step()
	}
	if d.end > 0 && strings.TrimSpace(d.line(d.end-1)) != "" {
		lines = append(lines, "")
	}
	d.putLines(d.end-1, append(lines, block(branches, indent, step)...))
	return nil
}

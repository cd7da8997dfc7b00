package edit

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Document is a file that was parsed. It is not changed: an edit gives another one.
type Document struct {
	text   []byte // as it is
	masked []byte // as long, with nothing of ${NAME} in it that means something to YAML
	lines  []int  // where each line begins
	end    int    // the line, from 0, behind the last one of the document
	eol    string
	node   *yaml.Node // of the masked text: where things stand; nil where it is empty
	root   *yaml.Node // of the expanded text: what they say; the same node where the file has no ${NAME}
	cuts   []cut      // of the edit under way, on its own copy of the document

	expand   func([]byte) []byte
	expanded []byte // nil where the file has no ${NAME}
}

// cut replaces a piece of the text. Cuts do not overlap.
type cut struct {
	from, to int
	text     string
}

// variable is what upstream replaces before it parses (pkg/creds), so that `{key: ${NAME}}` is fine.
var variable = regexp.MustCompile(`\$\{[^}{]+\}`)

// Parse reads a file. expand replaces ${NAME} as go2rtc does before it parses; nil leaves them as they stand. A file
// with such names is parsed twice, others once. Errors are a *Refusal.
func Parse(file []byte, expand func([]byte) []byte) (*Document, error) {
	if !utf8.Valid(file) {
		return nil, &Refusal{Reason: "is not UTF-8"}
	}
	d := &Document{text: file, masked: file, eol: "\n", expand: expand}
	named := variable.Match(file)
	if named {
		d.masked = variable.ReplaceAllFunc(file, func(name []byte) []byte { return bytes.Repeat([]byte{'x'}, len(name)) })
	}
	var err error
	if d.node, err = compose(d.masked); err != nil {
		return nil, err
	}
	d.root = d.node
	if named && expand != nil {
		d.expanded = expand(file)
		if d.root, err = compose(d.expanded); err != nil {
			return nil, err
		}
	}
	d.index()
	return d, nil
}

// compose parses a text of one document; nil where it is empty.
func compose(text []byte) (root *yaml.Node, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for n := 0; ; n++ {
		var node yaml.Node
		err = decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, mistake(err)
		}
		if len(node.Content) == 0 || isNull(node.Content[0]) {
			continue
		}
		if n > 0 {
			return nil, &Refusal{node.Content[0].Line, "a second document begins, only one is allowed"}
		}
		root = node.Content[0]
	}
}

// Is tells whether parsing a file would give this document again: the text is the same, and so is what its names stand
// for. A file that is not there (nil) differs from an empty one.
func (d *Document) Is(file []byte) bool {
	return bytes.Equal(file, d.text) && (file == nil) == (d.text == nil) &&
		(d.expanded == nil || bytes.Equal(d.expand(file), d.expanded))
}

// Text is the file.
func (d *Document) Text() []byte { return d.text }

// Root is the topmost node of what the file says with each ${NAME} replaced; nil where it is empty.
func (d *Document) Root() *yaml.Node { return d.root }

// mistake is a syntax error in one line.
func mistake(err error) error {
	if load, ok := errors.AsType[*yaml.LoadError](err); ok {
		return &Refusal{load.Mark.Line, strings.ReplaceAll(load.Message, "\n", " ")}
	}
	return &Refusal{Reason: strings.ReplaceAll(err.Error(), "\n", " ")}
}

// index finds the lines, as YAML's parser counts them (YAML 1.1 section 5.4: NEL, LS and PS break lines, too).
func (d *Document) index() {
	begin := 0
	if bytes.HasPrefix(d.text, []byte("\ufeff")) {
		begin = 3 // not counted in columns
	}
	d.lines = []int{begin}
	for i := begin; i < len(d.text); {
		n := lineBreak(d.text[i:])
		if n == 0 {
			i++
			continue
		}
		if len(d.lines) == 1 && d.text[i] == '\r' {
			d.eol = string(d.text[i : i+n])
		}
		i += n
		d.lines = append(d.lines, i)
	}
	d.end = len(d.lines)
	if d.lines[d.end-1] == len(d.text) {
		d.end-- // nothing follows the last break
	}
	if d.node != nil {
		for i := d.node.Line; i < d.end; i++ {
			if line := d.line(i); strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...") {
				d.end = i
			}
		}
	}
}

func lineBreak(b []byte) int {
	switch {
	case bytes.HasPrefix(b, []byte("\r\n")):
		return 2
	case b[0] == '\n' || b[0] == '\r':
		return 1
	case bytes.HasPrefix(b, []byte("\u0085")):
		return 2
	case bytes.HasPrefix(b, []byte("\u2028")) || bytes.HasPrefix(b, []byte("\u2029")):
		return 3
	}
	return 0
}

// line is the i-th line from 0, without its break.
func (d *Document) line(i int) string { return string(d.masked[d.lines[i]:d.lineEnd(i)]) }

// lineEnd is where the break of the i-th line is.
func (d *Document) lineEnd(i int) int {
	for at := d.lines[i]; at < len(d.text); at++ {
		if lineBreak(d.text[at:]) > 0 {
			return at
		}
	}
	return len(d.text)
}

// after is where the line behind the i-th begins.
func (d *Document) after(i int) int {
	if i+1 < len(d.lines) {
		return d.lines[i+1]
	}
	return len(d.text)
}

// offset is where a node begins: an anchor or a tag belongs to it.
func (d *Document) offset(n *yaml.Node) int {
	at := d.lines[n.Line-1]
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(d.masked[at:])
		at += size
	}
	return at
}

func (d *Document) cut(from, to int, text string) { d.cuts = append(d.cuts, cut{from, to, text}) }

// cutLines takes whole lines out, from 0, both included. Where the last one of the file goes, which has no break, the
// one before it becomes such.
func (d *Document) cutLines(first, last int) {
	from, to := d.lines[first], d.after(last)
	if to == len(d.text) && d.lineEnd(last) == to && first > 0 {
		from = d.lineEnd(first - 1)
	}
	d.cut(from, to, "")
}

// putLines puts lines behind the i-th from 0; -1 is before the first.
func (d *Document) putLines(i int, lines []string) {
	text := strings.Join(lines, d.eol)
	if i < 0 {
		d.cut(d.lines[0], d.lines[0], text+d.eol)
		return
	}
	if at := d.after(i); at != d.lineEnd(i) {
		d.cut(at, at, text+d.eol)
	} else {
		d.cut(at, at, d.eol+text)
	}
}

// apply is the text after all cuts; those at one place in the order in which they were made.
func (d *Document) apply() []byte {
	slices.SortStableFunc(d.cuts, func(a, b cut) int { return a.from - b.from })
	var out []byte
	at := 0
	for _, c := range d.cuts {
		out = append(append(out, d.text[at:max(at, c.from)]...), c.text...)
		at = max(at, c.to)
	}
	return append(out, d.text[at:]...)
}

package edit

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// branch is a key that is written with what is below it.
type branch struct {
	key      string
	field    *Field // nil: children
	children []branch
}

// style is how a place of the file writes.
type style struct {
	json bool // keys and texts in double quotes
}

// block writes branches on lines of their own.
func block(branches []branch, indent, step string) (lines []string) {
	var s style
	for _, b := range branches {
		if b.field != nil {
			lines = append(lines, indent+s.text(b.key)+": "+s.value(b.field))
			continue
		}
		lines = append(append(lines, indent+s.text(b.key)+":"), block(b.children, indent+step, step)...)
	}
	return lines
}

// inline writes branches on one line.
func (s style) inline(branches ...branch) string {
	parts := make([]string, len(branches))
	for i, b := range branches {
		if b.field != nil {
			parts[i] = s.text(b.key) + ": " + s.value(b.field)
		} else {
			parts[i] = s.text(b.key) + ": {" + s.inline(b.children...) + "}"
		}
	}
	return strings.Join(parts, ", ")
}

func (s style) value(f *Field) string {
	if f.Points == nil {
		return s.text(f.Text)
	}
	points := make([]string, len(f.Points))
	for i, p := range f.Points {
		points[i] = "[" + number(p[0]) + ", " + number(p[1]) + "]"
	}
	return "[" + strings.Join(points, ", ") + "]"
}

// Round is a coordinate as it is written: with 4 decimals, a fifth of a pixel in 1080p.
func Round(f float64) float64 {
	return math.Round(f*1e4)/1e4 + 0 // no -0
}

func number(f float64) string { return strconv.FormatFloat(Round(f), 'f', -1, 64) }

// plain is what needs no quotes, in a block as in braces: letters of any script at its beginning, no sign that means
// anything.
var plain = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_./-]*( [\p{L}\p{N}_./-]+)*$`)

// words are those that YAML, 1.1 or 1.2, takes for something else than a text.
var words = regexp.MustCompile(`(?i)^(null|true|false|yes|no|on|off|y|n)$`)

// text writes a text so that it is read as one. Within quotes nothing is left that upstream would replace: it takes
// ${NAME} before YAML is parsed.
func (s style) text(t string) string {
	if !s.json && plain.MatchString(t) && !words.MatchString(t) {
		return t
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(t) // a text always can be; JSON's strings are YAML's (YAML 1.2 section 1.3)
	quoted := strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "${", `\u0024{`)
	b.Reset()
	for _, r := range quoted {
		// what YAML's parser does not take as it is
		if r >= 0x7f && r <= 0x9f || r == 0xfeff || r == 0xfffe || r == 0xffff {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

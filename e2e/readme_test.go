package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// outline is what of a README is the same in every language: its headings by their depth, the code without its comments,
// where links lead, and the figures of tables.
type outline struct {
	headings []int
	code     []string
	links    []string
	figures  []string
}

var (
	comment = regexp.MustCompile(`(?m)\s*(#|--) .*$`)
	link    = regexp.MustCompile(`\]\(([^)]+)\)`)
	figure  = regexp.MustCompile(`\d[\d,.]*`)
)

func outlineOf(t *testing.T, name string) (o outline) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	for i, part := range strings.Split(string(b), "```") {
		if i%2 == 1 {
			if kind, code, _ := strings.Cut(part, "\n"); kind != "" { // the diagram has none
				o.code = append(o.code, kind+"\n"+comment.ReplaceAllString(code, ""))
			}
			continue
		}
		for line := range strings.Lines(part) {
			switch {
			case strings.HasPrefix(line, "#"):
				o.headings = append(o.headings, strings.IndexByte(line, ' '))
			case strings.HasPrefix(line, "|"):
				o.figures = append(o.figures, strings.Join(figure.FindAllString(link.ReplaceAllString(line, ""), -1), " "))
			}
		}
		for _, m := range link.FindAllStringSubmatch(part, -1) {
			o.links = append(o.links, strings.ReplaceAll(m[1], ".ko.", "."))
		}
	}
	return o
}

// TestReadmes: README.ko.md has the commands, configurations, figures and links of README.md, in its order; and each link
// leads somewhere.
func TestReadmes(t *testing.T) {
	english, korean := outlineOf(t, "README.md"), outlineOf(t, "README.ko.md")
	require.Equal(t, english.headings, korean.headings)
	require.Equal(t, english.code, korean.code)
	require.Equal(t, english.figures, korean.figures)
	require.ElementsMatch(t, english.links, korean.links) // a sentence in another language has them in another order
	for _, to := range append(english.links, korean.links...) {
		if path, _, _ := strings.Cut(to, "#"); !strings.Contains(to, "://") {
			require.FileExists(t, filepath.Join(root, path))
		}
	}
}

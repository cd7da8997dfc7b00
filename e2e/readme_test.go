package e2e

import (
	"fmt"
	"net/http"
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

// block is a configuration in a README; in a list it is indented.
var block = regexp.MustCompile("(?ms)^( *)```yaml\n(.*?)^ *```$")

// TestREADMEsLoad: the server takes each configuration that a README of ours or go2rtc.yaml shows.
func TestREADMEsLoad(t *testing.T) {
	for name, value := range map[string]string{
		"CAMERA_PASSWORD": "x", "TURN_SECRET": "x", "SEATS_READER_KEY": "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH", "WEBHOOK_SECRET": "x",
		"SUPABASE_URL": "https://abc.supabase.co", "SUPABASE_SERVICE_ROLE_KEY": "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz",
	} {
		t.Setenv(name, value)
	}
	texts := map[string]string{}
	for _, pattern := range []string{"*.md", "*/*.md", "*/*/*.md", "*/*/*/*.md"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, name := range names {
			name, err = filepath.Rel(root, name)
			require.NoError(t, err)
			if strings.HasPrefix(name, "build") || strings.Contains(name, "node_modules") {
				continue
			}
			b, errRead := os.ReadFile(filepath.Join(root, name))
			require.NoError(t, errRead)
			for i, m := range block.FindAllStringSubmatch(string(b), -1) {
				texts[fmt.Sprint(name, " ", i+1)] = regexp.MustCompile("(?m)^"+m[1]).ReplaceAllString(m[2], "")
			}
		}
	}
	require.GreaterOrEqual(t, len(texts), 9)
	b, err := os.ReadFile(filepath.Join(root, "go2rtc.yaml"))
	require.NoError(t, err)
	texts["go2rtc.yaml"] = string(b)

	s := newServer(t, "")
	s.start()
	for name, text := range texts {
		if !strings.Contains(text, "streams:\n") {
			text += "streams: {cam1: \"rtsp://127.0.0.1:1/none\"}\n"
		}
		code, said := request(t, http.MethodPost, s.api+"api/config", text)
		require.Equal(t, http.StatusOK, code, "%s: %s", name, said)
	}
	s.stop()
}

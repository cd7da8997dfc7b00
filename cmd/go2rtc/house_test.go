package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ours begins the import path of each package of ours.
const ours = "github.com/AlexxIT/go2rtc/seats/"

// goFiles are all Go files of ours, by their path from the project's folder; generated ones are left out.
func goFiles(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	root := os.DirFS(filepath.Join("..", ".."))
	require.NoError(t, fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if d.IsDir() && (name == "build" || d.Name() == "node_modules" || name != "." && strings.HasPrefix(d.Name(), ".")) {
			return fs.SkipDir
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		if !ast.IsGenerated(file) {
			files[name] = file
		}
		return nil
	}))
	require.NotEmpty(t, files)
	return files
}

// TestFilesAreShort: one idea a file, and no room with seven jobs.
func TestFilesAreShort(t *testing.T) {
	const most, mostOfModule = 400, 2000
	module := 0
	for name := range goFiles(t) {
		text, err := os.ReadFile(filepath.Join("..", "..", name))
		require.NoError(t, err)
		lines := strings.Count(string(text), "\n")
		if lines > most {
			t.Errorf("%s has %d lines: one idea a file, and at most %d lines", name, lines, most)
		}
		if path.Dir(name) == "analytics" && !strings.HasSuffix(name, "_test.go") {
			module += lines
		}
	}
	if module >= mostOfModule {
		t.Errorf("the package analytics has %d lines without its tests: it is routes and HTTP, and less than %d", module, mostOfModule)
	}
}

// TestPackagesAreDescribed: each package has one comment that says what it promises; tests may be a package's only files.
func TestPackagesAreDescribed(t *testing.T) {
	comments := map[string][]string{}
	for name, file := range goFiles(t) {
		dir := path.Dir(name)
		comments[dir] = append(comments[dir], nil...)
		if file.Doc != nil && (!strings.HasSuffix(name, "_test.go") || strings.HasPrefix(file.Doc.Text(), "Package ")) {
			comments[dir] = append(comments[dir], name)
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(comments)) {
		if n := len(comments[dir]); n != 1 {
			t.Errorf("%s has %d package comments %v: one is expected", dir, n, comments[dir])
		}
	}
}

// drawn is a line of the drawing in analytics/README.md: a package and what it imports of ours.
var drawn = regexp.MustCompile(`^(\S+)\s+→ (.+)$`)

// drawing reads analytics/README.md's block of imports: the packages from the top down, and what each imports.
func drawing(t *testing.T) (order []string, arrows map[string][]string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "analytics", "README.md"))
	require.NoError(t, err)
	_, block, found := strings.Cut(string(b), "```imports\n")
	require.True(t, found, "analytics/README.md draws the packages in a block ```imports")
	block, _, _ = strings.Cut(block, "```")
	arrows = map[string][]string{}
	for line := range strings.Lines(block) {
		m := drawn.FindStringSubmatch(strings.TrimSpace(line))
		require.NotNil(t, m, "%q is no \"package → imports\" or \"package → nothing\"", line)
		order = append(order, m[1])
		arrows[m[1]] = nil
		if m[2] != "nothing" {
			arrows[m[1]] = strings.Split(m[2], ", ")
		}
	}
	return order, arrows
}

// TestImportsRunDown: the packages of analytics/ import what the drawing in analytics/README.md shows and nothing else of
// ours, and each only what stands below it.
func TestImportsRunDown(t *testing.T) {
	order, arrows := drawing(t)
	actual := map[string][]string{}
	for name, file := range goFiles(t) {
		if !strings.HasPrefix(name, "analytics/") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		imports := actual[short(path.Dir(name))]
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			if to, ok := strings.CutPrefix(imported, ours); ok {
				imports = append(imports, short(to))
			}
		}
		slices.Sort(imports)
		actual[short(path.Dir(name))] = slices.Compact(imports)
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(actual)), order, "analytics/README.md draws each package, and nothing else")
	for at, pkg := range order {
		slices.Sort(arrows[pkg])
		if !slices.Equal(arrows[pkg], actual[pkg]) {
			t.Errorf("%s imports %v, and analytics/README.md draws %v: take the import out, or draw it if it runs down",
				pkg, actual[pkg], arrows[pkg])
		}
		for _, to := range actual[pkg] {
			if slices.Contains(order[:at+1], to) {
				t.Errorf("%s imports %s, which stands above it in analytics/README.md: arrows run down only", pkg, to)
			}
		}
	}
}

// journey is a file that a numbered line of analytics/README.md's journeys names.
var journey = regexp.MustCompile("`([a-z_/]+\\.go)`")

// TestJourneysRunDown: the journeys in analytics/README.md name files that there are, and none climbs back up.
func TestJourneysRunDown(t *testing.T) {
	order, _ := drawing(t)
	b, err := os.ReadFile(filepath.Join("..", "..", "analytics", "README.md"))
	require.NoError(t, err)
	_, text, _ := strings.Cut(string(b), "### Four journeys\n")
	text, _, _ = strings.Cut(text, "\n### ")
	journeys, at := 0, 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "**") {
			journeys, at = journeys+1, 0
		}
		for _, m := range journey.FindAllStringSubmatch(line, -1) {
			require.FileExists(t, filepath.Join("..", "..", "analytics", m[1]))
			pkg := short(path.Join("analytics", path.Dir(m[1])))
			height := slices.Index(order, pkg)
			require.GreaterOrEqual(t, height, at, "%s climbs back up", m[1])
			at = height
		}
	}
	require.Equal(t, 4, journeys)
}

// short is a package's name in the drawing.
func short(dir string) string { return strings.TrimPrefix(dir, "analytics/") }

// named is what a row of e2e/README.md's table is about.
var named = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")

// TestEndToEndIsDescribed: the table in e2e/README.md has a row for each test file there, and for nothing else.
func TestEndToEndIsDescribed(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "e2e", "README.md"))
	require.NoError(t, err)
	var rows, files []string
	for _, m := range named.FindAllStringSubmatch(string(b), -1) {
		rows = append(rows, m[1])
	}
	for name := range goFiles(t) {
		if file, ok := strings.CutPrefix(name, "e2e/"); ok && strings.HasSuffix(file, "_test.go") {
			files = append(files, file)
		}
	}
	require.ElementsMatch(t, files, rows)
}

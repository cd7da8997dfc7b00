package e2e

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

func upstreamDir(t testing.TB) string {
	t.Helper()
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/AlexxIT/go2rtc")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "GOWORK=off")
	return strings.TrimSpace(string(process.Run(t, cmd)))
}

// modules are the names and functions in a main's list of modules, in its order.
func modules(t testing.TB, file string) (list []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	ast.Inspect(parsed, func(n ast.Node) bool {
		entry, ok := n.(*ast.CompositeLit)
		if !ok || entry.Type != nil || len(entry.Elts) != 2 {
			return true
		}
		name, isName := entry.Elts[0].(*ast.BasicLit)
		function, isFunction := entry.Elts[1].(*ast.SelectorExpr)
		if isName && isFunction {
			list = append(list, name.Value+" "+function.X.(*ast.Ident).Name)
		}
		return true
	})
	return list
}

// TestModules: upstream's list in upstream's order, and ours.
func TestModules(t *testing.T) {
	theirs := modules(t, filepath.Join(upstreamDir(t), "main.go"))
	require.Greater(t, len(theirs), 40)
	ours := modules(t, filepath.Join(root, "cmd", "go2rtc", "main.go"))
	require.Equal(t, append(slices.Clone(theirs), `"page" page`, `"ice" icecheck`, `"live" live`, `"analytics" analytics`), ours)
}

// TestAllowList: a list of modules that names analytics switches on what its pages need, as lists written before these
// had names of their own expect. Each can be named alone.
func TestAllowList(t *testing.T) {
	began := regexp.MustCompile(`\[log\] init module=(page|ice|live|analytics)\b`)
	cases := []struct {
		modules string
		want    []string
	}{
		{"[api, ws, analytics]", []string{"page", "ice", "live", "analytics"}},
		{"[api, ws, live, page]", []string{"page", "live"}},
		{"[api, ws]", nil},
	}
	for _, ca := range cases {
		t.Run(ca.modules, func(t *testing.T) {
			s := newServer(t, "log: {level: trace}\napp: {modules: "+ca.modules+"}\n")
			s.launch()
			s.wait(10*time.Second, "it listens", func() bool { return strings.Contains(s.Output(), "[api] listen") })
			s.stop() // which is heard when all modules have begun
			var got []string
			for _, m := range began.FindAllStringSubmatch(s.Output(), -1) {
				got = append(got, m[1])
			}
			require.Equal(t, ca.want, got)
		})
	}
}

// TestStartsAsUpstream: one configuration with sources of many kinds; the same routes and ports, and ours.
func TestStartsAsUpstream(t *testing.T) {
	t.Parallel()
	plain := filepath.Join(t.TempDir(), "go2rtc-upstream")
	build := exec.Command("go", "build", "-o", plain, "github.com/AlexxIT/go2rtc")
	// as upstream releases it
	build.Dir, build.Env = root, append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0")
	process.Run(t, build)

	const config = `log: {level: trace}
rtmp: {listen: "127.0.0.1:0"}
srtp: {listen: "127.0.0.1:0"}
hls: {}
streams:
  cam1: rtsp://127.0.0.1:1/1
  cam2: [ffmpeg:cam1#video=mjpeg, http://127.0.0.1:1/x.mjpeg]
  cam3: exec:ffmpeg -i x -f rtsp {output}
  cam4: echo:true
  cam5: "rtmp://127.0.0.1:1/x"
  cam6: onvif://127.0.0.1:1
publish: {}
`
	said := regexp.MustCompile(`\[api\] register path path=(\S+)|(\[log\] init module=\S+)`)
	listen := regexp.MustCompile(`(\[\w+\] listen(?: tcp| udp)?)`)
	start := func(binary string) []string {
		s := newServer(t, config)
		cmd := s.command(binary)
		cmd.Dir, cmd.Env = "", nil
		s.Process = process.Start(t, cmd)
		defer s.Kill()
		// no line says that all modules have begun, so wait until nothing more is said
		length, since := 0, time.Now()
		s.wait(20*time.Second, "it listens and has no more to say", func() bool {
			if text := s.Output(); len(text) != length {
				length, since = len(text), time.Now()
			}
			return strings.Contains(s.Output(), "[api] listen") && time.Since(since) > time.Second
		})
		// routes and loggers come in the order of the modules; which listens first is chance
		var lines, listens []string
		for _, m := range said.FindAllStringSubmatch(s.Output(), -1) {
			lines = append(lines, m[1]+m[2])
		}
		for _, m := range listen.FindAllStringSubmatch(s.Output(), -1) {
			listens = append(listens, m[1])
		}
		slices.Sort(listens)
		return append(lines, listens...)
	}
	theirs, ours := start(plain), start(filepath.Join(bin, "go2rtc"))
	added := []string{
		"/api/ice",
		"/api/ice/check",
		"/api/metrics",
		"/api/seats",
		"/api/seats/boxes",
		"/api/seats/cameras",
		"/api/seats/empty",
		"/api/seats/events",
		"/api/seats/frame.jpeg",
		"/api/seats/health",
		"/api/seats/history",
		"/api/seats/outbox",
		"/api/seats/proposals",
		"/api/seats/schema.sql",
		"/api/seats/status",
		"/api/source",
		"/hls.html",
		"/hls.js",
		"/ice-words.js",
		"/ice.html",
		"/ice.js",
		"/main.js",
		"/player/",
		"/schema.json",
		"/seats.html",
		"/seats/",
		"/stream.html",
		"/video-rtc.js",
		"/video-stream.js",
		"[log] init module=analytics",
		"[log] init module=ice",
		"[log] init module=live",
		"[log] init module=page",
	}
	for _, line := range added {
		require.Contains(t, ours, line)
	}
	ours = slices.DeleteFunc(ours, func(line string) bool { return slices.Contains(added, line) })
	require.Equal(t, theirs, ours)
	require.Greater(t, len(theirs), 30)
}

// TestOperatorsConfig: the file that operators were given, which upstream runs open on its defaults.
func TestOperatorsConfig(t *testing.T) {
	t.Parallel()
	s := newServer(t, "streams: {cam1: \"rtsp://127.0.0.1:1/1\"}\n"+operators)
	s.rewrite("webrtc: {listen: \"\"}\n", "")
	s.start()
	var streams map[string]any
	s.get("api/streams", &streams)
	require.Contains(t, streams, "cam1")
	s.stop()
}

// TestBrokenConfigStopsTheStart: one sentence with file and line, and nothing runs open.
func TestBrokenConfigStopsTheStart(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"unknown key of ours", "api: {listen: \"\"}\nanalytics:\n  intervall: 3s\n", `go2rtc.yaml:3: analytics: unknown key "intervall", did you mean "interval"?`},
		{"unknown stream", "api: {listen: \"\"}\nanalytics:\n  store_id: s\n  seats:\n    A: {stream: cam9, roi: [[0, 0], [1, 0], [1, 1]]}\n", `go2rtc.yaml:5: analytics.seats.A.stream: no stream "cam9" under streams:`},
		{"provider that is not there", "streams: {cam1: \"rtsp://127.0.0.1:1/1\"}\nanalytics:\n  store_id: s\n  model: {provider: cuda, path: " + filepath.Join(root, "models", "testcard.onnx") + "}\n  seats:\n    A: {stream: cam1, roi: [[0, 0], [1, 0], [1, 1]]}\n", "it has cpu"},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			stdout, stderr := refusal(t, ca.text)
			require.Contains(t, stdout+stderr, ca.want)
		})
	}
}

package e2e

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ended runs our binary in dir until it ends by itself, which it does at once, or is killed: the code is then -1.
func ended(t testing.TB, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "go2rtc"), args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, environment(), &out, &err
	_ = cmd.Run() // the exit status is returned
	return cmd.ProcessState.ExitCode(), out.String(), err.String()
}

// refusal is what our binary says of a configuration, go2rtc.yaml, that it refuses.
func refusal(t testing.TB, text string) (stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go2rtc.yaml"), []byte(text), 0o600))
	code, stdout, stderr := ended(t, dir, "-config", "go2rtc.yaml")
	require.Equal(t, 1, code, stdout)
	return stdout, stderr
}

// TestRefusal: one line on stderr, the whole of it, with the document as it was named on the command line.
func TestRefusal(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		return name
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "folder.yaml"), 0o700))
	t.Setenv("HUNTER", "hunter2")

	cases := []struct {
		name, want string
		args       []string
	}{
		{"a list that is not closed", "a.yaml:2: did not find expected ',' or ']' while parsing a flow sequence\n", []string{"-config", write("a.yaml", "log: {}\nstreams: [\napi:\n  listen: x\n")}},
		{"a wrong type deep in a section", "b.yaml:4: webrtc.ice_servers[0].urls: a map where a list is expected\n", []string{"-c", write("b.yaml", "webrtc:\n  listen: \"\"\n  ice_servers:\n    - urls: {a: b}\napi: {listen: \"\"}\nrtsp: {listen: \"\"}\n")}},
		{"a wrong type in what the logger reads", "c.yaml:1: log.level: a list where a text is expected\n", []string{"-config", write("c.yaml", "log: {level: [info]}\n")}},
		{"the password is not told", "d.yaml:2: api: a text where a map is expected\n", []string{"-config", write("d.yaml", "log: {level: trace}\napi: hunter2\n")}},
		{"a password from the environment is not told", "e.yaml:1: analytics: unknown key \"***\"\n", []string{"-config", write("e.yaml", "analytics: {${HUNTER}: 1}\napi: {listen: \"\"}\nrtsp: {listen: \"\"}\nwebrtc: {listen: \"\"}\n")}},
		{"the second flag", "-config #2:1: api.listen: a list where a text is expected\n", []string{"-config", "log.level=info", "-config", "{api: {listen: [1]}}"}},
		{"a folder", "folder.yaml: can't read: is a directory\n", []string{"-config", "folder.yaml"}},
		{"a second document", "f.yaml:3: a second document begins, only one is allowed\n", []string{"-config", write("f.yaml", "log: {}\n---\napi: {password: x}\n")}},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			code, stdout, stderr := ended(t, dir, ca.args...)
			require.Equal(t, 1, code)
			require.Equal(t, ca.want, stderr)
			require.NotContains(t, stdout, "hunter2")
		})
	}
}

// TestVersion: upstream's, which is that of go.mod, in upstream's words, and ours; the API says the same.
func TestVersion(t *testing.T) {
	_, version, _ := strings.Cut(filepath.Base(upstreamDir(t)), "@v")
	line := regexp.MustCompile(`^go2rtc version (` + regexp.QuoteMeta(version) + `\S*) \((\S*)\) \w+/\w+\nseats (\S+) \((\S*)\)\n$`)
	for _, args := range [][]string{{"-version"}, {"--v"}, {"-c", "log: {}", "-config", "x", "-d=false", "-v=true"}} {
		code, stdout, _ := ended(t, t.TempDir(), args...)
		require.Zero(t, code)
		require.Regexp(t, line, stdout)
	}
	code, _, _ := ended(t, t.TempDir(), "-v", "-what")
	require.Equal(t, 2, code, "upstream's answer to a flag that is none")

	_, stdout, _ := ended(t, t.TempDir(), "-version")
	said := line.FindStringSubmatch(stdout)
	s := newServer(t, "")
	s.start()
	defer s.stop()
	var info struct {
		Version, Revision string
		Seats             struct{ Version, Revision string }
	}
	s.get("api", &info)
	require.Equal(t, said[1:], []string{info.Version, info.Revision, info.Seats.Version, info.Seats.Revision})
}

// locked holds a page to its password.
func locked(t testing.TB, url, password string) {
	t.Helper()
	ask := func(header ...string) int {
		res, _ := do(t, http.MethodGet, url, "", header...)
		return res.StatusCode
	}
	require.Equal(t, http.StatusUnauthorized, ask())
	require.Equal(t, http.StatusUnauthorized, ask(asAdmin("guess")...))
	require.Equal(t, http.StatusOK, ask(asAdmin(password)...))
}

// TestEditorRefuses: what the next start would refuse is not saved, or the restart button would lock its user out.
func TestEditorRefuses(t *testing.T) {
	s := newServer(t, "streams: {cam1: \"rtsp://127.0.0.1:1/1\"} # kept\n")
	s.start()
	defer s.stop()
	before := s.text()

	cases := []struct{ name, method, text, want string }{
		{"does not parse", http.MethodPost, "api: {}\nstreams: [\n", "line 2: did not find expected"},
		{"wrong type", http.MethodPost, "api:\n  listen: [1]\n", "line 2: api.listen: a list where a text is expected"},
		{"wrong type merged", http.MethodPatch, "webrtc: {candidates: x}\n", "webrtc.candidates: a text where a list is expected"},
		{"candidate", http.MethodPost, "webrtc:\n  candidates: [x]\n", "line 2: webrtc.candidates[0]: host:port"},
		{"TURN server", http.MethodPost, "webrtc:\n  ice_servers:\n    - urls: [turn:example.com]\n", "line 3: webrtc.ice_servers[0]: a turn: url needs"},
		{"ours", http.MethodPost, "analytics:\n  intervall: 3s\n", `line 2: analytics: unknown key "intervall"`},
	}
	for _, ca := range cases {
		t.Run(ca.name, func(t *testing.T) {
			code, text := request(t, ca.method, s.api+"api/config", ca.text)
			require.Equal(t, http.StatusBadRequest, code, text)
			require.Contains(t, text, ca.want)
			require.Equal(t, before, s.text())
		})
	}

	good := before + "webrtc:\n  ice_servers:\n    - urls: [turn:example.com:443?transport=tcp]\n      secret: x\n"
	good = strings.Replace(good, "webrtc: {listen: \"\"}\n", "", 1)
	code, text := request(t, http.MethodPost, s.api+"api/config", good)
	require.Equal(t, http.StatusOK, code, text)
	require.Equal(t, good, s.text())
}

// TestPasswordIsAsked: of a client that is not on loopback, with the operators' file, which upstream drops as a whole.
func TestPasswordIsAsked(t *testing.T) {
	s := newServer(t, "")
	s.rewrite("api: {", "api: {username: admin, password: secret, local_auth: true, ")
	s.rewrite("webrtc: {listen: \"\"}\n", `webrtc:
  listen: ""
  ice_servers:
    - urls: [turn:turn.metered.ca:443?transport=tcp]
      username: your-username
      credential: your-password
`)
	s.launch()
	s.wait(10*time.Second, "the API answers", func() bool { return s.status("api/streams") == http.StatusUnauthorized })
	locked(t, s.api+"api/streams", "secret")
}

// TestPasswordIsAskedThroughAProxy: a tunnel on the same machine is a loopback client, and its visitors are not.
func TestPasswordIsAskedThroughAProxy(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	s.rewrite("api: {", "api: {username: admin, password: secret, ")
	s.start() // asks api/seats without a password, as a program on this machine may
	require.NotContains(t, s.Output(), "no password")

	proxy := httptest.NewServer(s.passing((*httputil.ProxyRequest).SetXForwarded))
	defer proxy.Close()
	locked(t, proxy.URL+"/api/config", "secret")
	s.stop()
}

// TestOpenAPIIsSaid: a start without a password on an address that others reach says so once. The address is of a
// network reserved for documents (RFC 5737), so nothing listens.
func TestOpenAPIIsSaid(t *testing.T) {
	t.Parallel()
	s := newServer(t, "")
	s.rewrite(`listen: "127.0.0.1:`, `listen: "192.0.2.1:`)
	s.launch()
	s.wait(10*time.Second, "it says so", func() bool { return strings.Contains(s.Output(), "[api] no password") })
	require.Equal(t, 1, strings.Count(s.Output(), "no password"))
}

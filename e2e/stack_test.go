// Package e2e runs what make builds as its users do: real processes, real RTSP from ffmpeg, free ports on loopback, and
// nothing left running.
package e2e

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/AlexxIT/go2rtc/seats/e2e/supabase"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

var root = process.Root()

var bin string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if bin, err = os.MkdirTemp("", "seats-e2e"); err != nil {
			fmt.Println(err)
			return 1
		}
		defer func() { _ = os.RemoveAll(bin) }()
		// the patched tree that `make patch` prepared, as make builds it
		build := exec.Command("go", "build", "-tags", "patched", "-o", bin+"/", "./cmd/go2rtc", "./cmd/replay")
		build.Dir = root
		p, err := process.Spawn(build)
		if err == nil {
			err = p.Err()
		}
		if err != nil {
			fmt.Printf("run `make patch` first: %s\n%s", err, p.Output())
			return 1
		}
		defer supabase.Close()
		// most of a test is waiting for cameras, browsers and clocks
		if err = flag.Set("test.parallel", "4"); err != nil {
			fmt.Println(err)
			return 1
		}
		return m.Run()
	}())
}

// asset is a file of ../shared/assets.
func asset(t testing.TB, elem ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{root, "..", "shared", "assets"}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("needs %s", filepath.Join(elem...))
		}
		t.Skipf("needs %s, see models/README.md", filepath.Join(elem...))
	}
	return path
}

// server is a running go2rtc with seat analytics.
type server struct {
	t    testing.TB
	dir  string
	api  string // http://127.0.0.1:port/
	rtsp int

	*process.Process // of the last start
}

// newServer writes a configuration: the ports are put before it.
func newServer(t testing.TB, config string) *server {
	t.Helper()
	s := &server{t: t, dir: t.TempDir(), rtsp: freeport.Take(t)}
	port := freeport.Take(t)
	s.api = fmt.Sprintf("http://127.0.0.1:%d/", port)
	head := fmt.Sprintf("api: {listen: \"127.0.0.1:%d\"}\nrtsp: {listen: \"127.0.0.1:%d\"}\nwebrtc: {listen: \"\"}\n", port, s.rtsp)
	s.write(head + config)
	return s
}

func (s *server) path() string { return filepath.Join(s.dir, "go2rtc.yaml") }

func (s *server) text() string {
	s.t.Helper()
	b, err := os.ReadFile(s.path())
	require.NoError(s.t, err)
	return string(b)
}

func (s *server) write(text string) {
	s.t.Helper()
	require.NoError(s.t, os.WriteFile(s.path(), []byte(text), 0o600))
}

// rewrite changes the configuration before the start.
func (s *server) rewrite(from, to string) {
	s.t.Helper()
	text := s.text()
	require.Contains(s.t, text, from)
	s.write(strings.Replace(text, from, to, 1))
}

func (s *server) start() {
	s.t.Helper()
	s.launch()
	// the API answers before the last module, ours, has begun
	s.wait(10*time.Second, "the API answers", func() bool { return s.status("api/seats") == http.StatusOK })
}

// status is what a path is answered with; 0 where nothing answers.
func (s *server) status(path string) int {
	res, err := http.Get(s.api + path)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// launch starts the server and waits for nothing.
func (s *server) launch() {
	s.t.Helper()
	s.Process = process.Start(s.t, s.command(filepath.Join(bin, "go2rtc")))
}

// command is a binary with the server's configuration.
func (s *server) command(binary string) *exec.Cmd {
	cmd := exec.Command(binary, "-config", s.path())
	cmd.Dir = root
	cmd.Env = environment()
	return cmd
}

// environment is ours, and where the server finds ONNX Runtime.
func environment() []string {
	return append(os.Environ(), "ONNXRUNTIME_LIB="+filepath.Join(root, "build", "onnxruntime", "libonnxruntime.so.1"))
}

// stop ends the server as Docker does.
func (s *server) stop() {
	s.t.Helper()
	s.Stop(s.t, 5*time.Second)
}

func (s *server) wait(limit time.Duration, what string, ok func() bool) {
	s.t.Helper()
	process.Until(s.t, limit, what, ok)
}

func (s *server) get(path string, into any) int {
	s.t.Helper()
	status, text := request(s.t, http.MethodGet, s.api+path, "")
	if into != nil {
		require.NoError(s.t, json.Unmarshal([]byte(text), into), "%s: %s", path, text)
	}
	return status
}

func request(t testing.TB, method, url, body string) (status int, text string) {
	t.Helper()
	res, text := do(t, method, url, body)
	return res.StatusCode, text
}

// do asks with headers given as pairs.
func do(t testing.TB, method, url, body string, header ...string) (res *http.Response, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err = http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(b)
}

// asAdmin is the header, for do, of a client that gives a password.
func asAdmin(password string) []string {
	return []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte("admin:"+password))}
}

func (s *server) dial(query string) (*websocket.Conn, error) {
	conn, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(s.api, "http")+"api/ws"+query, nil)
	if err == nil {
		_ = res.Body.Close()
	}
	return conn, err
}

// socket is a connection to api/ws until the test ends.
func (s *server) socket(query string) *websocket.Conn {
	s.t.Helper()
	conn, err := s.dial(query)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// passing is a reverse proxy before the server.
func (s *server) passing(change func(*httputil.ProxyRequest)) *httputil.ReverseProxy {
	s.t.Helper()
	target, err := url.Parse(s.api)
	require.NoError(s.t, err)
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			change(r)
		},
		FlushInterval: -1,
		ErrorLog:      log.New(io.Discard, "", 0), // clients that leave
	}
}

// keepHost is for a proxy that shows itself to the server by X-Forwarded-For alone.
func keepHost(r *httputil.ProxyRequest) {
	r.SetXForwarded()
	r.Out.Host = r.In.Host
}

// consumers are the format names of a stream's consumers.
func (s *server) consumers(stream string) (names []string) {
	s.t.Helper()
	var all map[string]struct {
		Consumers []struct {
			FormatName string `json:"format_name"`
		}
	}
	s.get("api/streams", &all)
	for _, c := range all[stream].Consumers {
		names = append(names, c.FormatName)
	}
	return names
}

// event is what tests read of a row of detection_events.
type event struct {
	ID        string    `json:"id"`
	SeatID    *string   `json:"seat_id"`
	Stream    string    `json:"stream"`
	EventType string    `json:"event_type"`
	Captured  time.Time `json:"captured_at"`
}

// events are oldest first.
func (s *server) events(query string) (list []event) {
	s.t.Helper()
	require.Equal(s.t, http.StatusOK, s.get("api/seats/events?limit=1000&"+query, &list))
	slices.Reverse(list)
	return list
}

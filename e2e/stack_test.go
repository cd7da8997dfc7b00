// Package e2e runs what make builds as its users do: real processes, real RTSP from ffmpeg, free ports on loopback, and
// nothing left running.
package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/AlexxIT/go2rtc/seats/e2e/supabase"
	"github.com/stretchr/testify/require"
)

// root is the project's folder, as an absolute path.
var root = func() string {
	dir, err := filepath.Abs("..")
	if err != nil {
		panic(err)
	}
	return dir
}()

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
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Printf("run `make patch` first: %s\n%s", err, out)
			return 1
		}
		defer supabase.Close()
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
	cmd  *exec.Cmd
	log  *output
}

// output keeps what a process prints.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// newServer writes a configuration: the ports are put before it.
func newServer(t testing.TB, config string) *server {
	t.Helper()
	s := &server{t: t, dir: t.TempDir(), rtsp: freeport.Take(t)}
	port := freeport.Take(t)
	s.api = fmt.Sprintf("http://127.0.0.1:%d/", port)
	head := fmt.Sprintf("api: {listen: \"127.0.0.1:%d\"}\nrtsp: {listen: \"127.0.0.1:%d\"}\nwebrtc: {listen: \"\"}\n", port, s.rtsp)
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, "go2rtc.yaml"), []byte(head+config), 0o600))
	return s
}

func (s *server) start() {
	s.t.Helper()
	s.launch()
	// the API answers before the last module, ours, has begun
	s.wait(10*time.Second, "the API answers", func() bool {
		res, err := http.Get(s.api + "api/seats")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

// launch starts the server and waits for nothing.
func (s *server) launch() {
	s.t.Helper()
	s.log = &output{}
	s.cmd = exec.Command(filepath.Join(bin, "go2rtc"), "-config", filepath.Join(s.dir, "go2rtc.yaml"))
	s.cmd.Dir = root
	s.cmd.Env = append(os.Environ(), "ONNXRUNTIME_LIB="+filepath.Join(root, "build", "onnxruntime", "libonnxruntime.so.1"))
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	require.NoError(s.t, s.cmd.Start())
	cmd, log := s.cmd, s.log
	s.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if s.t.Failed() {
			s.t.Logf("go2rtc said:\n%s", log)
		}
	})
}

// stop ends the server as Docker does.
func (s *server) stop() {
	s.t.Helper()
	require.NoError(s.t, s.cmd.Process.Signal(syscall.SIGTERM))
	done := make(chan error, 1)
	go func() { done <- s.cmd.Wait() }()
	select {
	case err := <-done:
		require.NoError(s.t, err)
	case <-time.After(5 * time.Second):
		s.t.Fatal("SIGTERM did not end the server within 5 s")
	}
}

// wait waits for a condition.
func (s *server) wait(limit time.Duration, what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	s.t.Fatalf("waited %s until %s", limit, what)
}

func (s *server) get(path string, into any) int {
	s.t.Helper()
	res, err := http.Get(s.api + path)
	require.NoError(s.t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	if into != nil {
		require.NoError(s.t, json.Unmarshal(b, into), "%s: %s", path, b)
	}
	return res.StatusCode
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
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

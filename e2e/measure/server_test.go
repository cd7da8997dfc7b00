package measure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/freeport"
	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// server is a running go2rtc, ours or upstream's.
type server struct {
	t    testing.TB
	name string
	api  string // http://127.0.0.1:port/
	rtsp string // rtsp://127.0.0.1:port/

	*process.Process
}

// start runs a binary until the test ends. WebRTC goes over loopback and asks no STUN server.
func start(t testing.TB, b binary, config string) *server {
	t.Helper()
	dir, api, rtsp := t.TempDir(), freeport.Take(t), freeport.Take(t)
	head := fmt.Sprintf(`api: {listen: "127.0.0.1:%d"}
rtsp: {listen: "127.0.0.1:%d"}
srtp: {listen: ""}
webrtc: {listen: "127.0.0.1:%d", ice_servers: [], filters: {loopback: true, networks: [udp4, tcp4]}}
`, api, rtsp, freeport.Take(t))
	path := filepath.Join(dir, "go2rtc.yaml")
	require.NoError(t, os.WriteFile(path, []byte(head+config), 0o600))
	cmd := exec.Command(b.path, "-config", path)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "ONNXRUNTIME_LIB="+filepath.Join(root, "build", "onnxruntime", "libonnxruntime.so.1"))
	s := &server{
		t: t, name: b.name, Process: process.Start(t, cmd),
		api: fmt.Sprintf("http://127.0.0.1:%d/", api), rtsp: fmt.Sprintf("rtsp://127.0.0.1:%d/", rtsp),
	}
	// the API answers before all modules have begun; the last of ours has this route
	last := "api/seats"
	if b.name == "upstream" {
		last = "api/stack" // of its debug module
	}
	process.Until(t, 20*time.Second, b.name+" answers", func() bool {
		res, err := http.Get(s.api + last)
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return s
}

type stream struct {
	Producers, Consumers []any
}

func (s *server) stream(name string) stream {
	s.t.Helper()
	var streams map[string]stream
	require.NoError(s.t, json.Unmarshal(s.get("api/streams"), &streams))
	return streams[name]
}

// get is what a path is answered with by 200.
func (s *server) get(path string) []byte {
	s.t.Helper()
	res, err := http.Get(s.api + path)
	require.NoError(s.t, err)
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusOK, res.StatusCode, "%s: %s", path, b)
	return b
}

// cpu is the processor time that the process has had, by proc(5), which counts it in hundredths of a second.
func (s *server) cpu() time.Duration {
	s.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.Pid()))
	require.NoError(s.t, err)
	// the name, in parentheses, may hold spaces; utime and stime are fields 14 and 15, the name is the second
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, err := strconv.ParseInt(fields[11], 10, 64)
	require.NoError(s.t, err)
	system, err := strconv.ParseInt(fields[12], 10, 64)
	require.NoError(s.t, err)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// memory is what the process holds of its own, in bytes: resident and anonymous, so without the code of the binary.
func (s *server) memory() int64 {
	s.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Pid()))
	require.NoError(s.t, err)
	for line := range strings.Lines(string(b)) {
		if value, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kB, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			require.NoError(s.t, err)
			return kB << 10
		}
	}
	s.t.Fatalf("no RssAnon in %s", b)
	return 0
}

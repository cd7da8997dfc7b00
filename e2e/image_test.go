//go:build image

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
)

// imageRoot is what `make image-check` built: its files, mounted, and its own configuration.
type imageRoot struct {
	root string
	OCI  struct {
		Config struct {
			User       string
			Env        []string
			Entrypoint []string
			Cmd        []string
			WorkingDir string
			Volumes    map[string]struct{}
			Ports      map[string]struct{} `json:"ExposedPorts"`
		} `json:"config"`
	} `json:"OCIv1"`
	Docker struct {
		Config struct {
			Healthcheck struct {
				Test                           []string
				Interval, Timeout, StartPeriod time.Duration
				Retries                        int
			}
		} `json:"config"`
	}
}

func builtImage(t testing.TB) *imageRoot {
	t.Helper()
	b, err := os.ReadFile(os.Getenv("SEATS_IMAGE_JSON"))
	require.NoError(t, err, "run `make image-check`")
	i := &imageRoot{root: os.Getenv("SEATS_IMAGE_ROOT")}
	require.NoError(t, json.Unmarshal(b, i))
	return i
}

// container is a server that runs in the image's file system, as an engine would run it.
type container struct {
	*server
	image *imageRoot
	user  int // and group
	pid   int // of the entry point, as this machine counts
}

// newContainer runs as root over files that it may write, or as another user over files that no user may write.
func newContainer(t testing.TB, user int, config string) *container {
	t.Helper()
	c := &container{server: newServer(t, config), image: builtImage(t), user: user}
	require.NoError(t, os.Chown(c.dir, user, user))
	require.NoError(t, filepath.WalkDir(c.dir, func(path string, _ fs.DirEntry, err error) error {
		require.NoError(t, err)
		return os.Chown(path, user, user)
	}))
	return c
}

// start runs what the image says: entry point and command, in its working directory and environment, with /config.
func (c *container) start() {
	c.t.Helper()
	config := c.image.OCI.Config
	files := "--bind"
	if c.user != 0 {
		files = "--ro-bind"
	}
	args := []string{
		files, c.image.root, "/", "--proc", "/proc", "--dev", "/dev", "--bind", c.dir, "/config", "--chdir", config.WorkingDir,
		"--ro-bind", "/etc/resolv.conf", "/etc/resolv.conf", "--ro-bind", "/etc/hosts", "/etc/hosts",
		"--unshare-pid", "--as-pid-1", "--die-with-parent", "--clearenv", "--info-fd", "3",
	}
	for _, pair := range config.Env {
		name, value, _ := strings.Cut(pair, "=")
		args = append(args, "--setenv", name, value)
	}
	if c.user != 0 {
		args = append(args, "setpriv", "--reuid", strconv.Itoa(c.user), "--regid", strconv.Itoa(c.user), "--clear-groups")
	}
	args = append(append(args, config.Entrypoint...), config.Cmd...)
	cmd := exec.Command("bwrap", args...)
	read, write, err := os.Pipe()
	require.NoError(c.t, err)
	cmd.ExtraFiles = []*os.File{write}
	c.Process = process.Start(c.t, cmd)
	require.NoError(c.t, write.Close())
	var info struct {
		Pid int `json:"child-pid"`
	}
	require.NoError(c.t, json.NewDecoder(read).Decode(&info), c.Output())
	require.NoError(c.t, read.Close())
	c.pid = info.Pid
	c.t.Cleanup(func() { _ = syscall.Kill(info.Pid, syscall.SIGKILL) })                                      // a process that changes users does not get bwrap's death signal
	c.wait(20*time.Second, "the API answers", func() bool { return c.status("api/seats") == http.StatusOK }) // of the last module
}

// stop ends the container as `docker stop` does, and says how long it took.
func (c *container) stop() time.Duration {
	c.t.Helper()
	begin := time.Now()
	require.NoError(c.t, syscall.Kill(c.pid, syscall.SIGTERM))
	select {
	case <-c.Done():
		require.NoError(c.t, c.Err(), c.Output())
	case <-time.After(5 * time.Second):
		c.t.Fatal("SIGTERM did not end the container within 5 s")
	}
	return time.Since(begin)
}

// run runs a command inside the running container, as `docker exec` does.
func (c *container) run(command ...string) (string, error) {
	config := c.image.OCI.Config
	args := []string{
		"--target", strconv.Itoa(c.pid), "--mount", "--pid",
		"--setuid", strconv.Itoa(c.user), "--setgid", strconv.Itoa(c.user), "/usr/bin/env", "-i", "-C", config.WorkingDir,
	}
	cmd := exec.Command("nsenter", append(append(args, config.Env...), command...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return strings.TrimSpace(out.String()), err
}

// healthy runs the image's health check once.
func (c *container) healthy() bool {
	test := c.image.Docker.Config.Healthcheck.Test
	require.Equal(c.t, "CMD", test[0])
	out, err := c.run(test[1:]...)
	c.t.Log("health: " + out)
	return err == nil
}

// turns waits, as an engine does, until the check has said the same for as often as the image asks.
func (c *container) turns(healthy bool, limit time.Duration) {
	c.t.Helper()
	check := c.image.Docker.Config.Healthcheck
	need, agreed := check.Retries, 0
	if healthy {
		need = 1
	}
	begin := time.Now()
	for {
		if agreed++; c.healthy() != healthy {
			agreed = 0
		}
		if agreed == need {
			break
		}
		require.Less(c.t, time.Since(begin), limit, "healthy should be %v", healthy)
		time.Sleep(check.Interval)
	}
	c.t.Logf("healthy is %v after %s", healthy, time.Since(begin).Round(time.Second))
}

// TestImageIsUpstreams: what operators' files depend on.
func TestImageIsUpstreams(t *testing.T) {
	c := builtImage(t).OCI.Config
	require.Equal(t, []string{"/sbin/tini", "--"}, c.Entrypoint)
	require.Equal(t, []string{"go2rtc", "-config", "/config/go2rtc.yaml"}, c.Cmd)
	require.Equal(t, "/config", c.WorkingDir)
	require.Contains(t, c.Volumes, "/config")
	require.Len(t, c.Ports, 4)
	for _, port := range []string{"1984", "8554", "8555"} {
		require.Contains(t, c.Ports, port+"/tcp")
	}
	require.Contains(t, c.Ports, "8555/udp")
	require.Empty(t, c.User)
}

// TestImageRuns: the page, a camera that plays, a seat that changes, an end within five seconds, and a start that goes
// on; as root over files that can be written, as upstream's, and as user 1000 over files that cannot.
func TestImageRuns(t *testing.T) {
	for name, user := range map[string]int{"root": 0, "user 1000, read-only": 1000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newContainer(t, user, "streams: {cam1: "+cardSource(t)+"}\n"+inImage(card("cam1")))
			c.start()
			status, page := request(t, http.MethodGet, c.api, "")
			require.Equal(t, http.StatusOK, status)
			require.Contains(t, page, "<title>go2rtc</title>")
			require.Equal(t, http.StatusOK, c.get("api/frame.mp4?src=cam1", nil))
			c.wait(40*time.Second, "a seat changes", func() bool { return len(c.events("event_type=person_enter")) > 0 })
			c.turns(true, 10*time.Second)

			before := c.events("")
			t.Log("SIGTERM ended it within", c.stop().Round(time.Millisecond))
			_, err := os.Stat(filepath.Join(c.dir, "seats.db"))
			require.NoError(t, err, "the database is in /config")
			c.start()
			require.Subset(t, c.events(""), before)
			known := len(c.events(""))
			c.wait(40*time.Second, "seats go on changing", func() bool { return len(c.events("")) > known })
			c.stop()
		})
	}
}

// inImage has the test card's model where the image has it.
func inImage(section string) string {
	return strings.ReplaceAll(section, filepath.Join(root, "models", "testcard.onnx"), "models/testcard.onnx")
}

// TestImageWithoutAnalytics: an upstream configuration, as root and as another user.
func TestImageWithoutAnalytics(t *testing.T) {
	for _, user := range []int{0, 1000} {
		t.Run(fmt.Sprint("user ", user), func(t *testing.T) {
			c := newContainer(t, user, "streams: {cam1: "+cardSource(t)+"}\n")
			c.start()
			require.Equal(t, http.StatusOK, c.get("api/frame.mp4?src=cam1", nil))
			c.turns(true, 10*time.Second)
			c.stop()
		})
	}
}

// TestImageHealth: unhealthy within a minute when looks stop or writes fail, healthy again when they do not, and no
// worse for a camera that is merely offline.
func TestImageHealth(t *testing.T) {
	t.Run("no looks", func(t *testing.T) {
		t.Parallel()
		c := newContainer(t, 0, "streams: {cam1: \"\", away: \"rtsp://127.0.0.1:1/x\"}\n"+inImage(card("cam1"))+
			"    B: {stream: away, roi: [[0, 0], [1, 0], [1, 1]]}\n")
		c.start()
		c.turns(true, 10*time.Second) // both cameras are away

		// a camera whose pictures the decoder makes nothing of
		nonsense := publish(t, fmt.Sprintf("127.0.0.1:%d", c.rtsp), "cam1")
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for nonsense.send([]byte{0x65, 1, 2, 3}) == nil {
				time.Sleep(100 * time.Millisecond) // a camera's pace
			}
		}()
		c.turns(false, time.Minute)
		require.NoError(t, nonsense.conn.Close())
		<-ended

		source := camera(t, cardSource(t))
		source.start()
		relay := relays(t, source, c.server)
		c.turns(true, time.Minute)
		relay.Kill()
		c.wait(30*time.Second, "cam1 is offline", func() bool {
			return len(c.events("event_type=camera_offline")) > 1
		})
		require.True(t, c.healthy(), "offline is not unhealthy")
		c.stop()
	})
	t.Run("full disk", func(t *testing.T) {
		t.Parallel()
		c := newContainer(t, 0, "streams: {cam1: "+cardSource(t)+"}\n"+inImage(card("cam1")))
		text := c.text()
		require.NoError(t, syscall.Mount("tmpfs", c.dir, "tmpfs", 0, "size=1m"))
		t.Cleanup(func() { require.NoError(t, syscall.Unmount(c.dir, syscall.MNT_DETACH)) })
		c.write(text)
		c.start()
		c.turns(true, 20*time.Second)
		ballast := filepath.Join(c.dir, "ballast")
		require.Error(t, exec.Command("dd", "if=/dev/zero", "of="+ballast, "bs=4k", "status=none").Run(), "the disk is full")
		c.turns(false, time.Minute)
		require.NoError(t, os.Remove(ballast))
		c.turns(true, time.Minute)
		c.stop()
	})
}

// TestImageTools: what operators' echo:, exec: and ffmpeg: sources call.
func TestImageTools(t *testing.T) {
	c := newContainer(t, 1000, "streams:\n  cam1: "+cardSource(t)+`
  echoed: "echo:bash /config/where.sh"
  drawn: "ffmpeg:cam1#video=mjpeg#raw=-vf drawtext=text=오류동:fontsize=48"
  piped: "exec:ffmpeg -v error -re -f lavfi -i testsrc2=size=320x240:rate=5 -c:v mjpeg -f mjpeg -"
`)
	script := fmt.Sprintf("curl -s %sapi/streams | jq -r 'keys[0]' >/dev/null && python3 -c 'print(\"rtsp://127.0.0.1:%d/cam1\")'\n", c.api, c.rtsp)
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, "where.sh"), []byte(script), 0o644))
	c.start()
	require.Equal(t, http.StatusOK, c.get("api/frame.mp4?src=echoed", nil), "echo: with bash, curl, jq and python3")
	for _, stream := range []string{"drawn", "piped"} {
		require.Equal(t, http.StatusOK, c.get("api/frame.jpeg?src="+stream, nil), stream)
	}
	for _, command := range []string{"ffplay -version", "ffmpeg -version", "python3 --version", "jq --version", "curl --version", "bash --version", "replay -h"} {
		out, err := c.run(strings.Fields(command)...)
		if command != "replay -h" { // which exits with a usage
			require.NoError(t, err, "%s: %s", command, out)
		}
		t.Log(command, ": ", strings.SplitN(out, "\n", 2)[0])
	}
	for _, absent := range []string{"gcc", "go", "make"} {
		_, err := c.run("bash", "-c", "command -v "+absent)
		require.Error(t, err, "%s has no place in the image", absent)
	}
	plugins, err := filepath.Glob(filepath.Join(c.image.root, "usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so"))
	require.NoError(t, err)
	require.Len(t, plugins, 1, "ALSA's plug-ins")
	for _, licence := range []string{"go2rtc", "go2rtc-seats", "onnxruntime", "yolox_nano", "hls.js", "Apache-2.0"} {
		require.FileExists(t, filepath.Join(c.image.root, "usr/local/share/licenses", licence))
	}
	c.stop()
}

// TestImageSize writes down the share of each part, which image-check prints.
func TestImageSize(t *testing.T) {
	i := builtImage(t)
	seen := map[uint64]bool{} // Mesa's drivers are one file under many names
	size := func(paths ...string) (sum int64) {
		clear(seen)
		for _, path := range paths {
			require.NoError(t, filepath.WalkDir(path, func(_ string, d fs.DirEntry, err error) error {
				require.NoError(t, err)
				if d.Type().IsRegular() {
					info, err := d.Info()
					require.NoError(t, err)
					if inode := info.Sys().(*syscall.Stat_t).Ino; !seen[inode] {
						seen[inode] = true
						sum += info.Size()
					}
				}
				return nil
			}))
		}
		return sum
	}
	total := size(i.root)
	base := size(os.Getenv("SEATS_IMAGE_BASE"))
	local := filepath.Join(i.root, "usr/local")
	onnx, model, ours := size(filepath.Join(local, "lib")), size(filepath.Join(local, "models")), size(filepath.Join(local, "bin"), filepath.Join(local, "share/licenses"))
	require.Greater(t, onnx, int64(10<<20))
	require.Greater(t, model, int64(3<<20))
	report, err := os.Create(os.Getenv("SEATS_IMAGE_SIZES"))
	require.NoError(t, err)
	defer func() { require.NoError(t, report.Close()) }()
	for _, part := range []struct {
		name string
		size int64
	}{{"base", base}, {"ffmpeg and other tools", total - base - onnx - model - ours}, {"ONNX Runtime", onnx}, {"models", model}, {"ours", ours}, {"all", total}} {
		_, err := fmt.Fprintf(report, "image size: %-24s %6.1f MB %5.1f %%\n", part.name, float64(part.size)/1e6, 100*float64(part.size)/float64(total))
		require.NoError(t, err)
	}
}

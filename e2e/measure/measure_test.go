// Package measure weighs the server beside upstream's own binary, built as released, in one run: how late a picture is
// on a screen, what viewers cost in processor time, what they cost in memory.
//
// `make video` runs it whole, on a quiet machine, holds the figures to their bounds and prints the table of the README;
// `make video TIMES=10` takes a tenth of the time, prints the same and holds nothing that depends on time. In `make
// test` each harness runs for moments on ours alone and holds what no busy machine changes: every mode plays and its
// clock can be read, every WebRTC viewer gets its pictures, no HLS viewer gets an error.
//
// Both binaries pull the same stream from one camera, a server of its own; neither sees the viewers of the other.
package measure

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AlexxIT/go2rtc/seats/e2e/process"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

var root = process.Root()

// bin is the folder of the binaries.
var bin string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if bin, err = os.MkdirTemp("", "seats-measure"); err != nil {
			fmt.Println(err)
			return 1
		}
		defer func() { _ = os.RemoveAll(bin) }()
		defer table.print()
		code := m.Run()
		if code == 0 {
			http.DefaultTransport.(*http.Transport).CloseIdleConnections()
			if err = goleak.Find(); err != nil {
				fmt.Println(err)
				return 1
			}
		}
		return code
	}())
}

// times is how many times the measures are compressed, 0 in make test.
var times = sync.OnceValue(func() float64 {
	text := os.Getenv("SEATS_VIDEO")
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 1 {
		panic("SEATS_VIDEO is how many times the measures are compressed, 1 or more")
	}
	return n
})

// long is true where upstream's binary runs, too.
func long() bool { return times() > 0 }

// whole is true where figures are held to their bounds.
func whole() bool { return times() == 1 }

// span is how long something lasts: whole or its part, and in make test a moment.
func span(d, moment time.Duration) time.Duration {
	if !long() {
		return moment
	}
	return max(moment, time.Duration(float64(d)/times()))
}

// ours is the patched tree that `make patch` prepared, as make builds it.
var ours = sync.OnceValues(func() (string, error) {
	return build(root, nil, filepath.Join(bin, "ours"), "-tags", "patched", "./cmd/go2rtc")
})

// upstream is the module as the Go proxy serves it, with the versions that its own go.mod names, built as released.
var upstream = sync.OnceValues(func() (string, error) {
	list := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/AlexxIT/go2rtc")
	list.Dir, list.Env = root, append(os.Environ(), "GOWORK=off")
	dir, err := list.Output()
	if err != nil {
		return "", err
	}
	env := []string{"GOWORK=off", "CGO_ENABLED=0"}
	return build(strings.TrimSpace(string(dir)), env, filepath.Join(bin, "upstream"), ".")
})

func build(dir string, env []string, output string, args ...string) (string, error) {
	cmd := exec.Command("go", append([]string{"build", "-o", output}, args...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s (run `make patch` first): %w\n%s", output, err, out)
	}
	return output, nil
}

// binary is one of the two under test.
type binary struct{ name, path string }

// binaries are those that this run weighs, ours last.
func binaries(t testing.TB) (list []binary) {
	t.Helper()
	if long() {
		path, err := upstream()
		require.NoError(t, err)
		list = append(list, binary{"upstream", path})
	}
	path, err := ours()
	require.NoError(t, err)
	return append(list, binary{"ours", path})
}

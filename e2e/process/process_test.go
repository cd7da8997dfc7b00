package process

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// parent, set in the environment, makes the test binary a test process that will be killed.
const parent = "SEATS_PROCESS_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(parent) != "" {
		p, err := Spawn(exec.Command("sleep", "1000"))
		fmt.Println(p.Pid(), err)
		<-p.Done()
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// runs is true while there is a process that has not ended; what no one has reaped yet has ended.
func runs(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// TestKilledTest: a test process that dies by SIGKILL leaves nothing running.
func TestKilledTest(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), parent+"=1")
	test := Start(t, cmd)
	test.Until(t, 10*time.Second, "its program runs", func() bool { return strings.HasSuffix(test.Output(), " <nil>\n") })
	child, err := strconv.Atoi(strings.Fields(test.Output())[0])
	require.NoError(t, err)
	require.True(t, runs(child))
	require.NoError(t, syscall.Kill(test.Pid(), syscall.SIGKILL)) // the test process alone, not its group
	require.EqualError(t, test.Err(), "signal: killed")
	Until(t, 10*time.Second, "its program has ended", func() bool { return !runs(child) })
}

// TestThreadThatEnds: the thread of the caller may end before the program does.
func TestThreadThatEnds(t *testing.T) {
	started := make(chan *Process)
	thread := 0
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		thread = syscall.Gettid()
		started <- Start(t, exec.Command("sleep", "1000"))
	}()
	p := <-started
	Until(t, 10*time.Second, "the thread has ended", func() bool {
		_, err := os.Stat(fmt.Sprintf("/proc/self/task/%d", thread))
		return err != nil || thread == os.Getpid() // the first thread only sleeps
	})
	require.True(t, runs(p.Pid()))
}

// TestGroup: what a program leaves running ends with it, and no pipe that it holds keeps the test waiting.
func TestGroup(t *testing.T) {
	for _, how := range []struct {
		name string
		end  func(t *testing.T, p *Process)
	}{
		{"killed", func(_ *testing.T, p *Process) { p.Kill() }},
		{"stopped", func(t *testing.T, p *Process) {
			t.Helper()
			p.Stop(t, 5*time.Second)
		}},
	} {
		t.Run(how.name, func(t *testing.T) {
			p := Start(t, exec.Command("bash", "-c", `trap 'exit 0' TERM; sleep 1000 & echo $!; wait`))
			p.Until(t, 10*time.Second, "the child runs", func() bool { return strings.HasSuffix(p.Output(), "\n") })
			child, err := strconv.Atoi(strings.TrimSpace(p.Output()))
			require.NoError(t, err)
			how.end(t, p)
			Until(t, 10*time.Second, "the child has ended", func() bool { return !runs(child) })
		})
	}
}

func TestEnd(t *testing.T) {
	deaf := Start(t, exec.Command("bash", "-c", `trap '' TERM; echo ready; while :; do sleep 1000; done`))
	deaf.Until(t, 10*time.Second, "it is deaf", func() bool { return deaf.Output() == "ready\n" })
	require.ErrorContains(t, deaf.End(syscall.SIGTERM, 50*time.Millisecond), "did not end within 50ms of terminated:\nready")
	require.True(t, deaf.Ended())
	require.EqualError(t, deaf.Err(), "signal: killed")
	require.NoError(t, deaf.End(syscall.SIGTERM, time.Second), "it has ended")

	_, err := Spawn(exec.Command("/nowhere"))
	require.ErrorContains(t, err, "no such file")
}

func TestOutput(t *testing.T) {
	require.Equal(t, "out", string(Run(t, exec.Command("sh", "-c", "echo err >&2; printf out"))))

	var lines []string
	cmd := exec.Command("sh", "-c", `printf 'a\nb'; printf 'c\nno end'; echo err >&2`)
	cmd.Stdout = Lines(func(line []byte) { lines = append(lines, string(line)) })
	p := Start(t, cmd)
	require.NoError(t, p.Err())
	require.Equal(t, []string{"a", "bc"}, lines)
	require.Equal(t, "err\n", p.Output())

	var o Output
	for range kept/(1<<20) + 1 {
		_, err := o.Write(make([]byte, 1<<20))
		require.NoError(t, err)
	}
	_, err := o.Write([]byte("end"))
	require.NoError(t, err)
	require.LessOrEqual(t, len(o.String()), kept)
	require.Greater(t, len(o.String()), kept/3)
	require.Equal(t, "…end", tail(o.String(), 3))
}

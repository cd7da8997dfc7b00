package lab

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Process is a running program. It does not outlive the test, however that ends.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	out  output
}

// Start starts a program. What it prints is kept, and shown if the test fails.
func Start(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	p := &Process{cmd: cmd, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.out, &p.out
	// a test that panics or runs out of time runs no cleanups
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// the signal comes when the thread that forked ends, so that thread must live as long as the program
		runtime.LockOSThread()
		defer close(p.done)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	require.NoError(t, <-started)
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("%q said:\n%s", cmd.Args, tail(p.Output(), 4000))
		}
	})
	return p
}

// Kill ends it at once, as a power cut does, and waits for that.
func (p *Process) Kill() {
	_ = p.cmd.Process.Signal(os.Kill) // fails if it has ended, which done tells
	<-p.done
}

// tail is the end of a long text.
func tail(text string, length int) string {
	if len(text) <= length {
		return text
	}
	return "…" + text[len(text)-length:]
}

// Output is what it has printed.
func (p *Process) Output() string { return p.out.String() }

// Wait waits for a condition while the program runs.
func (p *Process) Wait(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
		select {
		case <-p.done:
			t.Fatalf("%q ended before %s", p.cmd.Args, what)
		default:
		}
	}
	t.Fatalf("waited %s until %s", limit, what)
}

// output keeps what a process prints.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer // guarded by mu
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

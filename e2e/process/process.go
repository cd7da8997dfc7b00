// Package process starts the programs that tests need: servers, cameras, databases.
//
// It promises: a program ends with the test that started it, together with the children that stayed in its process
// group; it ends, too, when the test process dies first, however that dies. What it prints is kept, up to a bound, and
// shown when the test fails. Ports for it come from e2e/freeport. Begin with Start.
package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// Process is a program that was started.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	err  error         // what Wait returned; readable when done is closed
	out  Output
}

// Start starts a program that ends with the test. Its standard output and standard error are kept where cmd does not
// send them elsewhere.
func Start(t testing.TB, cmd *exec.Cmd) *Process {
	t.Helper()
	p, err := Spawn(cmd)
	require.NoError(t, err)
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("%q said:\n%s", cmd.Args, tail(p.Output(), shown))
		}
	})
	return p
}

// Spawn is Start for a program that several tests share; the caller ends it.
func Spawn(cmd *exec.Cmd) (*Process, error) {
	p := &Process{cmd: cmd, done: make(chan struct{})}
	if cmd.Stdout == nil {
		cmd.Stdout = &p.out
	}
	if cmd.Stderr == nil {
		cmd.Stderr = &p.out
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	if cmd.SysProcAttr.Pdeathsig == 0 {
		cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL // a test that panics or runs out of time runs no cleanups
	}
	started := make(chan error)
	go func() {
		// Linux sends Pdeathsig when the thread that forked ends, not the process. So that thread is held while the
		// program runs, and given back, not ended, after it: chromedp may have forked a browser on it before.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.done)
		err := cmd.Start()
		started <- err
		if err == nil {
			awaitExit(p.Pid())
			_ = syscall.Kill(-p.Pid(), syscall.SIGKILL) // what it left; not yet reaped, its number is no other group's
			p.err = cmd.Wait()
		}
	}()
	return p, <-started
}

// awaitExit returns when a child has ended, and does not reap it.
func awaitExit(pid int) {
	var err error = unix.EINTR
	for errors.Is(err, unix.EINTR) {
		err = unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
	}
}

// Root is the project's folder. Paths that the compiler knows may be trimmed, so it is found from the folder of the
// test that runs.
func Root() string {
	dir, err := os.Getwd()
	for err == nil && dir != "/" {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	return dir
}

// Run runs a program to its end and returns its standard output; the test fails if the program does.
func Run(t testing.TB, cmd *exec.Cmd) []byte {
	t.Helper()
	var stdout Output
	if cmd.Stdout == nil {
		cmd.Stdout = &stdout
	}
	p := Start(t, cmd)
	<-p.done
	require.NoError(t, p.err, "%q: %s", cmd.Args, &p.out)
	return []byte(stdout.String())
}

// Pid is the program's process id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Output is what the program has printed.
func (p *Process) Output() string { return p.out.String() }

// Done is closed when the program has ended and all that it printed is in Output.
func (p *Process) Done() <-chan struct{} { return p.done }

// Ended is true when the program has ended.
func (p *Process) Ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Err waits for the program's end and returns how it ended, as exec.Cmd.Wait does.
func (p *Process) Err() error {
	<-p.done
	return p.err
}

// Kill ends the program and its process group at once, as a power cut does, and waits for that.
func (p *Process) Kill() {
	if !p.Ended() {
		_ = syscall.Kill(-p.Pid(), syscall.SIGKILL) // fails if it has just ended
	}
	<-p.done
}

// End sends a signal and waits for the program's end. A program that does not obey within the limit is killed, which is
// the only error.
func (p *Process) End(sig syscall.Signal, limit time.Duration) error {
	_ = p.cmd.Process.Signal(sig) // fails if it has ended; done is closed then
	select {
	case <-p.done:
		return nil
	case <-time.After(limit):
		p.Kill()
		return fmt.Errorf("%q did not end within %s of %s:\n%s", p.cmd.Args, limit, sig, tail(p.Output(), shown))
	}
}

// Stop ends the program as Docker does, and requires that it obeys within the limit and exits with 0.
func (p *Process) Stop(t testing.TB, limit time.Duration) {
	t.Helper()
	require.NoError(t, p.End(syscall.SIGTERM, limit))
	require.NoError(t, p.err, "%s", tail(p.Output(), shown))
}

// Until waits for a condition while the program runs.
func (p *Process) Until(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	Until(t, limit, what, func() bool {
		// asked first: what it printed before its end counts
		ended := p.Ended()
		if ok() {
			return true
		}
		if ended {
			t.Fatalf("%q ended (%v) before %s:\n%s", p.cmd.Args, p.err, what, tail(p.Output(), shown))
		}
		return false
	})
}

// Until waits for a condition.
func Until(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited %s until %s", limit, what)
}

package supabase

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// process is a child that does not outlive us, however we end.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
	out  *output
}

// spawn starts cmd so that the kernel sends it sig when this process dies: a test that panics or runs out of time runs
// no cleanups. Its output is kept, and also goes to lines if that is set.
func spawn(cmd *exec.Cmd, sig syscall.Signal, lines func([]byte)) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{}), out: &output{tee: lines}}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = sig
	cmd.Stdout, cmd.Stderr = p.out, p.out
	started := make(chan error)
	go func() {
		// the signal comes when the thread that forked ends, so that thread must live as long as the child
		runtime.LockOSThread()
		defer close(p.done)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	return p, <-started
}

// end sends a signal, waits, and kills what does not listen.
func (p *process) end(sig os.Signal, limit time.Duration) error {
	_ = p.cmd.Process.Signal(sig) // fails if it has ended, which done tells
	select {
	case <-p.done:
		return nil
	case <-time.After(limit):
		_ = p.cmd.Process.Kill()
		<-p.done
		return fmt.Errorf("%s did not end within %s of %s:\n%s", p.cmd.Path, limit, sig, p.out)
	}
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// output keeps what a process prints.
type output struct {
	mu  sync.Mutex
	b   bytes.Buffer
	tee func([]byte)
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.tee != nil {
		o.tee(b)
	}
	return o.b.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

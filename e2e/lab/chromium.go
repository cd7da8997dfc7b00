package lab

import (
	"context"
	"os/exec"
	"syscall"

	"github.com/AlexxIT/go2rtc/seats/e2e/chromium"
	"github.com/chromedp/chromedp"
)

// Browser is a headless Chromium in a namespace, new and with a tab, until it is closed or the test ends. It is driven
// through pipes, so nothing but its pages uses the network.
func (ns *Namespace) Browser() (ctx context.Context, closeIt context.CancelFunc) {
	t := ns.lab.t
	t.Helper()
	return chromium.New(t, 1100, 700, chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
		inside := ns.Command(cmd.Path, cmd.Args[1:]...)
		cmd.Path, cmd.Args, cmd.Err = inside.Path, inside.Args, inside.Err
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	}))
}

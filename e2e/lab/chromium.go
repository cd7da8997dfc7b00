package lab

import (
	"context"
	"os/exec"
	"syscall"

	"github.com/chromedp/chromedp"
)

// Browser is a headless Chromium in a namespace, new and with a tab, until it is closed or the test ends. It is driven
// through pipes, so nothing but its pages uses the network.
func (ns *Namespace) Browser() (ctx context.Context, closeIt context.CancelFunc) {
	t := ns.lab.t
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.NoFirstRun, chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1100, 700),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
			inside := ns.Command(cmd.Path, cmd.Args[1:]...)
			cmd.Path, cmd.Args, cmd.Err = inside.Path, inside.Args, inside.Err
			cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		}),
	}
	alloc, cancelAlloc := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancelAlloc)
	return chromedp.NewContext(alloc)
}

//go:build unix

package clientcheck

import (
	"os/exec"
	"syscall"
)

// killAll lets the end of its context kill a command with all that it has started.
func killAll(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

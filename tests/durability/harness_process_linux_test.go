package durability_test

import (
	"os/exec"
	"syscall"
)

// dieTogether ends the child with this process, also when that is killed.
func dieTogether(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

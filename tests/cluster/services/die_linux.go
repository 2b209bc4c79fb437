package services

import "syscall"

// dieTogether lets a process end with this one.
func dieTogether(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }

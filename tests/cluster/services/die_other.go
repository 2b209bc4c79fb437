//go:build unix && !linux

package services

import "syscall"

// dieTogether lets a process end with this one, where that is possible.
func dieTogether(*syscall.SysProcAttr) {}

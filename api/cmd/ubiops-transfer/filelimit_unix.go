//go:build unix

package main

import (
	"os/signal"
	"syscall"
)

// A file that reaches the size limit of the process is then an error of the
// write, which one request or job fails with, and not the end of the server.
func init() { signal.Ignore(syscall.SIGXFSZ) }

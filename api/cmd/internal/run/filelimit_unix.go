//go:build unix

package run

import (
	"os/signal"
	"syscall"
)

// Then a file that reaches the size limit of the process fails one write, so
// one request or job, and does not end the server.
func init() { signal.Ignore(syscall.SIGXFSZ) }

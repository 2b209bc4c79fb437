//go:build unix

package api

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Nobody writes to the pipe, so that opening it would wait for ever.
func TestSourceUnix_aPipeIsRefusedAndNotWaitedFor(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	c := newTestClient(t, nil)
	done := make(chan error, 1)
	go func() { done <- second(c.Project("p").Imports.Create(t.Context(), FromFile(path))) }()
	select {
	case err := <-done:
		if err == nil || !strings.Contains(err.Error(), "pipe: not a regular file") {
			t.Errorf("error is %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it waits")
	}
}

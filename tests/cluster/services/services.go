//go:build unix

package services

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// A service is a process that serves at an address.
type service struct {
	Address string
	command func() *exec.Cmd
	cmd     *exec.Cmd
	ended   chan struct{}
	log     string // file
}

// Start starts it again and waits until it can be reached.
func (s *service) Start() error {
	log, err := os.OpenFile(s.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the process has its own
	s.cmd = s.command()
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if s.cmd.SysProcAttr == nil {
		s.cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	dieTogether(s.cmd.SysProcAttr)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	cmd, ended := s.cmd, make(chan struct{})
	s.ended = ended
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	return s.reached()
}

func (s *service) reached() error {
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", s.Address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-s.ended:
		default:
			if time.Now().Before(end) {
				continue
			}
		}
		text, _ := os.ReadFile(s.log)
		return fmt.Errorf("%s does not serve: %w\n%s", s.cmd.Path, err, text[max(0, len(text)-2000):])
	}
}

// stop sends a signal and waits until the process has ended.
func (s *service) stop(signal syscall.Signal) error {
	if err := s.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-s.ended
	return nil
}

// free returns an address that nobody listens at.
func free() (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// installed finds a program in the path or in one of some folders.
func installed(name string, folders ...string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		return path, nil
	}
	for _, pattern := range folders {
		found, _ := filepath.Glob(filepath.Join(pattern, name))
		if len(found) > 0 {
			return slices.Max(found), nil
		}
	}
	return "", fmt.Errorf("%s is not installed, which .ci/run cluster does: %w", name, err)
}

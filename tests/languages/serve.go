package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive/sample"
)

// secret is the value that the drivers give to the variable whose value an
// export leaves out.
const secret = "only-an-example"

// host is a running `ubiops-transfer serve`. Each tool has two projects: one
// with the sample and an empty one.
type host struct {
	root   string // the checkout
	dir    string // for whatever is made; the caller removes it
	url    string
	tokens map[string]string // by project
	cmd    *exec.Cmd
	log    bytes.Buffer
}

// serve builds and starts the command.
func serve(ctx context.Context, dir string, tools []tool) (*host, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return nil, fmt.Errorf("go list -m: %w", err)
	}
	h := &host{root: strings.TrimSpace(string(out)), dir: dir, tokens: make(map[string]string)}
	command := filepath.Join(dir, "ubiops-transfer")
	build := exec.CommandContext(ctx, "go", "build", "-o", command, "./api/cmd/ubiops-transfer")
	build.Dir = h.root
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	data, err := sample.Archive()
	if err != nil {
		return nil, err
	}
	given, tokens := filepath.Join(dir, "given.zip"), filepath.Join(dir, "tokens")
	args := []string{
		"serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--token-file", tokens,
		"--rate-limit", "0",
	}
	for _, t := range tools {
		args = append(args, "--project", t.source()+"="+given, "--project", t.target())
		h.tokens[t.source()], h.tokens[t.target()] = rand.Text(), rand.Text()
	}
	var lines string
	for project, token := range h.tokens {
		lines += project + " write " + token + "\n"
	}
	if err := errors.Join(os.WriteFile(given, data, 0o600), os.WriteFile(tokens, []byte(lines), 0o600)); err != nil {
		return nil, err
	}
	h.cmd = exec.Command(command, args...)
	h.cmd.Stderr = &h.log
	return h, h.start()
}

// start returns once the command has printed its URL.
func (h *host) start() error {
	stdout, err := h.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := h.cmd.Start(); err != nil {
		return err
	}
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if url, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			h.url = url
			return nil
		}
	}
	return fmt.Errorf("serve printed no URL: %w\n%s", errors.Join(h.cmd.Process.Kill(), h.cmd.Wait()), h.log.String())
}

func (h *host) stop() error {
	kill := time.AfterFunc(30*time.Second, func() { _ = h.cmd.Process.Kill() })
	defer kill.Stop()
	if err := errors.Join(h.cmd.Process.Signal(syscall.SIGTERM), h.cmd.Wait()); err != nil {
		return fmt.Errorf("serve: %w\n%s", err, h.log.String())
	}
	return nil
}

package browser

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// command is the file of the command, which is built once.
var command string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "browser-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
		command = filepath.Join(folder, "ubiops-transfer")
		build := exec.CommandContext(context.Background(), "go", "build", "-o", command, "./api/cmd/ubiops-transfer")
		build.Dir = filepath.Join("..", "..")
		if out, err := build.CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v: %s", err, out))
		}
		return m.Run()
	}())
}

// process is a running command.
type process struct {
	*testing.T
	cmd   *exec.Cmd
	lines chan string // of stdout
	ended chan struct{}

	mu     sync.Mutex
	output strings.Builder // of both streams
}

// start starts the command with more variables of the environment.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{T: t, cmd: exec.CommandContext(t.Context(), command, args...), lines: make(chan string, 1000), ended: make(chan struct{})}
	p.cmd.Env = append(append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir()), env...)
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = writer(p.say)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		defer close(p.lines)
		for scanner := bufio.NewScanner(stdout); scanner.Scan(); {
			p.say(scanner.Text() + "\n")
			p.lines <- scanner.Text()
		}
		_, _ = io.Copy(io.Discard, stdout) // a line that is too long
		_ = p.cmd.Wait()                   // exits tells
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		<-p.ended
		if t.Failed() {
			t.Logf("%s: %s\n%s", strings.Join(args, " "), p.cmd.ProcessState, p.said())
		}
	})
	return p
}

type writer func(text string)

func (w writer) Write(data []byte) (int, error) {
	w(string(data))
	return len(data), nil
}

func (p *process) say(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.output.WriteString(text)
}

// said returns what the command has printed so far.
func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// line returns what follows a prefix on the next line that has it.
func (p *process) line(prefix string) string {
	p.Helper()
	for line := range p.lines {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return rest
		}
	}
	p.Fatalf("it has printed no %q:\n%s", prefix, p.said())
	return ""
}

// exits waits for the end of the command.
func (p *process) exits(code int) {
	p.Helper()
	<-p.ended
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.Errorf("it exits with %d, want %d:\n%s", got, code, p.said())
	}
}

// server is a server of the command.
type server struct {
	*process
	origin string // http://127.0.0.1:PORT
	host   string // with the base path
	tokens map[string]string
}

// serve starts a server with projects, each NAME or NAME=ARCHIVE.
func serve(t *testing.T, projects ...string) *server {
	t.Helper()
	args := []string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--rate-limit", "0", "--log-level", "warn"}
	for _, project := range projects {
		args = append(args, "--project", project)
	}
	s := &server{process: start(t, nil, args...), tokens: map[string]string{}}
	for line := range s.lines {
		if host, ok := strings.CutPrefix(line, "serving "); ok {
			s.host = host
			s.origin, _, _ = strings.Cut(host, "/v2")
			return s
		}
		name, token, _ := strings.Cut(strings.TrimPrefix(line, "token for project "), ": ")
		s.tokens[name] = token
	}
	t.Fatalf("it does not serve:\n%s", s.said())
	return nil
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

// quote is a text as JavaScript writes it.
func quote(text string) string { return strconv.Quote(text) }

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// killable are the commands that continue after they were killed. Each prepares a
// place and returns its arguments.
var killable = map[string]func(t *testing.T, p *place) []string{
	"apply": func(t *testing.T, p *place) []string {
		p.exits(t, 0, "plan", p.zip, "-o", p.plan, "--report", "markdown="+filepath.Join(p.home, "report.md"))
		return []string{"apply", p.plan, p.zip}
	},
	"backup": func(_ *testing.T, p *place) []string {
		p.target = p.source
		return []string{"backup", "-o", filepath.Join(p.home, "backup.zip")}
	},
	"restore": func(_ *testing.T, p *place) []string {
		return []string{"restore", p.zip, "--yes", "--secret", "KEY=env:KEY"}
	},
	"copy": func(t *testing.T, p *place) []string {
		p.exits(t, 0, "profile", "add", "from", "--host", p.url, "-p", p.source, "--", "cat", filepath.Join(p.home, "source.token"))
		p.exits(t, 0, "profile", "add", "to", "--host", p.url, "-p", p.target, "--", "cat", filepath.Join(p.home, "target.token"))
		return []string{"copy", "--from", "from", "--to", "to", "--yes", "--secret", "KEY=env:KEY"}
	},
}

// continues runs a command that was killed to its end: the target has all of the
// archive by one import, or the backup is whole, and nothing else is left.
func (p *place) continues(t *testing.T, args []string) {
	t.Helper()
	p.clean(t)
	_, err := os.Stat(filepath.Join(p.home, "backup.zip"))
	if ended := err == nil && len(p.journal(t, "*.json")) == 0; !ended { // a backup that has ended is in its own way
		p.exits(t, 0, args...)
	}
	if args[0] == "backup" {
		p.exits(t, 0, "archive", "diff", args[2], p.zip, "--exit-code")
		p.holds(t, 0)
	} else {
		p.exits(t, 0, "plan", p.zip, "--packages", "--detailed-exitcode")
		p.holds(t, 1)
	}
	if p.server != nil && args[0] != "backup" {
		if got := p.server.Content(p.target).Content().EnvironmentVariables["KEY"].Value.Or(""); got != "planted-secret" {
			t.Errorf("the secret has arrived as %q", got)
		}
	}
	left := slices.DeleteFunc(p.journal(t, "*"), func(path string) bool { return filepath.Ext(path) == ".lock" })
	if len(left) > 0 {
		t.Errorf("the journal has %v", left)
	}
	if t.Failed() {
		t.Logf("the output of all commands:\n%s", p.output.String())
	}
}

// journal lists files of the journal.
func (p *place) journal(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(p.home, "ubiops-transfer", "journal", pattern))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// requestsOf counts the requests of a command that nothing happens to.
func requestsOf(t *testing.T, prepare func(*testing.T, *place) []string) int {
	t.Helper()
	p := newPlace(t)
	args := prepare(t, p)
	p.mu.Lock()
	p.requests = 0
	p.mu.Unlock()
	p.exits(t, 0, args...)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests
}

// killAt starts a command and kills it when its request n comes, or was carried
// out.
func (p *place) killAt(t *testing.T, n int, carriedOut bool, args []string) {
	t.Helper()
	started := make(chan *exec.Cmd, 1)
	p.mu.Lock()
	p.requests = 0
	p.interrupted = func(at int, _ http.ResponseWriter, r *http.Request, serve func()) {
		if at != n {
			serve()
			return
		}
		cmd := <-started
		if carriedOut {
			p.carryOut(t, r)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		panic(http.ErrAbortHandler)
	}
	p.mu.Unlock()
	cmd := p.start(t, args...)
	started <- cmd
	err := cmd.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.interrupted = nil
	if err == nil || p.requests < n {
		t.Fatalf("it was not killed: %d requests, error %v", p.requests, err)
	}
}

// places starts serve in a process of its own, with two projects for each of n
// places.
func places(t *testing.T, n int) []*place {
	t.Helper()
	zip := filepath.Join(t.TempDir(), "source.zip")
	if err := os.WriteFile(zip, content(t, models.Value("planted-secret")), 0o600); err != nil {
		t.Fatal(err)
	}
	return placesOf(t, zip, n)
}

// placesOf are places whose sources have an archive.
func placesOf(t *testing.T, zip string, n int) []*place {
	t.Helper()
	folder := t.TempDir()
	args := []string{"serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(folder, "data"), "--rate-limit", "0", "--log-level", "debug"}
	for i := range n {
		args = append(args, "--project", fmt.Sprintf("source-%d=%s", i, zip), "--project", fmt.Sprintf("target-%d", i))
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "TEST_RUNS_THE_COMMAND=1")
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tokens, host := map[string]string{}, ""
	for lines := bufio.NewScanner(out); host == "" && lines.Scan(); {
		if project, token, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "token for project "), ": "); ok {
			tokens[project] = token
		}
		if url, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			host, _, _ = strings.Cut(url, " ")
		}
	}
	t.Cleanup(func() {
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // it was killed
		if found := planted.Find(log.Bytes()); found != nil || log.Len() == 0 {
			t.Errorf("the log of %d bytes has %q", log.Len(), found)
		}
	})
	all := make([]*place, n)
	for i := range all {
		all[i] = newPlaceAt(t, host, fmt.Sprintf("source-%d", i), fmt.Sprintf("target-%d", i), tokens)
	}
	return all
}

package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// killable are the commands that continue after they were killed. Each prepares a
// place and returns its arguments.
var killable = map[string]func(t *testing.T, p *place) []string{
	"apply": func(t *testing.T, p *place) []string {
		p.exits(t, 0, "plan", p.zip, "-o", p.plan, "--report", "markdown="+filepath.Join(p.home, "report.md"))
		return []string{"apply", p.plan, p.zip}
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
// archive by one import, and nothing else is left.
func (p *place) continues(t *testing.T, args []string) {
	t.Helper()
	p.clean(t)
	p.exits(t, 0, args...)
	p.exits(t, 0, "plan", p.zip, "--packages", "--detailed-exitcode")
	p.holds(t, 1)
	for _, ext := range []string{"*.json", "*.zip", ".*.part"} {
		if left, err := filepath.Glob(filepath.Join(p.home, "ubiops-transfer", "journal", ext)); err != nil || len(left) > 0 {
			t.Errorf("the journal has %v, error %v", left, err)
		}
	}
	if t.Failed() {
		t.Logf("the output of all commands:\n%s", p.output.String())
	}
}

// kills is how often each command is killed at a random moment, from the
// environment. With it, commands are also killed both before and after each request
// was carried out, not by turns.
func kills(t *testing.T) (n int, all bool) {
	t.Helper()
	text, all := os.LookupEnv("KILLS")
	if !all {
		return 3, false
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n, true
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

func TestCommandsContinueAfterTheyWereKilledAtAnyRequest(t *testing.T) {
	t.Parallel()
	_, all := kills(t)
	for name, prepare := range killable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			last := requestsOf(t, prepare)
			if last < 12 {
				t.Fatalf("only %d requests", last)
			}
			for n := 1; n <= last; n++ {
				for _, carriedOut := range []bool{false, true} {
					if !all && (n%2 == 0) == carriedOut {
						continue
					}
					t.Run(fmt.Sprintf("request %d, carried out %t", n, carriedOut), func(t *testing.T) {
						t.Parallel()
						p := newPlace(t)
						args := prepare(t, p)
						p.killAt(t, n, carriedOut, args)
						p.continues(t, args)
					})
				}
			}
		})
	}
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
	folder := t.TempDir()
	zip := filepath.Join(folder, "source.zip")
	if err := os.WriteFile(zip, content(t, models.Value("planted-secret")), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(folder, "data"), "--rate-limit", "0", "--log-level", "error"}
	for i := range n {
		args = append(args, "--project", fmt.Sprintf("source-%d=%s", i, zip), "--project", fmt.Sprintf("target-%d", i))
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "TEST_RUNS_THE_COMMAND=1")
	cmd.Stderr = os.Stderr
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
	})
	all := make([]*place, n)
	for i := range all {
		all[i] = newPlaceAt(t, host, fmt.Sprintf("source-%d", i), fmt.Sprintf("target-%d", i), tokens)
	}
	return all
}

func TestCommandsContinueAfterTheyWereKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	rounds, _ := kills(t)
	for name, prepare := range killable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := places(t, rounds+1)
			args := prepare(t, all[0])
			start := time.Now()
			all[0].exits(t, 0, args...)
			took := time.Since(start)
			var mu sync.Mutex
			var killed []time.Duration
			t.Run("rounds", func(t *testing.T) {
				for _, p := range all[1:] {
					t.Run(p.target, func(t *testing.T) {
						t.Parallel()
						args, moment := prepare(t, p), rand.N(took)
						cmd := p.start(t, args...)
						timer := time.AfterFunc(moment, func() { _ = cmd.Process.Kill() }) // it may have ended
						if err := cmd.Wait(); err != nil {
							mu.Lock()
							killed = append(killed, moment.Round(time.Millisecond))
							mu.Unlock()
						}
						timer.Stop()
						p.continues(t, args)
					})
				}
			})
			t.Logf("of %v, killed after %v", took.Round(time.Millisecond), killed)
			if len(killed) < rounds/2 {
				t.Errorf("only %d of %d were killed", len(killed), rounds)
			}
		})
	}
}

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
			if last < 6 {
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

// While it runs, the same command does nothing.
func TestTheSameCommandDoesNotRunTwiceAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	args := killable["restore"](t, p)
	arrived := make(chan struct{})
	p.mu.Lock()
	p.interrupted = func(at int, _ http.ResponseWriter, _ *http.Request, serve func()) {
		if at == 5 {
			arrived <- struct{}{}
			<-arrived
		}
		serve()
	}
	p.mu.Unlock()
	cmd := p.start(t, args...)
	p.await(t, cmd, arrived)
	second := p.start(t, args...)
	err := second.Wait()
	close(arrived)
	if first := cmd.Wait(); first != nil || second.ProcessState.ExitCode() != 4 || !strings.Contains(p.output.String(), "the same command is running already: process ") {
		t.Errorf("the first ends with %v, the second with %v\n%s", first, err, p.output.String())
	}
	p.continues(t, args)
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

func TestCommandsContinueAfterTheyWereKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	rounds, _ := kills(t)
	for name, prepare := range killable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const tries = 3
			all := places(t, 1+tries*rounds)
			args := prepare(t, all[0])
			start := time.Now()
			all[0].exits(t, 0, args...)
			k := killer{took: time.Since(start)}
			t.Run("rounds", func(t *testing.T) {
				for round := range slices.Chunk(all[1:], tries) {
					t.Run(round[0].target, func(t *testing.T) {
						t.Parallel()
						for _, p := range round {
							args := prepare(t, p)
							if k.kills(t, p, args) {
								p.continues(t, args)
								return
							}
						}
					})
				}
			})
			t.Logf("of %v, killed after %v", k.took.Round(time.Millisecond), k.killed)
			if len(k.killed) < (rounds+1)/2 {
				t.Errorf("only %d of %d were killed", len(k.killed), rounds)
			}
		})
	}
}

// killer kills a command at random moments.
type killer struct {
	mu     sync.Mutex
	took   time.Duration // the least that it has taken by itself
	killed []time.Duration
}

// kills reports whether the command was killed before it has ended.
func (k *killer) kills(t *testing.T, p *place, args []string) bool {
	t.Helper()
	k.mu.Lock()
	moment := rand.N(k.took)
	k.mu.Unlock()
	start := time.Now()
	cmd := p.start(t, args...)
	timer := time.AfterFunc(moment, func() { _ = cmd.Process.Kill() }) // it may have ended
	defer timer.Stop()
	err := cmd.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil && cmd.ProcessState.ExitCode() >= 0 {
		t.Fatalf("%v: %v\n%s", args, err, p.output.String())
	}
	if err == nil {
		k.took = min(k.took, time.Since(start))
		return false
	}
	k.killed = append(k.killed, moment.Round(time.Millisecond))
	return true
}

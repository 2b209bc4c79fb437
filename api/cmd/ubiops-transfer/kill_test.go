package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

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

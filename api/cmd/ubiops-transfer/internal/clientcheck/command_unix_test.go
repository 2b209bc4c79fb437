//go:build unix

package clientcheck

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestACommandHasItsEnvironmentAndItsExitCode(t *testing.T) {
	t.Parallel()
	run, err := program([]string{"sh", "-c", `echo "$0 at $UBIOPS_API_HOST" >&2; exit 3`, "it"})
	if err != nil {
		t.Fatal(err)
	}
	end, err := run(t.Context(), []string{"UBIOPS_API_HOST=somewhere"})
	if err != nil || end.code != 3 || end.output != "it at somewhere\n" {
		t.Errorf("%+v, error %v", end, err)
	}
}

func TestOfLongOutputTheEndIsKept(t *testing.T) {
	t.Parallel()
	run, err := program([]string{"sh", "-c", "i=0; while [ $i -lt 999 ]; do i=$((i+1)); echo line $i; done"})
	if err != nil {
		t.Fatal(err)
	}
	end, err := run(t.Context(), nil)
	if err != nil || len(end.output) != tailSize || !strings.HasSuffix(end.output, "line 999\n") {
		t.Errorf("%+v, error %v", end, err)
	}
}

func TestACommandEndsWithAllThatItHasStarted(t *testing.T) {
	t.Parallel()
	run, err := program([]string{"sh", "-c", "sleep 60 & echo ready; wait"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	end, err := run(ctx, nil)
	if err != nil || end.code == 0 || time.Since(began) > 10*time.Second {
		t.Errorf("%+v, error %v", end, err)
	}
}

func TestWhatCannotBeRunIsAnError(t *testing.T) {
	t.Parallel()
	for _, command := range [][]string{nil, {""}, {"/no/such/program"}} {
		if _, err := Run(t.Context(), Options{Command: command, Timeout: time.Minute, Parallel: 1}); err == nil {
			t.Errorf("%q is run", command)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Options{Command: []string{"true"}, Timeout: time.Minute, Parallel: 1}); err == nil {
		t.Error("it is run although nobody wants to know")
	}
}

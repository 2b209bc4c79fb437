package models_test

import (
	"errors"
	"go/version"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// TestASettingThatLosesMembersDoesNotCompile builds the models with the
// experimental JSON package of the standard library. Before
// Go 1.27 it would drop unknown members without a word.
func TestASettingThatLosesMembersDoesNotCompile(t *testing.T) {
	t.Parallel()
	const guard = "GOEXPERIMENT_jsonv2_before_Go_1_27_loses_unknown_members"
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Fatalf("this test needs the go tool in PATH: %v", err)
	}
	build := exec.CommandContext(t.Context(), tool, "build", "../../gen/models")
	build.Env = append(os.Environ(), "GOEXPERIMENT=jsonv2", "GOFLAGS=-buildvcs=false")
	output, err := build.CombinedOutput()
	if version.Compare(runtime.Version(), "go1.27") >= 0 {
		if err != nil {
			t.Errorf("it no longer loses anything, but does not compile: %v\n%s", err, output)
		}
		return
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(string(output), guard) {
		t.Errorf("want a compile error that names %s, got %v\n%s", guard, err, output)
	}
}

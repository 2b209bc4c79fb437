package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// printedLine returns what the README prints after "go run ./api/cmd/ubiops-transfer"
// on its line for the subcommand.
func printedLine(t *testing.T, subcommand string) []string {
	t.Helper()
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(readme)) {
		args, ok := strings.CutPrefix(line, "go run ./api/cmd/ubiops-transfer ")
		if ok && strings.HasPrefix(args, subcommand+" ") {
			return strings.Fields(args)
		}
	}
	t.Fatalf("the README prints no %s", subcommand)
	return nil
}

func TestTheProgramOfTheREADMECompiles(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, program, _ := strings.Cut(string(readme), "```go\npackage main\n")
	program, _, ok := strings.Cut(program, "```")
	if !ok {
		t.Fatal("the README has no program")
	}
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte("package main\n"+program), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "go", "vet", file)
	c.Dir = "../../.."
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// Only the address and the data folder differ, since the test must not touch those
// of a user.
func TestTheServeLineOfTheREADMERunsAsPrinted(t *testing.T) {
	t.Parallel()
	c := exec.CommandContext(t.Context(), os.Args[0], printedLine(t, "serve")...)
	c.Dir = "../../.."
	c.Env = append(os.Environ(), "TEST_RUNS_THE_COMMAND=1", "UBIOPS_TRANSFER_LISTEN=127.0.0.1:0", "UBIOPS_TRANSFER_DATA="+t.TempDir())
	var log bytes.Buffer
	c.Stderr = &log
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for scanner := bufio.NewScanner(out); len(lines) < 4 && scanner.Scan(); {
		lines = append(lines, scanner.Text())
	}
	text := strings.Join(lines, "\n")
	for _, want := range []string{"token for project my-project: ", "documentation http://", "reviews http://", "serving http://"} {
		if !strings.Contains(text, want) {
			t.Errorf("it prints %q, without %q", text, want)
		}
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("it ends with %v; its log:\n%s", err, &log)
	}
}

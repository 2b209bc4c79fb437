package durability_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	_ "github.com/ubiops-contrib/transfer/api/server" // so that results are not cached past a change of it
)

// command is the path of the command, built once.
var command string

func TestMain(m *testing.M) {
	code, err := build(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func build(m *testing.M) (code int, err error) {
	sources, err := filepath.Glob("../../api/cmd/*/*/*.go")
	for _, source := range sources { // for the cache of results, too
		_, err = os.Stat(source)
	}
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "durability-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // what stays is in the temporary folder
	command = filepath.Join(dir, "ubiops-transfer.exe")
	out, err := exec.Command("go", "build", "-o", command, "github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer").CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("building the command: %w\n%s", err, out)
	}
	return m.Run(), nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

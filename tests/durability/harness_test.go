package durability_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ubiops-contrib/transfer/tests/cluster/services"

	_ "github.com/ubiops-contrib/transfer/api/server" // so that results are not cached past a change of it
)

// command is the path of the command, built once, and clusterCommand that of the
// server for several machines, built if its tests are asked for.
var command, clusterCommand string

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
	programs := map[string]*string{"ubiops-transfer": &command}
	if os.Getenv(services.Wanted) != "" {
		programs["ubiops-transfer-server"] = &clusterCommand
	}
	for name, path := range programs {
		*path = filepath.Join(dir, name+".exe")
		out, err := exec.Command("go", "build", "-o", *path, "github.com/ubiops-contrib/transfer/api/cmd/"+name).CombinedOutput()
		if err != nil {
			return 0, fmt.Errorf("building %s: %w\n%s", name, err, out)
		}
	}
	return m.Run(), nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

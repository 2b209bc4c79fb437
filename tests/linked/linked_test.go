// Package linked_test asserts what users of a part of this module pay for the rest
// of it.
package linked_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/ubiops-contrib/transfer/"

// linked returns the packages outside the standard library that a package links.
func linked(t *testing.T, name string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", module+name).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.Fields(string(out))
}

func TestATestOfAClientLinksNoDatabase(t *testing.T) {
	t.Parallel()
	const all, ours = 68, 22
	packages := linked(t, "api/apitest")
	own := 0
	for _, p := range packages {
		if strings.HasPrefix(p, module) || p+"/" == module {
			own++
		}
	}
	if len(packages) > all || own > ours {
		t.Errorf("it links %d packages, of them %d of this module; at most %d and %d:\n%s", len(packages), own, all, ours, strings.Join(packages, "\n"))
	}
}

func TestTheServerLinksNoDatabaseNoMetricsAndNoCloud(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"api/server", "api/apitest"} {
		for _, p := range linked(t, name) {
			for _, not := range []string{"modernc.org/", "riverqueue", "goose", "prometheus", "gocloud.dev", "google.golang.org", "aws", "server/local", "server/cluster", "jackc/pgx", "minio"} {
				if strings.Contains(p, not) {
					t.Errorf("%s links %s", name, p)
				}
			}
		}
	}
	if !slices.Contains(linked(t, "api/cmd/ubiops-transfer"), module+"api/server/local") {
		t.Error("the command does not link what is looked for: the names are others now")
	}
}

func TestOnlyTheServerForSeveralMachinesLinksWhatTheyNeed(t *testing.T) {
	t.Parallel()
	theirs := []string{"github.com/jackc/pgx", "github.com/minio/", "github.com/lib/pq", module + "api/server/cluster"}
	command, cluster := strings.Join(linked(t, "api/cmd/ubiops-transfer"), "\n"), strings.Join(linked(t, "api/cmd/ubiops-transfer-server"), "\n")
	for _, p := range theirs {
		if strings.Contains(command, p) {
			t.Errorf("the command links %s", p)
		}
		if !strings.Contains(cluster, p) {
			t.Errorf("the server does not link %s: the names are others now", p)
		}
	}
}

func TestTheBinaryOfATestIsSmall(t *testing.T) {
	t.Parallel()
	const most = 20_000_000
	binary := filepath.Join(t.TempDir(), "client.test")
	if out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", binary, module+"tests/linked/client").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > most {
		t.Errorf("it has %d bytes; at most %d", info.Size(), most)
	}
	t.Logf("%d bytes", info.Size())
}

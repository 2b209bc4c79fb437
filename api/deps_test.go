package api

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A program that imports only the client must not link the validator, a
// database driver, or the server.
func TestDependencies_onlyTheClientIsLinked(t *testing.T) {
	t.Parallel()
	const module = "github.com/ubiops-contrib/transfer/"
	want := []string{
		"github.com/apapsch/go-jsonmerge/v2",
		"github.com/go-json-experiment/json",
		"github.com/go-json-experiment/json/internal",
		"github.com/go-json-experiment/json/internal/jsonflags",
		"github.com/go-json-experiment/json/internal/jsonopts",
		"github.com/go-json-experiment/json/internal/jsonwire",
		"github.com/go-json-experiment/json/jsontext",
		"github.com/gofrs/flock",
		"github.com/google/uuid",
		"github.com/oapi-codegen/runtime",
		"github.com/oapi-codegen/runtime/types",
		module + "api",
		module + "api/internal/variables",
		module + "gen/client",
		module + "gen/models",
		"golang.org/x/sys/unix",
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", module+"api").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got := strings.Fields(string(out))
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("linked are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

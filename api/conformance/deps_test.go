package conformance

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// Whoever checks a server of his own links the client, the contract and its
// checker, and nothing of this project's server.
func TestDependencies_onlyTheClientAndTheContractAreLinked(t *testing.T) {
	t.Parallel()
	const module = "github.com/ubiops-contrib/transfer/"
	want := []string{"api", "api/conformance", "api/internal/contract", "api/internal/variables", "gen/client", "gen/models", "gen/spec"}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module+"api/conformance").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var got []string
	for _, name := range strings.Fields(string(out)) {
		if own, ok := strings.CutPrefix(name, module); ok {
			got = append(got, own)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("linked are %v, want %v", got, want)
	}
}

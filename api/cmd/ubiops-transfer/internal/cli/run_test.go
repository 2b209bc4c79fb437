package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestEveryCommandHasAnExample(t *testing.T) {
	t.Parallel()
	n := 0
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		n++
		if !strings.HasPrefix(cmd.Example, "  ") || !strings.Contains(cmd.Example, cmd.CommandPath()) {
			t.Errorf("%s: its example is %q", cmd.CommandPath(), cmd.Example)
		}
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	visit(rootCommand(&session{getenv: func(string) string { return "" }}))
	if n < 20 {
		t.Errorf("there are only %d commands", n)
	}
}

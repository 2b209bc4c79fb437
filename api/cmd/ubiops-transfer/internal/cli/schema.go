package cli

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/conformance"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// Each file is the JSON schema of what --format json and yaml of a command print.
// Members may be added to it, and are neither renamed nor removed.
//
//go:embed schema/*.json
var schemas embed.FS

func schemaCommand() *cobra.Command {
	files, err := fs.Glob(schemas, "schema/*.json")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	others := map[string]func() string{"plan": plan.Schema, "target": plan.OverridesSchema, "conformance-report": conformance.ReportSchema}
	names := slices.Collect(maps.Keys(others))
	for _, file := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(file, "schema/"), ".json"))
	}
	slices.Sort(names)
	return &cobra.Command{
		Use:       "schema NAME",
		Short:     "Print the JSON schema of what a command prints or reads",
		Long:      "schema prints the JSON schema of what --format json and yaml print, of plan files, and of\nthe files for --target. NAME is one of\n" + strings.Join(names, ", ") + ".",
		Example:   "  ubiops-transfer schema archive-diff",
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			if other, ok := others[args[0]]; ok {
				_, err := fmt.Fprint(cmd.OutOrStdout(), other())
				return err
			}
			text, err := schemas.ReadFile("schema/" + args[0] + ".json")
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), string(text))
			return err
		},
	}
}

package cli

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
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
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(strings.TrimPrefix(file, "schema/"), ".json")
	}
	return &cobra.Command{
		Use:       "schema NAME",
		Short:     "Print the JSON schema of what a command prints",
		Long:      "schema prints the JSON schema of what --format json and yaml print. NAME is one of\n" + strings.Join(names, ", ") + ".",
		Example:   "  ubiops-transfer schema archive-diff",
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := schemas.ReadFile("schema/" + args[0] + ".json")
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), string(text))
			return err
		},
	}
}

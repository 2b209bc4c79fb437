// Command ubiops-transfer-server serves the Imports & Exports API from several machines:
// it is what ubiops-transfer serve is, with PostgreSQL and an S3-compatible bucket.
package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/run"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/serve"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
)

const name = "ubiops-transfer-server"

func main() { run.Main(name, command, exitCode) }

// exitCode is 130 for what was interrupted, and else 1.
func exitCode(err error) int {
	if errors.Is(err, context.Canceled) {
		return 130
	}
	return 1
}

// command runs the program.
func command(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	root := &cobra.Command{
		Use:           name,
		Short:         "Serve the Imports & Exports API from several machines",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(serve.Command(name, getenv, &shared{}), migrateCommand(getenv)) //nolint:contextcheck // cobra hands the context on
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(settings.Printable{Writer: stdout})
	root.SetErr(settings.Printable{Writer: stderr})
	if err := root.ExecuteContext(ctx); err != nil {
		return settings.PrintableError{Err: err}
	}
	return nil
}

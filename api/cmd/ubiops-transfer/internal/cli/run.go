// Package cli is the command ubiops-transfer: one file for each subcommand.
package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/serve"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
)

// Run runs the command with the arguments that follow its name, until it is
// done or ctx ends. Variables of the environment come from getenv. Every error
// is one or two lines for people; [ExitCode] says what to exit with.
func Run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	root := rootCommand(&session{getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr}) //nolint:contextcheck // cobra hands the context on
	args, err := rewritten(root, args)
	if err != nil {
		return settings.PrintableError{Err: err}
	}
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		return settings.PrintableError{Err: explained(err)}
	}
	return nil
}

func rootCommand(s *session) *cobra.Command {
	root := &cobra.Command{
		Use:   "ubiops-transfer",
		Short: "Move the contents of UbiOps projects",
		Long: "ubiops-transfer moves deployments, pipelines, environments and variables\n" +
			"between UbiOps projects. It is not affiliated with UbiOps.",
		Example: "  ubiops-transfer demo\n" +
			"  ubiops-transfer profile add --from-ubiops\n" +
			"  ubiops-transfer exports create --all --wait",
		SilenceErrors: true,
		SilenceUsage:  true,

		DisableSuggestions: true, // they make several lines of an error
	}
	root.AddCommand(applyCommand(s), archiveCommand(s), backupCommand(s), conformanceCommand(s), copyCommand(s), demoCommand(), docsCommand(), doctorCommand(s), exportsCommand(s),
		importsCommand(s), journalCommand(), planCommand(s), profileCommand(s), restoreCommand(s), reviewCommand(s), schemaCommand(), secretsCommand(s), serve.Command("ubiops-transfer", s.getenv, nil, serve.Beside{Name: "reviews", Is: "has the reviews of imports that wait", Path: reviewPath, New: reviews}))
	root.SetOut(settings.Printable{Writer: s.stdout})
	root.SetErr(settings.Printable{Writer: s.stderr})
	return root
}

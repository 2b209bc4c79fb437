// Package cli is the command ubiops-transfer: one file for each subcommand.
package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

// Run runs the command with the arguments that follow its name, until it is
// done or ctx ends. Variables of the environment come from getenv. Every error
// is one or two lines for people; [ExitCode] says what to exit with.
func Run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	s := &session{getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr}
	root := &cobra.Command{
		Use:   "ubiops-transfer",
		Short: "Move the contents of UbiOps projects",
		Long: "ubiops-transfer moves deployments, pipelines, environments and variables\n" +
			"between UbiOps projects. It is not affiliated with UbiOps.",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	//nolint:contextcheck // cobra hands the context on
	root.AddCommand(archiveCommand(s), conformanceCommand(s), demoCommand(), doctorCommand(s), exportsCommand(s), importsCommand(s), profileCommand(s), schemaCommand(), serveCommand(getenv))
	if len(args) > 1 {
		if cmd, _, err := root.Find(args[:2]); err == nil && cmd.HasParent() && officialGroups[cmd.Parent().Name()] {
			rest, err := officialArgs(cmd.Flags(), args[2:])
			if err != nil {
				return printableError{usage(err)}
			}
			args = append(args[:2:2], rest...)
		}
	}
	root.SetArgs(args)
	root.SetOut(printable{stdout})
	root.SetErr(printable{stderr})
	if err := root.ExecuteContext(ctx); err != nil {
		return printableError{explained(err)}
	}
	return nil
}

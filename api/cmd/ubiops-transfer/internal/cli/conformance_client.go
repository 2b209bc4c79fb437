package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/clientcheck"
)

func conformanceClientCommand() *cobra.Command {
	var format reportFormat
	var opts clientcheck.Options
	cmd := &cobra.Command{
		Use:   "client [flags] -- COMMAND [ARGUMENT...]",
		Short: "Check whether a client keeps the contract",
		Long: "client runs COMMAND again and again, each time against a new server on this\n" +
			"machine: first one that does everything right, then others that lose a response,\n" +
			"limit the rate, cut a download, and so on. It reports for each operation what was\n" +
			"sent, what broke the contract, and how COMMAND came through.\n\n" +
			"COMMAND is a program or script that uses the client, does the operations that\n" +
			"matter, and exits with 0 only if all went well. In its environment are\n\n" +
			"  UBIOPS_API_HOST, UBIOPS_API_TOKEN  where the server is, as the official tools read it\n" +
			"  UBIOPS_PROJECT                     a project with a few objects\n" +
			"  UBIOPS_ARCHIVE                     an archive that can be imported into it\n" +
			"  TMPDIR                             a folder for files, new for each run\n\n" +
			"Operations that COMMAND never does are skipped.",
		Example: "  ubiops-transfer conformance client -- python move.py",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Command = args
			report, err := clientcheck.Run(cmd.Context(), opts)
			if err != nil {
				return err
			}
			return format.print(cmd.OutOrStdout(), report)
		},
	}
	cmd.Flags().SetInterspersed(false) // what follows COMMAND is its own
	settings.Flag(cmd, &opts.Timeout, "timeout", time.Minute.String(), "duration", "how long one run may take", settings.PositiveDuration)
	settings.Flag(cmd, &opts.Parallel, "parallel", "1", "number", "how many runs go on at once", settings.AtLeast(1))
	format.define(cmd)
	return cmd
}

package cli

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/conformance"
)

func conformanceCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use: "conformance", Short: "Check whether a server or a client keeps the contract",
		Example: "  ubiops-transfer conformance server --host http://localhost:8080/v2.1 --project conformance",
	}
	cmd.AddCommand(conformanceServerCommand(s), conformanceClientCommand())
	return cmd
}

// reportFormat is how a report is printed.
type reportFormat string

func (f *reportFormat) define(cmd *cobra.Command) {
	formatFlag(cmd, (*string)(f), "text", "json", "junit")
}

// print prints a report. Its error is that of the report, if nothing else fails.
func (f *reportFormat) print(out io.Writer, report *conformance.Report) error {
	write := report.WriteText
	switch *f {
	case "json":
		write = report.WriteJSON
	case "junit":
		write = report.WriteJUnit
	}
	if err := write(out); err != nil {
		return err
	}
	return report.Err()
}

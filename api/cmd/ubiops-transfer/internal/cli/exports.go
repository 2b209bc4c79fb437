package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func exportsCommand(s *session) *cobra.Command {
	cmd := &cobra.Command{Use: "exports", Short: "Manage the exports of a project"}
	cmd.AddCommand(exportsListCommand(s))
	return cmd
}

func exportsListCommand(s *session) *cobra.Command {
	var to access
	var status, format string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the exports of a project, the newest first",
		Example: "  ubiops-transfer exports list --status completed",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, project, err := to.open(s)
			if err != nil {
				return err
			}
			list, err := client.Project(project).Exports.List(cmd.Context(), api.ExportsIn(models.ExportStatus(status)))
			if err != nil {
				return err
			}
			return printAs(cmd.OutOrStdout(), format, list, func(w io.Writer) {
				for _, e := range list {
					fmt.Fprintf(w, "%s\t%s\n", e.ID, e.Status)
				}
			})
		},
	}
	to.define(cmd)
	cmd.Flags().StringVar(&status, "status", "", "list only those in this status")
	formatFlag(cmd, &format, "table", "json")
	return cmd
}

package cli

import (
	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func exportsCommand(s *session) *cobra.Command {
	return officialGroup("exports", "Manage the exports of a project",
		exportJob.listCommand(s), exportJob.getCommand(s), exportsCreateCommand(s), exportJob.deleteCommand(s),
		exportJob.downloadCommand(s), exportJob.waitCommand(s))
}

func exportsCreateCommand(s *session) *cobra.Command {
	var to access
	var path, description, format string
	var all, packages, wait bool
	cmd := to.command("create", "Create an export of what a file selects, or of everything",
		"  ubiops-transfer exports create --all --wait\n"+
			"  echo 'deployments: {d: {versions: {v1: {}}}}' | ubiops-transfer exports create -f -", cobra.NoArgs,
		func(cmd *cobra.Command, _ []string) error {
			if err := oneSource(cmd, "yaml_file", "all"); err != nil {
				return err
			}
			p, _, err := to.openProject(cmd, s)
			if err != nil {
				return err
			}
			var named models.ExportCreate
			if !all {
				if err := s.readSelection(cmd, path, exportJob.optional, &named); err != nil {
					return err
				}
			}
			selection := api.Select(named)
			if all {
				selection = api.Everything()
			}
			if cmd.Flags().Changed("description") {
				selection = selection.WithDescription(description)
			}
			if !packages {
				selection = selection.WithoutPackages()
			}
			export, err := p.Exports.Create(cmd.Context(), selection)
			if err != nil {
				return err
			}
			until := ""
			if wait {
				until = completed
			}
			return exportJob.created(cmd, s, p, export, export.ID, until, format)
		})
	cmd.Flags().StringVarP(&path, "yaml_file", "f", "", "YAML file with the objects to export; - for stdin")
	cmd.Flags().BoolVar(&all, "all", false, "export everything")
	cmd.Flags().BoolVar(&packages, "packages", true, "take the code packages of versions along")
	cmd.Flags().StringVar(&description, "description", "", "a note to keep with the export")
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the export is completed")
	formatFlag(cmd, &format, rowFormat, yamlFormat, jsonFormat)
	return cmd
}

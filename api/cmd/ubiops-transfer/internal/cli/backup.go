package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/serve"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// globFlags choose objects of a project by patterns.
func globFlags(cmd *cobra.Command, into *plan.Globs) {
	for name, patterns := range map[string]*[]string{
		"deployment": &into.Deployments, "pipeline": &into.Pipelines, "environment": &into.Environments,
		"service": &into.Services, "variable": &into.Variables,
	} {
		cmd.Flags().StringArrayVar(patterns, name, nil, "take only each "+name+" that matches, and what it needs; * stands for anything")
	}
}

func chosen(g plan.Globs) bool {
	return len(g.Deployments)+len(g.Pipelines)+len(g.Environments)+len(g.Services)+len(g.Variables) > 0
}

func backupCommand(s *session) *cobra.Command {
	var from access
	var path string
	var keep bool
	globs, included := plan.Globs{}, true
	cmd := from.command("backup", "Take a project, or a part of it, into a file",
		"  ubiops-transfer backup -o project.zip\n"+
			"  ubiops-transfer backup --pipeline 'fraud-*' -o fraud.zip", cobra.NoArgs,
		func(cmd *cobra.Command, _ []string) error {
			p, project, err := from.openProject(cmd, s)
			if err != nil {
				return err
			}
			path := cmp.Or(path, fmt.Sprintf("%s_%s.zip", filepath.Base(project), time.Now().Format("2006-01-02_15-04-05")))
			if _, err := os.Lstat(path); err == nil {
				return exitWith(exitRefused, fmt.Errorf("%s exists already", path))
			}
			selection, err := s.selection(cmd, p, globs, included, "ubiops-transfer backup")
			if err != nil {
				return err
			}
			created, err := p.Exports.Create(cmd.Context(), selection.WithDescription("ubiops-transfer backup"))
			if err != nil {
				return err
			}
			if err := s.fetchExport(cmd.Context(), p, created.ID, path); err != nil {
				return leaving(err, "'ubiops-transfer exports download "+created.ID+" -o "+path+"' continues")
			}
			if err := s.checkBackup(cmd, path); err != nil {
				return leaving(err, "The export "+created.ID+" was kept")
			}
			if !keep {
				return deleteExport(cmd.Context(), p, created.ID, nil)
			}
			return nil
		})
	cmd.Long = "backup exports everything in a project, or what the patterns choose with what that\n" +
		"needs, waits, downloads the archive, checks every byte of it, and deletes the export."
	cmd.Flags().StringVarP(&path, "output", "o", "", "file to write, which must not exist (default the project and the time)")
	cmd.Flags().BoolVar(&keep, "keep-export", false, "leave the export on the host")
	cmd.Flags().BoolVar(&included, "include-values", true, "take the values of variables that are not secret")
	globFlags(cmd, &globs)
	cmd.AddCommand(backupVerifyCommand(s))
	return cmd
}

// selection is what globs choose out of a project, after it has listed that and why.
func (s *session) selection(cmd *cobra.Command, p api.Project, globs plan.Globs, included bool, note string) (api.Selection, error) {
	if included && !chosen(globs) {
		return api.Everything(), nil
	}
	content, err := s.projectContent(cmd.Context(), p, note)
	if err != nil {
		return api.Selection{}, err
	}
	taken := plan.IncludeValues
	if !included {
		taken = plan.LeaveValues
	}
	selection, needed, err := plan.Choose(content, globs, taken)
	if err != nil {
		return api.Selection{}, exitWith(exitRefused, settings.OneLine(err))
	}
	part, err := plan.Select(content, selection)
	if err != nil {
		return api.Selection{}, err
	}
	for _, item := range plan.Items(part) {
		fmt.Fprintln(cmd.OutOrStdout(), item)
	}
	for _, dependency := range needed {
		fmt.Fprintln(cmd.OutOrStdout(), dependency)
	}
	return api.Select(selection), nil
}

// checkBackup reads all of an archive and says what is in it, and what is not.
func (s *session) checkBackup(cmd *cobra.Command, path string) error {
	return s.accepted(cmd, path, func(in *input) error {
		if err := in.verify(cmd); err != nil {
			return refused(path, err)
		}
		content := in.Content()
		if serve.IsEmpty(content) {
			return fmt.Errorf("%s: nothing is in it", path)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %s; every byte was checked\n", path, count(content))
		fmt.Fprintf(cmd.OutOrStdout(), "not in it: the values of %s, permissions, schedules, requests and their results, logs, files in buckets\n",
			many(len(plan.Needs(content)), "variable"))
		return nil
	})
}

// verify reads all of a ZIP file.
func (in *input) verify(cmd *cobra.Command) error {
	if in.zip == nil {
		return errors.New("it is not a ZIP file")
	}
	info, err := in.zip.Stat()
	if err != nil {
		return err
	}
	return archive.Verify(cmd.Context(), in.zip, info.Size(), archive.OnWarning(func(*archive.Finding) {})) // openZip has warned
}

func backupVerifyCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "verify FILE",
		Short: "Check every byte of a backup",
		Long: "verify reads all of a backup, offline. It proves that the file is whole and that the\n" +
			"archive is valid; not that the platform would accept it today.",
		Example: "  ubiops-transfer backup verify project.zip",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return s.checkBackup(cmd, args[0]) },
	}
}

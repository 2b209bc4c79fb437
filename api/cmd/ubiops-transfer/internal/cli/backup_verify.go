package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
)

func backupVerifyCommand(s *session) *cobra.Command {
	var restores bool
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check every byte of a backup, or restore it for a try",
		Long: "verify reads all of a backup, offline. It proves that the file is whole and that the\n" +
			"archive is valid; not that the platform would accept it today.\n\n" +
			"With --drill the archive is imported into a server in this process, with placeholders for\n" +
			"the values that it lacks, exported again and compared, packages too. It proves that all of\n" +
			"it comes back by the documented API; not that the platform accepts each setting, nor that\n" +
			"the code runs. It exits with 3 if something comes back differently.",
		Example: "  ubiops-transfer backup verify project.zip --drill",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := s.checkBackup(cmd, args[0], args[0]); err != nil || !restores {
				return err
			}
			return s.accepted(cmd, args[0], func(in *input) error { return s.drill(cmd, args[0], in) })
		},
	}
	cmd.Flags().BoolVar(&restores, "drill", false, "restore it into a server in this process, and compare")
	return cmd
}

// drill restores an archive into a server of its own and compares what comes back.
// Nothing but the documents is in memory.
func (s *session) drill(cmd *cobra.Command, path string, in *input) (err error) {
	ctx := cmd.Context()
	box, err := openSandbox(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, box.close()) }()
	project, err := box.project(ctx, "drill")
	if err != nil {
		return err
	}
	placeholder := api.Fill(func(string, string) (string, bool) { return "placeholder", true })
	wanted := in.Content()
	missing := len(plan.Needs(wanted))
	if err := placeholder(&wanted); err != nil {
		return err
	}
	if _, err := project.Imports.Run(ctx, api.FromFile(path), api.Accept(placeholder)); err != nil {
		return fmt.Errorf("%s does not come back: %w", path, err)
	}
	folder, err := os.MkdirTemp("", "ubiops-transfer-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	back, err := project.Exports.RunToFile(ctx, api.Everything(), filepath.Join(folder, "drill.zip"))
	if err != nil {
		return err
	}
	lines, values, err := s.cameBack(ctx, back.Path, in.Archive, wanted)
	if err != nil {
		return err
	}
	for _, line := range lines {
		fmt.Fprintln(cmd.OutOrStdout(), line)
	}
	if len(lines) > 0 {
		return exitWith(exitDifferent, fmt.Errorf("%s: %s came back differently", path, many(len(lines), "object or member")))
	}
	fmt.Fprintf(cmd.OutOrStdout(), "restored with %s, exported again, and compared: all of it came back, packages too\n", many(missing, "placeholder"))
	fmt.Fprintf(cmd.OutOrStdout(), "not proved: %s of secrets, that the platform accepts each setting, that the code runs\n", many(values, "value"))
	return nil
}

// cameBack compares what has come back with what was wanted, and counts the values
// that cannot be compared.
func (s *session) cameBack(ctx context.Context, path string, in *archive.Archive, wanted archive.Content) (lines []string, values int, err error) {
	err = s.withArchive(ctx, path, func(back *input, err error) error {
		if err != nil {
			return refused("what came back", err)
		}
		rows, err := plan.Compare(plan.Comparison{Target: back.Content(), Wanted: wanted, TargetArchive: back.Archive, WantedArchive: in})
		for _, row := range rows {
			if row.NotCompared == "value" {
				values++
			}
			if row.Class == plan.OnlyInTarget {
				lines = append(lines, row.String())
			}
		}
		lines = append(lines, deviations(rows, wanted)...)
		return err
	})
	return lines, values, err
}

package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

func copyCommand(s *session) *cobra.Command {
	from, to := access{alone: true}, access{alone: true}
	var parts chosenParts
	var how restoring
	cmd := &cobra.Command{
		Use:   "copy --from PROFILE --to PROFILE",
		Short: "Create in one project what another one has",
		Long: "copy is backup of the project of one profile and restore into that of another; see there.\n" +
			"The environment names neither. Until it is done, the archive is kept beside the journal: a\n" +
			"run that was killed is continued by the same command and makes no second import.",
		Example: "  ubiops-transfer copy --from test --to production --deployment 'fraud-*' --secret KEY=env:KEY",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := how.asks(s); err != nil {
				return err
			}
			source, err := s.projectReader(cmd, &from)
			if err != nil {
				return fmt.Errorf("--from: %w", err)
			}
			target, err := s.projectReader(cmd, &to)
			if err != nil {
				return fmt.Errorf("--to: %w", err)
			}
			if source.host == target.host && source.name == target.name {
				return exitWith(exitRefused, errors.New("both profiles lead to the same project"))
			}
			key, err := parts.key()
			if err != nil {
				return err
			}
			run, err := openRun("copy", target.host, target.name, source.host, source.name, key)
			if err != nil {
				return err
			}
			err = how.copy(source, target, run, &parts)
			return errors.Join(err, run.close())
		},
	}
	for name, a := range map[string]*access{"from": &from, "to": &to} {
		cmd.Flags().StringVar(&a.profile, name, "", "profile of the project that is copied "+name)
		if err := errors.Join(cmd.MarkFlagRequired(name), cmd.RegisterFlagCompletionFunc(name, completeProfiles)); err != nil {
			panic(err) // there is no such flag
		}
	}
	parts.define(cmd)
	how.define(cmd)
	return cmd
}

// copy takes an archive into the journal and restores that.
func (o *restoring) copy(source, target *projectReader, run *run, parts *chosenParts) error {
	if err := os.MkdirAll(run.folder(), 0o700); err != nil {
		return err
	}
	name, path := "project "+source.name, filepath.Join(run.folder(), "project.zip")
	if err := source.take(run, parts, name, path, false); err != nil {
		return err
	}
	return source.acceptedAs(source.cmd, name, path, func(in *input) error {
		given, err := o.values(target, in)
		if err != nil {
			return err
		}
		return given.mask(o.restore(target, run, in, given))
	})
}

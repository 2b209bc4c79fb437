package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/server/cluster"
)

func migrateCommand(getenv func(string) string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Make the tables of a database, or bring them up to date",
	}
	cmd.AddCommand(
		migration(getenv, "up", "Bring the tables up to date; stop replicas of an earlier version before", func(cmd *cobra.Command, database string) error {
			was, err := cluster.Migrate(cmd.Context(), database, nil)
			if err != nil {
				return err
			}
			if !was.Pending() {
				fmt.Fprintf(cmd.OutOrStdout(), "the tables are those of this version (%s)\n", version(was.Version, was.Jobs))
				return nil
			}
			fmt.Fprintf(cmd.OutOrStdout(), "migrated from %s to %s\n", version(was.Version, was.Jobs), version(was.Known, was.KnownJobs))
			return nil
		}),
		migration(getenv, "status", "Say which version the tables have; fails if they are not those of this program", func(cmd *cobra.Command, database string) error {
			is, err := cluster.Migrations(cmd.Context(), database)
			if err != nil {
				return err
			}
			if is.Pending() {
				return fmt.Errorf("%w: they are %s, and those of this version %s", cluster.ErrPending, version(is.Version, is.Jobs), version(is.Known, is.KnownJobs))
			}
			fmt.Fprintf(cmd.OutOrStdout(), "the tables are those of this version (%s)\n", version(is.Version, is.Jobs))
			return nil
		}),
	)
	return cmd
}

func version(ours, jobs int64) string { return fmt.Sprintf("version %d, jobs %d", ours, jobs) }

func migration(getenv func(string) string, use, short string, do func(cmd *cobra.Command, database string) error) *cobra.Command {
	var database string
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			from, err := settings.FromEnv(cmd, getenv)
			if err != nil {
				return settings.OneLine(err)
			}
			if database == "" {
				return fmt.Errorf("%s is not given", from.Of("database"))
			}
			if err := do(cmd, database); err != nil {
				return settings.OneLine(err)
			}
			return nil
		},
	}
	databaseFlag(cmd, &database)
	return cmd
}

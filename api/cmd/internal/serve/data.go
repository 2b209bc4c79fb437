package serve

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/server/local"
)

func dataFlag(cmd *cobra.Command, data *string) {
	cmd.Flags().StringVar(data, "data", "", "folder for the database, the key and archives (default ubiops-transfer in the\nuser's configuration folder)")
}

// completeData fills in the default.
func completeData(data *string) error {
	if *data != "" {
		return nil
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return fmt.Errorf("--data is not given, and there is no folder to take by default: %w", err)
	}
	*data = filepath.Join(folder, "ubiops-transfer")
	return nil
}

func dataBackupCommand(program string, getenv func(string) string) *cobra.Command {
	var data string
	cmd := &cobra.Command{
		Use:     "backup FOLDER",
		Short:   "Back up the data of serve while it runs",
		Example: "  " + program + " serve backup /mnt/backups/today",
		Long: "serve backup makes a new folder with all that serve has in its folder at this moment,\n" +
			"for serve --data. Archives are not copied if both are on one file system: move the\n" +
			"new folder to another disk then.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := settings.FromEnv(cmd, getenv); err != nil {
				return settings.OneLine(err)
			}
			if err := completeData(&data); err != nil {
				return err
			}
			if err := local.Backup(cmd.Context(), data, args[0]); err != nil {
				return settings.OneLine(err)
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s is a backup of %s\n", args[0], data)
			return err
		},
	}
	dataFlag(cmd, &data)
	return cmd
}

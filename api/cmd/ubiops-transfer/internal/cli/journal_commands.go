package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"
)

func journalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "Look at the runs of backup, restore, copy and apply that have not ended",
		Long: "A run of backup, restore, copy or apply that was killed is continued by the same\n" +
			"command. Until then the journal has it, without any value of a variable; that of copy\n" +
			"keeps the archive beside it.",
		Example: "  ubiops-transfer journal list",
	}
	cmd.AddCommand(journalListCommand(), journalForgetCommand())
	return cmd
}

// runLine is what journal list prints of a run; schema/journal.json describes it.
type runLine struct {
	Key     string    `json:"key"`
	Command string    `json:"command"`
	Host    string    `json:"host"`
	Project string    `json:"project"`
	Started time.Time `json:"started"`
	PID     int       `json:"pid"`
	Step    string    `json:"step"`
}

func (r *run) line() runLine {
	return runLine{r.Key, r.Command, r.Host, r.Project, r.Started, r.PID, r.step()}
}

func journalListCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the runs that have not ended",
		Example: "  ubiops-transfer journal list --format json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			folder, err := journalFolder()
			if err != nil {
				return err
			}
			paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
			if err != nil {
				return err
			}
			lines := []runLine{}
			for _, path := range paths {
				r, err := readRun(path)
				if errors.Is(err, fs.ErrNotExist) { // it has ended meanwhile
					continue
				} else if err != nil {
					return err
				}
				lines = append(lines, r.line())
			}
			slices.SortFunc(lines, func(a, b runLine) int { return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Key, b.Key)) })
			return printAs(cmd.OutOrStdout(), format, lines, func(w io.Writer) {
				fmt.Fprint(w, "KEY\tCOMMAND\tHOST\tPROJECT\tSTARTED\tPID\tSTEP\n")
				for _, l := range lines {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", cell(l.Key), cell(l.Command), cell(l.Host), cell(l.Project), l.Started.Format(time.RFC3339), l.PID, cell(l.Step))
				}
			})
		},
	}
	formatFlag(cmd, &format, "table", jsonFormat, yamlFormat)
	return cmd
}

func journalForgetCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "forget KEY",
		Short:   "Forget a run, so that the same command begins anew",
		Long:    "forget removes a run from the journal. What it has made on a host stays there.",
		Example: "  ubiops-transfer journal forget 0123456789abcdef",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			folder, err := journalFolder()
			if err != nil {
				return err
			}
			path := filepath.Join(folder, args[0]+".json")
			if _, err := os.Stat(path); err != nil || filepath.Base(path) != args[0]+".json" {
				return fmt.Errorf("there is no run %s; 'ubiops-transfer journal list' shows those that there are", args[0])
			}
			lock := flock.New(strings.TrimSuffix(path, ".json") + ".lock")
			if ok, err := lock.TryLock(); err != nil || !ok {
				return errors.Join(err, exitWith(exitRefused, errRunning))
			}
			r := &run{lock: lock, path: path} // it may be one that cannot be read
			r.forget()
			return r.close()
		},
	}
}

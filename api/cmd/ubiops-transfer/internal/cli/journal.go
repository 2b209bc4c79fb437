package cli

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/plan"
)

// run is what the journal knows of a run that changes a project, so that the same
// command continues after it was killed. It has no values of variables.
type run struct {
	Key     string    `json:"key"`
	ID      string    `json:"id"` // of this run alone
	Command string    `json:"command"`
	Host    string    `json:"host"`
	Project string    `json:"project"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`

	// Export is of what is taken, empty until it was created.
	Export  string    `json:"export,omitzero"`
	Archive plan.File `json:"archive,omitzero"`
	// Before are the imports that the project had before the upload, which has
	// begun if they are there.
	Before []string `json:"before,omitzero"`
	// Import is empty until the upload has ended.
	Import string     `json:"import,omitzero"`
	Plan   *plan.Plan `json:"plan,omitempty"` // what was agreed to

	lock    *flock.Flock
	path    string
	resumed bool // an earlier process has begun it
}

var errRunning = errors.New("the same command is running already")

func journalFolder() (string, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("there is no folder for the journal: %w", err)
	}
	return filepath.Join(folder, "ubiops-transfer", "journal"), nil
}

// openRun opens what the journal has of a run, or begins it. The key is made of
// what tells runs apart. Until it is closed no other process can open it: a lock of
// the system says so, which ends with its process. The process id and the time are
// for people.
func openRun(command, host, project string, parts ...string) (*run, error) {
	folder, err := journalFolder()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(strings.Join(append([]string{command, host, project}, parts...), "\x00")))
	r, err := lockRun(folder, hex.EncodeToString(sum[:8]))
	if err != nil {
		return nil, err
	}
	if r.resumed = r.ID != ""; !r.resumed {
		r.ID = strings.ToLower(rand.Text()[:16])
	}
	r.Command, r.Host, r.Project = command, host, project
	r.PID, r.Started = os.Getpid(), time.Now().UTC().Truncate(time.Second)
	if err := r.save(); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func lockRun(folder, key string) (*run, error) {
	path := filepath.Join(folder, key+".json")
	lock := flock.New(filepath.Join(folder, key+".lock"))
	ok, err := lock.TryLock()
	if err == nil && !ok {
		err = errRunning
		if other, readErr := readRun(path); readErr == nil && other.PID != 0 {
			err = fmt.Errorf("%w: process %d, since %s", errRunning, other.PID, other.Started.Format(time.RFC3339))
		}
		err = exitWith(exitRefused, err)
	}
	if err != nil {
		return nil, err
	}
	r, err := readRun(path)
	if errors.Is(err, fs.ErrNotExist) {
		r, err = &run{}, nil
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	r.Key, r.lock, r.path = key, lock, path
	return r, nil
}

func readRun(path string) (*run, error) {
	text, err := os.ReadFile(path) //nolint:gosec // G304: it is the user's own
	if err != nil {
		return nil, err
	}
	r := &run{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, leaving(fmt.Errorf("%s: %w", path, err), "'ubiops-transfer journal forget' removes it")
	}
	return r, nil
}

// save writes the run. It has to be saved before every step that cannot be taken
// back.
func (r *run) save() error {
	text, err := json.Marshal(r, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	return replaceFile(r.path, 0o600, func(w io.Writer) error { _, err := w.Write(append(text, '\n')); return err })
}

// archivePath is where a run keeps an archive until it is done.
func (r *run) archivePath() string { return strings.TrimSuffix(r.path, ".json") + ".zip" }

// note is the description of the exports that a run makes.
func (r *run) note() string { return "ubiops-transfer " + r.Command + " " + r.ID }

// close lets other processes have the run. One that has made nothing is forgotten.
func (r *run) close() (err error) {
	if !r.resumed && r.Export == "" && r.Before == nil && r.Import == "" {
		err = r.forget()
	}
	return errors.Join(err, r.lock.Close())
}

// forget removes the run, with its archive. The file of the lock stays, since a
// lock on a file that was removed keeps nobody out.
func (r *run) forget() error {
	var errs []error
	for _, path := range []string{r.archivePath(), r.path} {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// step is how far a run has come.
func (r *run) step() string {
	switch {
	case r.Import != "":
		return "import " + r.Import
	case r.Before != nil:
		return "uploading"
	case r.Export != "":
		return "export " + r.Export
	}
	return "preparing"
}

func journalCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "Look at the runs of restore and copy that have not ended",
		Long: "A run of restore or copy that was killed is continued by the same command. Until then\n" +
			"the journal has it, without any value of a variable.",
		Example: "  ubiops-transfer journal list",
	}
	cmd.AddCommand(journalListCommand(), journalForgetCommand())
	return cmd
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
			runs := []*run{}
			for _, path := range paths {
				r, err := readRun(path)
				if errors.Is(err, fs.ErrNotExist) { // it has ended meanwhile
					continue
				} else if err != nil {
					return err
				}
				runs = append(runs, r)
			}
			slices.SortFunc(runs, func(a, b *run) int { return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Key, b.Key)) })
			return printAs(cmd.OutOrStdout(), format, runs, func(w io.Writer) {
				fmt.Fprint(w, "KEY\tCOMMAND\tHOST\tPROJECT\tSTARTED\tPID\tSTEP\n")
				for _, r := range runs {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", cell(r.Key), cell(r.Command), cell(r.Host), cell(r.Project), r.Started.Format(time.RFC3339), r.PID, cell(r.step()))
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
			return errors.Join(r.forget(), r.close())
		},
	}
}

package cli

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofrs/flock"

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
	ended   bool
	again   string // how to continue, unless it is by the same command
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
	if err := os.WriteFile(r.unfinished(), append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(r.unfinished(), r.path)
}

// unfinished is what a process that is killed leaves of a save: one file, whose name
// is always the same.
func (r *run) unfinished() string { return r.path + ".new" }

// folder is where a run keeps an archive until it is done.
func (r *run) folder() string { return strings.TrimSuffix(r.path, ".json") }

// note is the description of the exports that a run makes.
func (r *run) note() string { return "ubiops-transfer " + r.Command + " " + r.ID }

// forget says that the run has ended. It is removed when nothing of it is open any
// more.
func (r *run) forget() { r.ended = true }

// close lets other processes have the run. One that has ended or has made nothing is
// removed, with its archive. The file of the lock stays, since a lock on a file that
// was removed keeps nobody out.
func (r *run) close() (err error) {
	if r.ended || !r.resumed && r.Export == "" && r.Before == nil && r.Import == "" {
		err = errors.Join(os.RemoveAll(r.folder()), os.RemoveAll(r.unfinished()))
		if removed := os.Remove(r.path); !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}
	return errors.Join(err, r.lock.Close())
}

// step is how far a run has come.
func (r *run) step() string {
	switch {
	case r.Import != "":
		return "import " + r.Import
	case r.Before != nil:
		return "uploading"
	case r.Export != "" && r.Archive.Size > 0:
		return "downloaded"
	case r.Export != "":
		return "export " + r.Export
	}
	return "preparing"
}

package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/sqlite"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/api/server/internal/store/storetest"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestDatabaseIsAStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, patient) })
}

func TestWhatIsWrittenIsThereAfterOpeningAgain(t *testing.T) {
	t.Parallel()
	options := sqlite.Options{Path: filepath.Join(t.TempDir(), "a ?#%41&b", "db"), Options: database.Options{Keeper: newKeeper(t), BusyTimeout: time.Minute}}
	d, err := sqlite.Open(t.Context(), options)
	must(t, err)
	mustUpdate(t, d,
		func(tx store.Tx) error { return tx.AddProject("p") },
		func(tx store.Tx) error { return tx.PutExport(store.Export{Project: "p", ID: "1"}) },
		func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: store.RunExport, Project: "p", ID: "1"}) })
	must(t, d.Close())
	for _, path := range []string{options.Path, options.Path + ".lock"} {
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
	}

	d = open(t, options)
	mustView(t, d, func(tx store.Tx) error {
		_, err := tx.Export("p", "1")
		return errors.Join(tx.Project("p"), err)
	})
	ctx, cancel := context.WithCancel(t.Context())
	must(t, d.Work(ctx, 1, func(ctx context.Context, job store.Job) error {
		defer cancel()
		if job.ID != "1" || job.Attempt != 1 {
			t.Errorf("job %+v", job)
		}
		_, err := d.Update(ctx, func(tx store.Tx) error { return tx.Finish(job) })
		return err
	}))
}

func TestARelativePathIsTheFileOfThatName(t *testing.T) {
	t.Chdir(t.TempDir())
	d, err := sqlite.Open(t.Context(), sqlite.Options{Path: "a%41?b", Options: database.Options{Keeper: newKeeper(t)}})
	must(t, err)
	mustUpdate(t, d, func(tx store.Tx) error { return tx.AddProject("p") })
	must(t, d.Close())
	info, err := os.Stat("a%41?b")
	must(t, err)
	if info.Size() == 0 {
		t.Error("the file is empty")
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	make := func(t *testing.T) sqlite.Options {
		options := sqlite.Options{Path: filepath.Join(t.TempDir(), "db"), Options: database.Options{Keeper: newKeeper(t)}}
		d, err := sqlite.Open(t.Context(), options)
		must(t, err)
		must(t, d.Close())
		return options
	}
	refused := func(t *testing.T, options sqlite.Options, want string) {
		t.Helper()
		d, err := sqlite.Open(t.Context(), options)
		if err == nil {
			d.Close()
			t.Fatal("no error")
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want %q in it", err, want)
		}
	}
	t.Run("another key, and then the right one", func(t *testing.T) {
		t.Parallel()
		options := make(t)
		wrong := options
		wrong.Keeper = newKeeper(t)
		refused(t, wrong, "the key is not the one")
		open(t, options)
	})
	t.Run("no key", func(t *testing.T) {
		t.Parallel()
		refused(t, sqlite.Options{Path: filepath.Join(t.TempDir(), "db")}, "no keeper")
	})
	t.Run("a database that is open", func(t *testing.T) {
		t.Parallel()
		options := make(t)
		open(t, options)
		refused(t, options, "open already")
	})
	t.Run("a database of a newer version", func(t *testing.T) {
		t.Parallel()
		options := make(t)
		db, err := sql.Open("sqlite", options.Path)
		must(t, err)
		_, err = db.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)")
		must(t, err)
		must(t, db.Close())
		refused(t, options, "newer version")
	})
	t.Run("a file that is not a database", func(t *testing.T) {
		t.Parallel()
		options := sqlite.Options{Path: filepath.Join(t.TempDir(), "db"), Options: database.Options{Keeper: newKeeper(t)}}
		must(t, os.WriteFile(options.Path, []byte(strings.Repeat("no database", 1000)), 0o600))
		refused(t, options, options.Path)
	})
	t.Run("a folder that cannot be made", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "file")
		must(t, os.WriteFile(file, nil, 0o600))
		refused(t, sqlite.Options{Path: filepath.Join(file, "db"), Options: database.Options{Keeper: newKeeper(t)}}, file)
	})
}

func TestAViewCannotChangeAnything(t *testing.T) {
	t.Parallel()
	d := open(t, patient)
	for i, change := range []func(store.Tx) error{
		func(tx store.Tx) error { return tx.AddProject("p") },
		func(tx store.Tx) error { return tx.PutExport(store.Export{ID: "1"}) },
		func(tx store.Tx) error { return tx.Enqueue(store.Job{ID: "1"}) },
	} {
		if err := d.View(t.Context(), change); err == nil {
			t.Errorf("change %d: no error", i)
		}
	}
}

func TestDescriptionsTellAbsentAndNullApart(t *testing.T) {
	t.Parallel()
	d := open(t, patient)
	mustUpdate(t, d, func(tx store.Tx) error {
		return tx.PutExport(store.Export{Project: "p", ID: "1", Selection: models.ExportCreate{Description: models.Null[string]()}})
	}, func(tx store.Tx) error { return tx.PutExport(store.Export{Project: "p", ID: "2"}) })
	mustView(t, d, func(tx store.Tx) error {
		exports, err := tx.Exports("p", "")
		must(t, err)
		if exports[0].Selection.Description.IsNull() || !exports[1].Selection.Description.IsNull() {
			t.Errorf("exports %+v", exports)
		}
		return nil
	})
}

type template struct {
	keeper *database.Keeper
	file   []byte
}

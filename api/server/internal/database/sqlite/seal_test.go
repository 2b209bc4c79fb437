package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/sqlite"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestNoFileHoldsAValueOfASecret(t *testing.T) {
	t.Parallel()
	const value, name = "kept-between-us", "name-of-a-variable"
	variables := map[string]models.EnvironmentVariable{name: {Value: models.Value(value)}}
	content := archive.Content{
		EnvironmentVariables: variables,
		Deployments:          map[string]models.Deployment{"d": {EnvironmentVariables: variables}},
		Services:             map[string]models.Service{"s": {Unknown: []byte(`{"password":"` + value + `"}`)}},
	}
	options := sqlite.Options{
		Path: filepath.Join(t.TempDir(), "db"),
		Options: database.Options{
			Keeper: newKeeper(t), BusyTimeout: time.Minute, RetryDelay: func(int) time.Duration { return time.Millisecond },
		},
	}
	d, err := sqlite.Open(t.Context(), options)
	must(t, err)
	mustUpdate(t, d,
		func(tx store.Tx) error { return tx.AddProject("p") },
		func(tx store.Tx) error { return tx.PutContent("p", content) },
		func(tx store.Tx) error { return tx.PutExport(store.Export{Project: "p", ID: "1", Snapshot: content}) },
		func(tx store.Tx) error {
			return tx.PutImport(store.Import{
				Project: "p", ID: "2", Link: "https://example.com/?signature=" + value, Scanned: content, Confirmed: content,
			})
		},
		func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: store.RunExport, Project: "p", ID: "1"}) })
	ctx, cancel := context.WithCancel(t.Context())
	must(t, d.Work(ctx, 1, func(ctx context.Context, job store.Job) error {
		switch job.Attempt {
		case 1:
			return errors.New(value)
		case 2:
			panic(value)
		}
		defer cancel()
		_, err := d.Update(ctx, func(tx store.Tx) error { return tx.Finish(job) })
		return err
	}))

	search := func(when, what string) (files []string) {
		entries, err := os.ReadDir(filepath.Dir(options.Path))
		must(t, err)
		for _, entry := range entries {
			data, err := os.ReadFile(filepath.Join(filepath.Dir(options.Path), entry.Name()))
			must(t, err)
			if bytes.Contains(data, []byte(what)) {
				files = append(files, entry.Name()+" "+when)
			}
		}
		return files
	}
	check := func(when string) {
		if files := search(when, value); len(files) > 0 {
			t.Errorf("the value is in %s", strings.Join(files, ", "))
		}
		if files := search(when, name); len(files) == 0 {
			t.Error("the name is in no file " + when + ": what is searched?")
		}
	}
	check("while it is open")
	must(t, d.Close())
	check("after it was closed")

	d = open(t, options)
	mustView(t, d, func(tx store.Tx) error {
		got, err := tx.Content("p")
		if v, _ := got.Deployments["d"].EnvironmentVariables[name].Value.Get(); v != value {
			t.Errorf("value %q", v)
		}
		return err
	})
}

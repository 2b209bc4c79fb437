package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/sqlite"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func BenchmarkOpen(b *testing.B) {
	options := sqlite.Options{Path: filepath.Join(b.TempDir(), "db"), Options: database.Options{Keeper: newKeeper(b)}}
	for b.Loop() {
		d, err := sqlite.Open(b.Context(), options)
		if err != nil {
			b.Fatal(err)
		}
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenNew(b *testing.B) {
	keeper, dir := newKeeper(b), b.TempDir()
	for i := 0; b.Loop(); i++ {
		d, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(dir, fmt.Sprint(i)), Options: database.Options{Keeper: keeper}})
		if err != nil {
			b.Fatal(err)
		}
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// One transaction that adds the packages of versions and the versions.
func BenchmarkPutContent(b *testing.B) {
	for _, size := range []struct{ deployments, versions int }{{1000, 10}, {10_000, 1}, {100, 10}} {
		b.Run(fmt.Sprintf("%dx%d", size.deployments, size.versions), func(b *testing.B) {
			d := open(b, sqlite.Options{})
			for round := 0; b.Loop(); round++ {
				project := fmt.Sprint("p", round)
				mustUpdate(b, d, func(tx store.Tx) error {
					content := archive.Content{Deployments: map[string]models.Deployment{}}
					for i := range size.deployments {
						deployment := newDeployment(i, 0)
						for v := range size.versions {
							key := fmt.Sprintf("%s-%d-%d", project, i, v)
							key, err := tx.AddBlob(store.Blob{Key: key, SHA256: key, Size: 1})
							if err != nil {
								return err
							}
							deployment.Versions[fmt.Sprint("v", v)] = newVersion(key)
						}
						content.Deployments[fmt.Sprint("deployment-", i)] = deployment
					}
					if err := tx.AddProject(project); err != nil {
						return err
					}
					return tx.PutContent(project, content)
				})
			}
		})
	}
}

func newDeployment(i, versions int) models.Deployment {
	structured := models.DataStructureStructured
	d := models.Deployment{
		Description: models.Value(fmt.Sprint("Deployment number ", i)),
		InputType:   &structured, OutputType: &structured,
		InputFields:  models.Value([]models.Field{{Name: "input", DataType: models.DataTypeString}}),
		OutputFields: models.Value([]models.Field{{Name: "output", DataType: models.DataTypeFile}}),
		Labels:       models.Value(map[string]string{"team": "a", "stage": "b"}),
		EnvironmentVariables: map[string]models.EnvironmentVariable{
			"TOKEN": {Value: models.Value("value")},
		},
		Versions: map[string]models.DeploymentVersion{},
	}
	for v := range versions {
		d.Versions[fmt.Sprint("v", v)] = newVersion("")
	}
	return d
}

func newVersion(zip string) models.DeploymentVersion {
	v := models.DeploymentVersion{
		Description: models.Value("A version"), Environment: models.Value("python3-12"),
		Labels: models.Value(map[string]string{"a": "b"}), Unknown: []byte(`{"new":1}`),
	}
	if zip != "" {
		v.Zip = models.Value(zip)
	}
	return v
}

func BenchmarkContent(b *testing.B) {
	d := open(b, sqlite.Options{})
	for _, n := range []int{100, 1000} {
		project := fmt.Sprint("p", n)
		content := archive.Content{Deployments: map[string]models.Deployment{}}
		for i := range n {
			content.Deployments[fmt.Sprint("d", i)] = newDeployment(i, 5)
		}
		mustUpdate(b, d, func(tx store.Tx) error { return tx.AddProject(project) },
			func(tx store.Tx) error { return tx.PutContent(project, content) })
		b.Run(fmt.Sprintf("%dx5", n), func(b *testing.B) {
			for b.Loop() {
				mustView(b, d, func(tx store.Tx) error {
					content, err := tx.Content(project)
					if len(content.Deployments) != n {
						b.Errorf("%d deployments", len(content.Deployments))
					}
					return err
				})
			}
		})
	}
}

func BenchmarkList(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		d := open(b, sqlite.Options{})
		mustUpdate(b, d, func(tx store.Tx) error {
			for i := range n {
				err := tx.PutExport(store.Export{
					Project: "p", ID: fmt.Sprintf("01890a5d-ac96-774b-bcce-%012d", i), Status: models.ExportStatusCompleted,
					By: "someone@example.com", Selection: models.ExportCreate{Description: models.Value("note")},
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		for _, status := range []models.ExportStatus{"", models.ExportStatusFailed} {
			b.Run(fmt.Sprintf("%d/%s", n, status), func(b *testing.B) {
				for b.Loop() {
					mustView(b, d, func(tx store.Tx) error {
						_, err := tx.Exports("p", status)
						return err
					})
				}
			})
		}
		b.Run(fmt.Sprintf("%d/stats", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := d.Stats(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRow(b *testing.B) {
	d := open(b, sqlite.Options{})
	mustUpdate(b, d, func(tx store.Tx) error { return tx.PutToken(store.Token{Project: "p"}) },
		func(tx store.Tx) error { return tx.PutExport(store.Export{Project: "p", ID: "1"}) })
	token := func(tx store.Tx) error {
		_, err := tx.Token(store.Hash{})
		return err
	}
	export := func(tx store.Tx) error {
		_, err := tx.Export("p", "1")
		return err
	}
	for name, f := range map[string]func(store.Tx) error{
		"nothing": func(store.Tx) error { return nil }, "token": token, "export": export,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				mustView(b, d, f)
			}
		})
	}
	b.Run("put", func(b *testing.B) {
		for b.Loop() {
			mustUpdate(b, d, func(tx store.Tx) error { return tx.PutExport(store.Export{Project: "p", ID: "2"}) })
		}
	})
}

// From the commit of an update to the start of its job.
func BenchmarkJob(b *testing.B) {
	d := open(b, sqlite.Options{})
	ctx, cancel := context.WithCancel(b.Context())
	started, done := make(chan struct{}), make(chan error)
	go func() {
		done <- d.Work(ctx, 1, func(context.Context, store.Job) error {
			started <- struct{}{}
			return nil
		})
	}()
	for b.Loop() {
		mustUpdate(b, d, func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: store.RunExport, ID: "1"}) })
		<-started
	}
	cancel()
	if err := <-done; err != nil {
		b.Error(err)
	}
}

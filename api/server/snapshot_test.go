package server_test

import (
	"context"
	"io"
	"maps"
	"slices"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// one is content of a deployment with a version, which has a package, and of
// the pipeline "pl", which refers to that version.
func one(deployment, version string) archive.Content {
	plain := models.DataStructurePlain
	return archive.Content{
		Deployments: map[string]models.Deployment{deployment: {
			InputType: &plain, OutputType: &plain,
			Versions: map[string]models.DeploymentVersion{version: {Zip: models.Value("d.zip")}},
		}},
		Pipelines: map[string]models.Pipeline{"pl": {
			InputType: &plain, OutputType: &plain,
			Versions: map[string]models.PipelineVersion{"v1": {Objects: models.Value([]models.PipelineObject{
				{Name: "o", ReferenceName: deployment, ReferenceVersion: models.Value(version)},
			})}},
		}},
	}
}

// What an import changes between the request for an export and its job is not in
// the export, and what it replaces stays until then.
func TestSnapshot_anExportIsTheProjectAsItWasWhenTheExportWasAskedFor(t *testing.T) {
	t.Parallel()
	for name, imported := range map[string]archive.Content{
		"other names":  one("new", "v1"),
		"same names":   one("d", "v1"),
		"fewer things": one("d", "v2"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			release := make(chan struct{})
			h := start(t, server.Options{OnConflict: plan.Overwrite, OnStep: func(ctx context.Context, job server.Job, do func() error) error {
				if job.Kind == "export" && job.Status == "pending" {
					select {
					case <-release:
					case <-ctx.Done():
						return ctx.Err()
					}
				}
				return do()
			}})
			h.load("p", one("d", "v1"))
			c := h.client("p")
			all, err := c.Project("p").Exports.Create(t.Context(), api.Everything())
			if err != nil {
				t.Fatal(err)
			}
			id := upload(t, c, "p", zipWith(t, imported, "another package"), api.SkipConfirmation()).ID
			waitImport(t, c, "p", id, models.ImportStatusCompleted)
			if err := c.Project("p").Imports.Delete(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			close(release)
			if _, err := c.Project("p").Exports.WaitCompleted(t.Context(), all.ID); err != nil {
				t.Fatal(err)
			}
			a := download(t, c, "p", all.ID)
			got := a.Content()
			if d := got.Deployments["d"].Versions; len(got.Deployments) != 1 || !slices.Equal(slices.Collect(maps.Keys(d)), []string{"v1"}) {
				t.Errorf("deployments %+v", got.Deployments)
			}
			if o := got.Pipelines["pl"].Versions["v1"].Objects.Or(nil); len(o) != 1 || o[0].ReferenceName != "d" {
				t.Errorf("pipelines %+v", got.Pipelines)
			}
			if text := packageText(t, a); text != "a package" {
				t.Errorf("the package is %q", text)
			}
		})
	}
}

// packageText returns the only package of an archive.
func packageText(t *testing.T, a *archive.Archive) string {
	t.Helper()
	packages := a.Packages()
	if len(packages) != 1 {
		t.Fatalf("packages %v", packages)
	}
	r, err := a.OpenPackage(packages[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

package server_test

import (
	"net/http"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestOverwrite_overwritingWhatAPipelineOfTheProjectNeedsIsRefused(t *testing.T) {
	t.Parallel()
	plain := models.DataStructurePlain
	deployment := func(version string) map[string]models.Deployment {
		return map[string]models.Deployment{"d": {InputType: &plain, OutputType: &plain,
			Versions: map[string]models.DeploymentVersion{version: {}}}}
	}
	h := start(t, server.Options{OnConflict: plan.Overwrite})
	h.load("p", archive.Content{
		Deployments: deployment("v1"),
		Pipelines: map[string]models.Pipeline{"pl": {InputType: &plain, OutputType: &plain,
			Versions: map[string]models.PipelineVersion{"v1": {Objects: models.Value([]models.PipelineObject{
				{Name: "o", ReferenceName: "d", ReferenceVersion: models.Value("v1")},
			})}}}},
	})
	c := h.client("p")
	id := upload(t, c, "p", zipOf(t, archive.Content{Deployments: deployment("v2")})).ID
	waitImport(t, c, "p", id, models.ImportStatusConfirmation)
	_, err := c.Project("p").Imports.Confirm(t.Context(), id, models.ImportUpdate{})
	wantStatus(t, err, http.StatusBadRequest, `/pipelines/pl/versions/v1/objects/o: deployment "d" has no version "v1"`)
}

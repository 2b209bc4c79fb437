package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

var dictionaries = []string{"deployments", "pipelines", "environments", "environment_variables", "services"}

// wantDictionaries looks at a detail as it is sent: whether every dictionary is
// there, and in its status. It returns them.
func (h *host) wantDictionaries(path, token string, status any, there bool) map[string]any {
	h.t.Helper()
	code, body := h.send("GET", path, token, "", "")
	var detail map[string]any
	if err := json.Unmarshal([]byte(body), &detail); err != nil || code != http.StatusOK {
		h.t.Fatalf("%d %s: %v", code, body, err)
	}
	if fmt.Sprint(detail["status"]) != fmt.Sprint(status) {
		h.t.Errorf("%s is %v instead of %v", path, detail["status"], status)
	}
	for _, name := range dictionaries {
		if _, ok := detail[name].(map[string]any); ok != there {
			h.t.Errorf("%v: %s is %v", status, name, detail[name])
		}
	}
	return detail
}

func TestDetails_theDetailOfAnExportAlwaysHasEveryDictionary(t *testing.T) {
	t.Parallel()
	enter := make(chan struct{})
	h := start(t, server.Options{OnStep: func(ctx context.Context, _ server.Job, do func() error) error {
		select {
		case <-enter:
			return do()
		case <-ctx.Done():
			return ctx.Err()
		}
	}})
	h.load("p", content)
	c := h.client("p")
	token := h.token("p", false)
	created, err := c.Project("p").Exports.Create(t.Context(), api.Select(models.ExportCreate{Deployments: map[string]models.DeploymentSelection{"d": {}}}))
	if err != nil {
		t.Fatal(err)
	}
	path := "/projects/p/exports/" + created.ID
	h.wantDictionaries(path, token, models.ExportStatusPending, true)
	close(enter)
	if _, err := c.Project("p").Exports.WaitCompleted(t.Context(), created.ID); err != nil {
		t.Fatal(err)
	}
	detail := h.wantDictionaries(path, token, models.ExportStatusCompleted, true)
	if got := fmt.Sprint(detail["deployments"], detail["services"]); got != "map[d:map[]] map[]" {
		t.Errorf("deployments and services are %s", got)
	}
}

func TestDetails_theDetailOfAnImportHasEveryDictionaryFromTheConfirmationOn(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan string), make(chan struct{})
	h := start(t, server.Options{OnStep: func(ctx context.Context, job server.Job, do func() error) error {
		select {
		case entered <- job.Status:
			<-leave
			return do()
		case <-ctx.Done():
			return ctx.Err()
		}
	}})
	c := h.client("p")
	token := h.token("p", false)
	zip := zipOf(t, archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{"TOP": {Value: models.Value("1")}}})
	id := upload(t, c, "p", zip).ID
	path := "/projects/p/imports/" + id
	step := func(there bool) {
		t.Helper()
		h.wantDictionaries(path, token, <-entered, there)
		leave <- struct{}{}
	}
	step(false) // pending
	step(false) // scanning
	waitImport(t, c, "p", id, models.ImportStatusConfirmation)
	h.wantDictionaries(path, token, models.ImportStatusConfirmation, true)
	if _, err := c.Project("p").Imports.Confirm(t.Context(), id, models.ImportUpdate{}); err != nil {
		t.Fatal(err)
	}
	step(true) // confirmation_pending
	step(true) // processing
	waitImport(t, c, "p", id, models.ImportStatusCompleted)
	h.wantDictionaries(path, token, models.ImportStatusCompleted, true)
}

// What the contract does not list may be new, so it is not refused.
func TestDetails_aValueThatIsOnNoListIsConfirmedAndKept(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	c := h.client("p")
	offered := archive.Content{
		Deployments: map[string]models.Deployment{"d": {
			InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain),
			Versions: map[string]models.DeploymentVersion{"v": {}},
		}},
		Pipelines: map[string]models.Pipeline{"p": {
			InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain),
			Versions: map[string]models.PipelineVersion{"v": {}},
		}},
	}
	zip := bytes.NewReader(zipOf(t, offered))
	created, err := c.Project("p").Imports.Create(t.Context(), api.FromReader(zip, zip.Size(), "a.zip"))
	if err != nil {
		t.Fatal(err)
	}
	waitImport(t, c, "p", created.ID, models.ImportStatusConfirmation)
	const update = `{
		"deployments": {"d": {"input_type": "semistructured", "input_fields": [{"name": "a", "data_type": "blob"}, {"name": "b", "data_type": "tensor"}],
			"versions": {"v": {"request_retention_mode": "forever", "scaling_strategy": "tidal"}}}},
		"pipelines": {"p": {"versions": {"v": {"objects": [
			{"name": "o", "reference_name": "nowhere", "reference_type": "agent", "reference_version": "v9"}]}}}}}`
	if status, body := h.send("PATCH", "/projects/p/imports/"+created.ID, h.token("p", true), "application/json", update); status != http.StatusOK {
		t.Fatal(status, body)
	}
	waitImport(t, c, "p", created.ID, models.ImportStatusCompleted)
	got, err := h.Content(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	d, v := got.Deployments["d"], got.Deployments["d"].Versions["v"]
	fields := d.InputFields.Or(nil)
	objects := got.Pipelines["p"].Versions["v"].Objects.Or(nil)
	if *d.InputType != "semistructured" || len(fields) != 2 || fields[0].DataType != "blob" || fields[1].DataType != "tensor" ||
		v.RequestRetentionMode.Or("") != "forever" || v.ScalingStrategy.Or("") != "tidal" || len(objects) != 1 || objects[0].ReferenceType.Or("") != "agent" {
		t.Errorf("%+v, %+v, %+v", d, v, objects)
	}
}

// A program decides by the status, so a filter has to be one of the list.
func TestDetails_aFilterByAStatusThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	token := h.token("p", false)
	for _, path := range []string{"/projects/p/exports?status=scanning", "/projects/p/imports?status=paused", "/projects/p/imports?status="} {
		if status, body := h.send("GET", path, token, "", ""); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

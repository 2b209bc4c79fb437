package server_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func errorAs(err error) (*api.Error, bool) { return errors.AsType[*api.Error](err) }

func TestExports_exportHoldsWhatWasSelectedAndNoSecret(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	h.load("p", content)
	c := h.client("p")
	detail := export(t, c, "p", api.Select(models.ExportCreate{
		Description: models.Value("a note"),
		Deployments: map[string]models.DeploymentSelection{"d": {
			Versions: map[string]models.VersionSelection{"v1": {}},
			EnvironmentVariables: map[string]models.VariableSelection{
				"KEY": {IncludeValue: new(true)}, "REGION": {IncludeValue: new(false)},
			},
		}},
	}))
	if detail.Description.Or("") != "a note" || detail.ExportedBy.Or("") != "tester" || len(detail.Deployments) != 1 {
		t.Errorf("detail %+v", detail)
	}
	a := download(t, c, "p", detail.ID)
	d := a.Content().Deployments["d"]
	if len(d.Versions) != 1 || len(a.Packages()) != 1 || len(a.Content().EnvironmentVariables) != 0 {
		t.Errorf("content %+v with %d packages", a.Content(), len(a.Packages()))
	}
	for name, v := range d.EnvironmentVariables {
		if value, ok := v.Value.Get(); ok {
			t.Errorf("%s has the value %q in the export", name, value)
		}
	}
	if !*d.EnvironmentVariables["KEY"].Secret {
		t.Error("KEY is not marked as secret")
	}
}

func TestExports_exportOfEverythingIgnoresTheSelection(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	h.load("p", content)
	c := h.client("p")
	selection := models.ExportCreate{Deployments: map[string]models.DeploymentSelection{"nope": {}}}
	resp, err := c.Raw().ExportsCreate(t.Context(), "p", &models.ExportsCreateParams{All: new(true), Packages: new(false)}, selection)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var created models.ExportList
	if err := json.NewDecoder(resp.Body).Decode(&created); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Project("p").Exports.WaitCompleted(t.Context(), created.ID); err != nil {
		t.Fatal(err)
	}
	a := download(t, c, "p", created.ID)
	if d := a.Content().Deployments["d"]; len(d.Versions) != 2 || d.EnvironmentVariables["REGION"].Value.Or("") != "eu" {
		t.Errorf("content %+v", a.Content())
	}
	if len(a.Packages()) != 0 {
		t.Errorf("%d packages", len(a.Packages()))
	}
}

func TestExports_exportOfNothingIsValid(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	c := h.client("p")
	detail := export(t, c, "p", api.Selection{})
	if content := download(t, c, "p", detail.ID).Content(); len(content.Deployments) != 0 {
		t.Errorf("content %+v", content)
	}
}

func TestExports_exportRefusesUnknownNames(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	_, err := h.client("p").Project("p").Exports.Create(t.Context(), api.Select(models.ExportCreate{
		Deployments:  map[string]models.DeploymentSelection{"nope": {}},
		Environments: map[string]models.EnvironmentSelection{"none": {}},
	}))
	wantStatus(t, err, http.StatusBadRequest, "/deployments/nope", "/environments/none")
}

func TestExports_areListedNewestFirstAndByStatus(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	c := h.client("p")
	first := export(t, c, "p", api.Selection{})
	second := export(t, c, "p", api.Selection{})
	list, err := c.Project("p").Exports.List(t.Context(), api.ExportsIn(models.ExportStatusCompleted))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].ID != second.ID || list[1].ID != first.ID {
		t.Errorf("list %+v", list)
	}
	if list, err = c.Project("p").Exports.List(t.Context(), api.ExportsIn(models.ExportStatusFailed)); err != nil || len(list) != 0 {
		t.Errorf("failed ones %+v, %v", list, err)
	}
}

func TestExports_deletedExportIsGone(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	c := h.client("p")
	detail := export(t, c, "p", api.Selection{})
	if err := c.Project("p").Exports.Delete(t.Context(), detail.ID); err != nil {
		t.Fatal(err)
	}
	_, err := c.Project("p").Exports.Get(t.Context(), detail.ID)
	wantStatus(t, err, http.StatusNotFound)
	_, err = c.Project("p").Exports.Download(t.Context(), detail.ID)
	wantStatus(t, err, http.StatusNotFound)
	wantStatus(t, c.Project("p").Exports.Delete(t.Context(), detail.ID), http.StatusNotFound)
}

func TestExports_tokensOpenTheirOwnProjectOnly(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	h.project("q")
	exports := "/projects/p/exports"
	for _, test := range []struct {
		name, method, path, token, body string
		want                            int
	}{
		{"none", "GET", exports, "", "", http.StatusUnauthorized},
		{"unknown", "GET", exports, "0000000000000000000000000000000000000000", "", http.StatusUnauthorized},
		{"of another project", "GET", exports, h.token("q", true), "", http.StatusNotFound},
		{"for a project that is not there", "GET", "/projects/r/exports", h.token("q", true), "", http.StatusNotFound},
		{"that reads may read", "GET", exports, h.token("p", false), "", http.StatusOK},
		{"that reads may not write", "POST", exports, h.token("p", false), "{}", http.StatusForbidden},
		{"that writes may write", "POST", exports, h.token("p", true), "{}", http.StatusCreated},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if status, body := h.send(test.method, test.path, test.token, "application/json", test.body); status != test.want {
				t.Errorf("status %d: %s; want %d", status, body, test.want)
			}
		})
	}
}

func TestExports_optionsThatMeanNothingAreRefused(t *testing.T) {
	t.Parallel()
	for _, opts := range []server.Options{{OnConflict: "maybe"}, {MaxArchive: -1}, {Workers: -1}} {
		if s, err := server.New(opts); err == nil {
			t.Errorf("%+v: no error", opts)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestExports_projectsAreCheckedWhenTheyAreAdded(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	for _, name := range []string{"", "p", "P", "1a", "a b", ".."} {
		if err := h.AddProject(t.Context(), name); err == nil {
			t.Errorf("project %q was added", name)
		}
	}
	if _, err := h.AddToken(t.Context(), "nope", "tester", true); err == nil {
		t.Error("a token for a project that is not there")
	}
}

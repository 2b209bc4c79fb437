package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestExports_createSendsTheSelection(t *testing.T) {
	t.Parallel()
	named := Select(models.ExportCreate{
		Deployments: map[string]models.DeploymentSelection{"d": {}},
		Description: models.Value("before the move"),
		Unknown:     []byte(`{"later":9007199254740993}`),
	})
	const body = `{"deployments":{"d":{}},"description":"before the move","later":9007199254740993}`
	for name, tc := range map[string]struct {
		selection Selection
		uri, body string
	}{
		"nothing":                     {Selection{}, "/projects/p/exports", "{}"},
		"named":                       {named, "/projects/p/exports", body},
		"named, without packages":     {named.WithoutPackages(), "/projects/p/exports?packages=false", body},
		"everything":                  {Everything(), "/projects/p/exports?all=true", "{}"},
		"everything with a note":      {Everything().WithDescription("nightly"), "/projects/p/exports?all=true", `{"description":"nightly"}`},
		"everything without packages": {Everything().WithoutPackages(), "/projects/p/exports?all=true&packages=false", "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, seen := recorded(t, http.StatusCreated, pendingJSON)
			export, err := c.Project("p").Exports.Create(t.Context(), tc.selection)
			if err != nil {
				t.Fatal(err)
			}
			if export.ID != "903ccd12-81d1-46e1-9ac9-b9d70af118de" || export.Status != models.ExportStatusPending || !export.Size.IsNull() {
				t.Errorf("export is %+v", export)
			}
			want := request{"POST", tc.uri, "application/json", tc.body}
			if *seen != want {
				t.Errorf("sent %+v, want %+v", *seen, want)
			}
		})
	}
}

func TestExports_createRefusesASelectionThatIsNotJSON(t *testing.T) {
	t.Parallel()
	c, seen := recorded(t, http.StatusCreated, pendingJSON)
	_, err := c.Project("p").Exports.Create(t.Context(), Select(models.ExportCreate{Unknown: []byte(`{"a":`)}))
	if err == nil || !strings.Contains(err.Error(), "encoding the selection") || seen.method != "" {
		t.Errorf("error %v, sent %+v", err, *seen)
	}
}

func TestExports_getListDelete(t *testing.T) {
	t.Parallel()
	c, seen := recorded(t, http.StatusOK, `{"id": "x", "status": "completed", "size": 28391, "new": [1]}`)
	export, err := c.Project("p").Exports.Get(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	if size, ok := export.Size.Get(); !ok || size != 28391 || string(export.Unknown) != `{"new":[1]}` {
		t.Errorf("export is %+v", export)
	}
	if want := (request{method: "GET", uri: "/projects/p/exports/x"}); *seen != want {
		t.Errorf("sent %+v, want %+v", *seen, want)
	}

	c, seen = recorded(t, http.StatusOK, `[{"id": "x", "status": "completed"}, {"id": "y", "status": "to come"}]`)
	for status, uri := range map[models.ExportStatus]string{
		"": "/projects/p/exports", models.ExportStatusCompleted: "/projects/p/exports?status=completed",
	} {
		list, err := c.Project("p").Exports.List(t.Context(), ExportsIn(status))
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != 2 || list[1].Status != "to come" || seen.uri != uri {
			t.Errorf("listed %+v by %+v", list, *seen)
		}
	}

	c, seen = recorded(t, http.StatusNoContent, "")
	if err := c.Project("p").Exports.Delete(t.Context(), "x"); err != nil {
		t.Error(err)
	}
	if want := (request{method: "DELETE", uri: "/projects/p/exports/x"}); *seen != want {
		t.Errorf("sent %+v, want %+v", *seen, want)
	}
}

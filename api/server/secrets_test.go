package server_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Members that no model names hold variables too, at the top of an object and in it.
func TestSecrets_ofMembersThatTheContractDoesNotNameAreNeitherShownNorExported(t *testing.T) {
	t.Parallel()
	const secret, other = "planted-secret", "shown-as-it-is"
	variables := jsontext.Value(`{"own_variables":[{"name":"K","value":"` + secret + `","secret":true,"default_value":"` + secret + `"},` +
		`{"name":"L","value":"` + other + `","secret":false}],"nested":{"deep":[{"name":"M","value":"` + secret + `","secret":true}]}}`)
	planted := archive.Content{
		Deployments: map[string]models.Deployment{"d": {
			InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain), Unknown: variables,
			Versions: map[string]models.DeploymentVersion{"v": {Unknown: variables}},
		}},
		Pipelines: map[string]models.Pipeline{"p": {
			InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain), Unknown: variables,
		}},
		Environments: map[string]models.Environment{"e": {Unknown: variables}},
		Services:     map[string]models.Service{"s": {Unknown: variables}},
	}
	const objects = 5
	zip := zipOf(t, planted)
	if n := bytes.Count(zip, []byte(secret)); n != 3*objects {
		t.Fatalf("the archive has the secret %d times", n)
	}

	h := start(t, server.Options{})
	c, reader := h.client("p"), h.token("p", false)
	created := upload(t, c, "p", zip)
	waitImport(t, c, "p", created.ID, models.ImportStatusConfirmation)
	clean := func(what, text string) {
		t.Helper()
		if n, m := strings.Count(text, secret), strings.Count(text, other); n != 0 || m != objects {
			t.Errorf("%s shows the secrets %d times, and what is none %d times instead of %d", what, n, m, objects)
		}
	}
	status, body := h.send(http.MethodGet, "/projects/p/imports/"+created.ID, reader, "", "")
	if status != http.StatusOK {
		t.Fatal(status, body)
	}
	clean("an import", body)
	status, body = h.send(http.MethodPatch, "/projects/p/imports/"+created.ID, h.token("p", true), "application/json", "{}")
	if status != http.StatusOK {
		t.Fatal(status, body)
	}
	if strings.Contains(body, secret) {
		t.Error("a confirmation shows a secret")
	}
	waitImport(t, c, "p", created.ID, models.ImportStatusCompleted)

	data := downloaded(t, c, "p", export(t, c, "p", api.Everything()).ID)
	clean("an export", string(data)) // whose documents are not compressed
}

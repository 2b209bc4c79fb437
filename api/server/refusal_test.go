package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// many returns names that do not contain each other.
func many(n int) map[string]models.Deployment {
	all := map[string]models.Deployment{}
	for i := range n {
		all[fmt.Sprintf("deployment-%05d", i)] = models.Deployment{InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain)}
	}
	return all
}

func wantNames(t *testing.T, body string, names map[string]models.Deployment) models.Error {
	t.Helper()
	var answer models.Error
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	for name := range names {
		if !strings.Contains(*answer.Detail, "/deployments/"+name+": ") {
			t.Fatalf("%s is not among the %d bytes of %q...", name, len(*answer.Detail), (*answer.Detail)[:200])
		}
	}
	return answer
}

func TestRefusal_aRefusalNamesEveryObject(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	token, names := h.token("p", true), many(1000)
	selection, err := json.Marshal(archive.Content{Deployments: names})
	if err != nil {
		t.Fatal(err)
	}
	status, body := h.send("POST", "/projects/p/exports", token, "application/json", string(selection))
	if answer := wantNames(t, body, names); status != http.StatusBadRequest || len(answer.Error) > 1000 || !strings.Contains(answer.Error, "/deployments/deployment-00000: ") {
		t.Errorf("%d %s", status, answer.Error)
	}
	h.load("p", archive.Content{Deployments: names})
	c := h.client("p")
	id := upload(t, c, "p", zipOf(t, archive.Content{Deployments: names})).ID
	waitImport(t, c, "p", id, models.ImportStatusConfirmation)
	status, body = h.send("PATCH", "/projects/p/imports/"+id, token, "application/json", "{}")
	if answer := wantNames(t, body, names); status != http.StatusConflict || len(answer.Error) > 1000 || !strings.Contains(answer.Error, "/deployments/deployment-00000: ") {
		t.Errorf("%d %s", status, answer.Error)
	}
}

func TestRefusal_aRefusalThatIsTooLongNamesWholeObjectsAndCountsTheOthers(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	selection, err := json.Marshal(archive.Content{Deployments: many(10_000)})
	if err != nil {
		t.Fatal(err)
	}
	status, body := h.send("POST", "/projects/p/exports", h.token("p", true), "application/json", string(selection))
	answer := wantNames(t, body, nil)
	reasons := strings.Split(*answer.Detail, "; ")
	last := len(reasons) - 1
	if status != http.StatusBadRequest || reasons[last] != fmt.Sprintf("and %d more", 10_000-last) || last < 4000 {
		t.Errorf("%d: %d reasons, the last %q", status, last, reasons[last])
	}
	for _, reason := range reasons[:last] {
		if !strings.HasSuffix(reason, ": is not in the project") {
			t.Errorf("a part of a reason: %q", reason)
		}
	}
}

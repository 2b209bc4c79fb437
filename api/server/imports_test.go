package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestImports_importCreatesWhatIsConfirmed(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	c := h.client("p")
	created := upload(t, c, "p", zipOf(t, content))
	if created.Status != models.ImportStatusPending || created.ImportedBy.Or("") != "tester" {
		t.Errorf("created %+v", created)
	}
	waiting := waitImport(t, c, "p", created.ID, models.ImportStatusConfirmation)
	if key := waiting.Deployments["d"].EnvironmentVariables["KEY"]; !key.Value.IsNull() {
		t.Errorf("the secret is shown as %+v", key)
	}
	confirmed, err := c.Project("p").Imports.Confirm(t.Context(), created.ID, models.ImportUpdate{
		Deployments: map[string]models.Deployment{"d": {
			Versions: map[string]models.DeploymentVersion{"v1": {Description: models.Value("moved")}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if confirmed.Status != models.ImportStatusConfirmationPending {
		t.Errorf("status %s right after the confirmation", confirmed.Status)
	}
	waitImport(t, c, "p", created.ID, models.ImportStatusCompleted)
	got, err := h.Content(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	d := got.Deployments["d"]
	if v := d.Versions["v1"]; len(d.Versions) != 1 || v.Description.Or("") != "moved" || v.Labels.Or(nil)["import"] != created.ID {
		t.Errorf("versions %+v", d.Versions)
	}
	if d.EnvironmentVariables["KEY"].Value.Or("") != "my-secret" || len(got.EnvironmentVariables) != 0 {
		t.Errorf("variables %+v and %+v", d.EnvironmentVariables, got.EnvironmentVariables)
	}
	_, err = c.Project("p").Imports.Confirm(t.Context(), created.ID, models.ImportUpdate{})
	wantStatus(t, err, http.StatusConflict, "completed")
}

func TestImports_importIsRefusedWithEveryReasonAndGoesOnWaiting(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	h.load("p", archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{"TOP": {Value: models.Value("0")}}})
	c := h.client("p")
	left := content
	left.Deployments = map[string]models.Deployment{"d": content.Deployments["d"]}
	d := left.Deployments["d"]
	d.EnvironmentVariables = map[string]models.EnvironmentVariable{"KEY": {Secret: new(true)}}
	left.Deployments["d"] = d
	id := upload(t, c, "p", zipOf(t, left)).ID
	waitImport(t, c, "p", id, models.ImportStatusConfirmation)

	_, err := c.Project("p").Imports.Confirm(t.Context(), id, models.ImportUpdate{})
	wantStatus(t, err, http.StatusBadRequest, "/deployments/d/environment_variables/KEY", "/environment_variables/TOP: exists")
	_, err = c.Project("p").Imports.Confirm(t.Context(), id, models.ImportUpdate{EnvironmentVariables: left.EnvironmentVariables})
	wantStatus(t, err, http.StatusConflict, "/environment_variables/TOP")

	d.EnvironmentVariables = map[string]models.EnvironmentVariable{"KEY": {Value: models.Value("given")}}
	if _, err = c.Project("p").Imports.Confirm(t.Context(), id, models.ImportUpdate{Deployments: map[string]models.Deployment{"d": d}}); err == nil {
		t.Fatal("a package that the archive does not have was accepted")
	}
	d.Versions = map[string]models.DeploymentVersion{}
	if _, err = c.Project("p").Imports.Confirm(t.Context(), id, models.ImportUpdate{Deployments: map[string]models.Deployment{"d": d}}); err != nil {
		t.Fatal(err)
	}
	waitImport(t, c, "p", id, models.ImportStatusCompleted)
}

func TestImports_ofTwoConfirmationsOneWins(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	c := h.client("p")
	id := upload(t, c, "p", zipOf(t, content)).ID
	waitImport(t, c, "p", id, models.ImportStatusConfirmation)
	var won, lost atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			switch _, err := c.Project("p").Imports.Confirm(t.Context(), id, models.ImportUpdate{}); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, api.ErrConflict):
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || lost.Load() != 7 {
		t.Errorf("%d won, %d lost", won.Load(), lost.Load())
	}
}

func TestImports_importWithoutConfirmation(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{OnConflict: plan.Overwrite})
	c := h.client("p")
	for range 2 { // the second overwrites the first
		id := upload(t, c, "p", zipOf(t, content), api.SkipConfirmation()).ID
		waitImport(t, c, "p", id, models.ImportStatusCompleted)
	}
	got, err := h.Content(t.Context(), "p")
	if err != nil || len(got.Deployments["d"].Versions) != 2 {
		t.Errorf("content %+v, %v", got, err)
	}
}

func TestImports_importFromAnExport(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{OnConflict: plan.Skip})
	h.project("q")
	h.load("p", archive.Content{EnvironmentVariables: content.EnvironmentVariables})
	c := h.client("p")
	exported := export(t, c, "p", api.Everything())
	created, err := c.Project("p").Imports.Create(t.Context(), api.FromExport(strings.ToUpper(exported.ID)))
	if err != nil {
		t.Fatal(err)
	}
	// The archive outlives the export, for the import.
	if err := c.Project("p").Exports.Delete(t.Context(), exported.ID); err != nil {
		t.Fatal(err)
	}
	waiting := waitImport(t, c, "p", created.ID, models.ImportStatusConfirmation)
	if waiting.Size.Or(0) != exported.Size.Or(-1) || len(waiting.EnvironmentVariables) != 1 {
		t.Errorf("waiting %+v", waiting)
	}
	d, err := c.Project("p").Imports.Download(t.Context(), created.ID)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(d.Body); err != nil || int64(len(data)) != d.Size {
		t.Errorf("%d bytes of %d, %v", len(data), d.Size, err)
	}
	if err := d.Body.Close(); err != nil {
		t.Error(err)
	}
	other := export(t, h.client("q"), "q", api.Selection{})
	_, err = c.Project("p").Imports.Create(t.Context(), api.FromExport(other.ID))
	wantStatus(t, err, http.StatusNotFound)
}

func TestImports_archiveThatIsNoneFailsTheImport(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	c := h.client("p")
	many := archive.Content{Environments: map[string]models.Environment{}}
	for i := range 100 {
		many.Environments[fmt.Sprintf("environment-%03d", i)] = models.Environment{}
	}
	broken := bytes.ReplaceAll(zipOf(t, many), []byte("environment_name:"), []byte("environment_nome:"))
	for name, data := range map[string][]byte{"not a ZIP": []byte("this is not a ZIP"), "empty": {}, "many faults": broken} {
		id := upload(t, c, "p", data).ID
		_, err := c.Project("p").Imports.WaitScanned(t.Context(), id)
		if !errors.Is(err, api.ErrJobFailed) {
			t.Fatalf("%s: error %v", name, err)
		}
		detail, err := c.Project("p").Imports.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if n := utf8.RuneCountInString(detail.ErrorMessage); n == 0 || n > 1024 {
			t.Errorf("%s: error_message of %d characters: %s", name, n, detail.ErrorMessage)
		}
	}
}

func TestAnArchiveOfMoreTextThanIsTakenFailsTheImport(t *testing.T) {
	t.Parallel()
	data := zipOf(t, content)
	for limit, want := range map[int64]string{100: "the limit is 100", 10_000: ""} {
		c := start(t, server.Options{MaxDocuments: limit}).client("p")
		_, err := c.Project("p").Imports.WaitScanned(t.Context(), upload(t, c, "p", data).ID)
		if want == "" && err != nil || want != "" && (!errors.Is(err, api.ErrJobFailed) || !strings.Contains(err.Error(), want)) {
			t.Errorf("with a limit of %d: error %v", limit, err)
		}
	}
}

// An archive of before the contract required a member is taken: the detail shows the
// empty value, which the confirmation can replace.
func TestAnArchiveWithoutWhatTheContractRequiresNowIsImported(t *testing.T) {
	t.Parallel()
	data := rawZip(t, map[string]string{
		"info.yaml":            "format_spec: v1.0\n",
		"deployments/d/d.yaml": "deployment_name: d\ninput_type: structured\noutput_type: plain\ninput_fields: [{name: x}]\n",
	})
	for _, given := range []models.DataType{"", models.DataTypeInt} {
		h := start(t, server.Options{})
		c := h.client("p")
		id := upload(t, c, "p", data).ID
		offered := waitImport(t, c, "p", id, models.ImportStatusConfirmation).Deployments["d"]
		fields := models.Fields{{Name: "x", DataType: given}}
		if shown := offered.InputFields.Or(nil); len(shown) != 1 || shown[0].Name != "x" || shown[0].DataType != "" {
			t.Errorf("offered %+v", shown)
		}
		var update models.ImportUpdate
		if given != "" {
			update.Deployments = map[string]models.Deployment{"d": {InputFields: models.Value(fields)}}
		}
		if _, err := c.Project("p").Imports.Confirm(t.Context(), id, update); err != nil {
			t.Fatal(err)
		}
		waitImport(t, c, "p", id, models.ImportStatusCompleted)
		if got, err := h.Content(t.Context(), "p"); err != nil || !reflect.DeepEqual(got.Deployments["d"].InputFields, models.Value(fields)) {
			t.Errorf("created %+v, %v", got.Deployments["d"].InputFields, err)
		}
	}
}

// What many imports have brought together has a limit too.
func TestAProjectHoldsTwiceWhatAnImportMayBring(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{MaxDocuments: 4000, OnConflict: plan.Overwrite})
	c := h.client("p")
	bring := func(name string, opts ...api.CreateImportOption) string {
		description := models.Value(strings.Repeat("x", 3000))
		return upload(t, c, "p", zipOf(t, archive.Content{Environments: map[string]models.Environment{name: {Description: description}}}), opts...).ID
	}
	for _, name := range []string{"a", "b", "b"} { // one that replaces another takes no more
		id := bring(name)
		waitImport(t, c, "p", id, models.ImportStatusConfirmation)
		if _, err := c.Project("p").Imports.Confirm(t.Context(), id, models.ImportUpdate{}); err != nil {
			t.Fatal(err)
		}
		waitImport(t, c, "p", id, models.ImportStatusCompleted)
	}
	id := bring("c")
	waitImport(t, c, "p", id, models.ImportStatusConfirmation)
	_, err := c.Project("p").Imports.Confirm(t.Context(), id, models.ImportUpdate{})
	wantStatus(t, err, http.StatusBadRequest, "the project would hold", "the limit is 8000")
	id = bring("c", api.SkipConfirmation())
	if _, err = c.Project("p").Imports.WaitCompleted(t.Context(), id); !errors.Is(err, api.ErrJobFailed) || !strings.Contains(err.Error(), "the limit is 8000") {
		t.Errorf("without a confirmation: %v", err)
	}
}

// An archive whose files are all unknown would complete and create nothing. An
// export of nothing has no files.
func TestImports_importInWhichNothingIsFoundFailsAndSaysWhy(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	c := h.client("p")
	data := bytes.ReplaceAll(zipOf(t, archive.Content{Environments: map[string]models.Environment{"e": {}}}), []byte("environment_e.yaml"), []byte("environment_ee.yml"))
	id := upload(t, c, "p", data).ID
	_, err := c.Project("p").Imports.WaitScanned(t.Context(), id)
	failed, ok := errors.AsType[*api.JobError](err)
	if !ok || !strings.Contains(failed.Error(), "nothing that an import creates") || !strings.Contains(failed.Error(), "documents end in .yaml") {
		t.Errorf("error %v", err)
	}
	id = upload(t, c, "p", zipOf(t, archive.Content{})).ID
	if _, err := c.Project("p").Imports.WaitScanned(t.Context(), id); err != nil {
		t.Error(err)
	}
}

func TestImports_formsOfTheOfficialClientAreUnderstood(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	token := h.token("p", true)
	form := func(fields ...string) string {
		var b strings.Builder
		for i := 0; i < len(fields); i += 2 {
			fmt.Fprintf(&b, "--xyz\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", fields[i], fields[i+1])
		}
		return b.String() + "--xyz--\r\n"
	}
	for _, test := range []struct {
		name, body string
		want       int
	}{
		{"no source", form("skip_confirmation", "True"), http.StatusBadRequest},
		{"only the closing boundary", form(), http.StatusBadRequest},
		{"two sources", form("import_link", "https://example.com/a.zip", "export_id", "903ccd12-81d1-46e1-9ac9-b9d70af118de"), http.StatusBadRequest},
		{"private address", form("import_link", "http://169.254.169.254/a.zip"), http.StatusBadRequest},
		{"mapped private address", form("import_link", "http://[::ffff:127.0.0.1]/a.zip"), http.StatusBadRequest},
		{"no scheme of the web", form("import_link", "file:///etc/passwd"), http.StatusBadRequest},
		{"credentials", form("import_link", "https://me:pw@example.com/a.zip"), http.StatusBadRequest},
		{"export that is not there", form("export_id", "903ccd12-81d1-46e1-9ac9-b9d70af118de", "skip_confirmation", "True"), http.StatusNotFound},
		{"no UUID", form("export_id", "1"), http.StatusBadRequest},
		{"nothing filled in", form("file", "", "import_link", "", "export_id", "", "skip_confirmation", ""), http.StatusBadRequest},
		{"a file of R", form("file", "PK", "skip_confirmation", "TRUE"), http.StatusCreated},
		{"a file of a browser", form("file", "PK", "import_link", "", "export_id", "", "skip_confirmation", ""), http.StatusCreated},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if status, body := h.send("POST", "/projects/p/imports", token, "multipart/form-data; boundary=xyz", test.body); status != test.want {
				t.Errorf("status %d: %s; want %d", status, body, test.want)
			}
		})
	}
}

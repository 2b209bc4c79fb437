package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestWhatIsConfirmedInAReviewIsDone(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.review(t, p.zip)
	r.wants(r.get(r.base), "Import into target", "4</b> to create", "1 variable has no value yet", "ubiops-transfer apply plan.json "+p.zip+" --project=target")
	r.wants(r.decide("confirm", nil), "1 variable has no value yet")
	done := r.decide("confirm", map[string]string{"KEY": "planted-secret"})
	r.wants(done, "<h2>Done</h2>", "has created 4 objects in project target, which was read again and is as planned", "uploading: 100 %", ": completed")
	r.exits(0)
	if imports := p.imports(t); len(imports) != 1 || imports[0].Status != models.ImportStatusCompleted {
		t.Errorf("%+v", imports)
	}
	p.holds(t, 1)
	key := p.server.Content("target").Content().EnvironmentVariables["KEY"]
	if key.Value.Or("") != "planted-secret" {
		t.Error("the value of the reviewer did not arrive")
	}
	r = p.review(t, p.zip)
	r.wants(r.decide("confirm", nil), "nothing to do")
	r.exits(0)
}

func TestAReviewTakesValuesFromTheSecretsFile(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	secrets := filepath.Join(p.home, "project.secrets")
	if err := os.WriteFile(secrets, []byte("KEY=planted-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := p.review(t, p.zip, "--secrets", secrets)
	r.wants(r.get(r.base), "known already")
	r.wants(r.decide("confirm", nil), "<h2>Done</h2>")
	r.exits(0)
}

func TestACancelledReviewLeavesNothing(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.review(t, p.zip)
	r.wants(r.decide("cancel", nil), "nothing is left behind")
	r.wants(r.exits(4), "cancelled in the browser")
	p.holds(t, 0)
}

func TestAnInterruptedReviewEnds(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.review(t, p.zip)
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r.exits(130)
}

func TestAnImportThatExistsIsReviewed(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	created, err := p.project(t, p.target).Imports.Create(t.Context(), api.FromFile(p.zip))
	if err != nil {
		t.Fatal(err)
	}
	stays := "Nothing was done to import " + created.ID + " here: it waits as before"
	r := p.review(t, "--import", created.ID)
	r.wants(r.decide("cancel", nil), stays)
	r.wants(r.exits(4), stays)

	r = p.review(t, "--import", created.ID)
	p.load(t, archive.Content{Deployments: map[string]models.Deployment{"d": {Description: models.Value("another")}}})
	r.wants(r.decide("confirm", map[string]string{"KEY": "planted-secret"}), "The project has changed", "&#43; conflict deployment d")
	if n := len(p.imports(t)); n != 1 {
		t.Errorf("there are %d imports: it was not ours to delete", n)
	}
	r.decide("cancel", nil)
	r.exits(4)

	another, err := p.project(t, p.target).Imports.Create(t.Context(), api.FromFile(p.zip))
	if err != nil {
		t.Fatal(err)
	}
	r = p.review(t, "--import", created.ID, "--on-conflict", "skip")
	r.wants(r.decide("confirm", map[string]string{"KEY": "planted-secret"}), "<h2>Done</h2>", "has created 2 objects")
	r.exits(0)
	r = p.review(t, "--import", another.ID, "--on-conflict", "skip")
	r.wants(r.decide("confirm", nil), "nothing to do", "import "+another.ID+" waits as before")
	r.exits(0)
	r = p.review(t, "--import", another.ID)
	r.wants(r.decide("reject", nil), "<h2>Rejected</h2>")
	r.wants(r.exits(4), "the import is deleted")
	if n := len(p.imports(t)); n != 1 {
		t.Errorf("there are %d imports after one of two was rejected", n)
	}
	r = p.review(t, "--import", "nonsense")
	if out := r.exits(1); strings.Contains(out, "nothing to decide") {
		t.Errorf("of an import that cannot be: %s", out)
	}
	r = p.review(t, "--import", created.ID)
	r.wants(r.exits(4), "there is nothing to decide")
}

func TestAPlanIsReviewed(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.exits(t, 0, "plan", p.zip, "-o", p.plan)
	r := p.review(t, p.plan)
	r.wants(r.get(r.base), "Approve this plan", "create")
	r.wants(r.decide("confirm", nil), "<h2>Approved</h2>")
	r.exits(0)
	r = p.review(t, p.plan)
	r.decide("cancel", nil)
	r.exits(4)

	p.load(t, archive.Content{Deployments: map[string]models.Deployment{"d": {Description: models.Value("another")}}})
	r = p.review(t, p.plan, p.zip)
	r.wants(r.get(r.base), "The project has changed", "- create deployment d", "2</b> in conflict")
	r.decide("cancel", nil)
	r.exits(4)
}

func TestAReviewRefusesBeforeThereIsAPage(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	unknown := filepath.Join(p.home, "target.yaml")
	if err := os.WriteFile(unknown, []byte("select: {deployments: [nothing]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		code int
		says string
		args []string
	}{
		{1, "one of them", nil},
		{1, "two archives", []string{p.zip, p.zip}},
		{1, "address of this machine", []string{p.zip, "--listen", "0.0.0.0:0"}},
		{4, "nothing matches", []string{p.zip, "--target", unknown}},
		{1, "--on-conflict cannot be given: a plan says that itself", []string{"plan.json", p.zip, "--on-conflict", "skip"}},
		{1, "no such file", []string{filepath.Join(p.home, "none.zip")}},
	} {
		r := p.review(t, test.args...)
		r.wants(r.exits(test.code), test.says)
	}
}

func TestWhatIsStoppedInAReviewLeavesNoImport(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.review(t, p.zip)
	scanned := p.untilScanned()
	_, csrf, _ := strings.Cut(r.get(r.base), `name="csrf" value="`)
	csrf, _, _ = strings.Cut(csrf, `"`)
	result := make(chan string)
	go func() { result <- r.decide("confirm", map[string]string{"KEY": "planted-secret"}) }()
	<-scanned
	response, err := r.client.PostForm(r.base, url.Values{"do": {"stop"}, "csrf": {csrf}})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{r.text(response), <-result} {
		r.wants(text, "created import", "deleted import", "stopped in the browser; nothing was created")
	}
	r.exits(4)
	p.holds(t, 0)
	p.output.Reset()
	p.exits(t, 0, "journal", "list")
	if got := p.output.String(); strings.Contains(got, "import") {
		t.Errorf("the journal still has it: %s", got)
	}
}

func TestChangedFilesOfPackagesAreInTheReview(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.exits(t, 0, "restore", p.zip, "--yes", "--secret", "KEY=env:KEY")
	var changed bytes.Buffer
	a := p.server.Content(p.target)
	other := func(string) (io.ReadCloser, error) {
		var code bytes.Buffer
		w := zip.NewWriter(&code)
		file, err := w.Create("deployment_package/added.py")
		if err == nil {
			_, err = io.WriteString(file, "pass")
		}
		return io.NopCloser(&code), errors.Join(err, w.Close())
	}
	if err := archive.Write(&changed, archive.Content{Deployments: a.Content().Deployments}, other); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.zip, changed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	r := p.review(t, p.zip, "--on-conflict", "skip")
	r.wants(r.get(r.base+"?open=1"), "The code of 1 version was not compared", "Its package was not compared")
	r.wants(r.decide("packages", nil)+r.get(r.base+"?open=1"), "version v of d", "added <code>deployment_package/added.py</code>", "removed <code>deployment_package/data</code>")
	page := r.decide("update", nil)
	r.wants(page, "--packages", "--on-conflict skip")
	r.wants(r.decide("confirm", nil), "nothing to do")
	r.exits(0)
}

package server_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// rawZip is a ZIP file of files that archive.Write may not write.
func rawZip(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestNames_whateverNamesAreImportedAProjectIsExportedAndMovesOn(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	h.project("q")
	c := h.client("p")
	names := []string{"Model", "model", "a/b", `a\b`, "..", ".", "x\ny", "\x00"}
	files := map[string]string{"info.yaml": "format_spec: v1.0\n"}
	for i, name := range names {
		dir := fmt.Sprintf("deployments/%d/", i)
		files[dir+"d.yaml"] = fmt.Sprintf("deployment_name: %q\ninput_type: plain\noutput_type: plain\n", name)
		files[dir+"versions/v.yaml"] = fmt.Sprintf("version_name: %q\n", name)
		files[dir+"versions/v.zip"] = fmt.Sprint("package ", i)
	}
	waitImport(t, c, "p", upload(t, c, "p", rawZip(t, files), api.SkipConfirmation()).ID, models.ImportStatusCompleted)
	exported := download(t, c, "p", export(t, c, "p", api.Everything()).ID)
	var moved bytes.Buffer
	if err := archive.Rewrite(&moved, exported); err != nil {
		t.Fatal(err)
	}
	q := h.client("q")
	scanned := waitImport(t, q, "q", upload(t, q, "q", moved.Bytes()).ID, models.ImportStatusConfirmation)
	update := models.ImportUpdate{Deployments: map[string]models.Deployment{}}
	for i, name := range names { // packages are named by the paths that they have
		zip := scanned.Deployments[name].Versions[name].Zip
		if want := exported.Content().Deployments[name].Versions[name].Zip; zip != want || zip.Or("") == "" {
			t.Errorf("%q: the package is %q, want %q", name, zip.Or(""), want.Or(""))
		}
		from, err := exported.OpenPackage(zip.Or(""))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(from); err != nil || string(got) != fmt.Sprint("package ", i) {
			t.Errorf("%q: package %q, %v", name, got, err)
		}
		update.Deployments[name] = models.Deployment{Versions: map[string]models.DeploymentVersion{name: {Zip: zip}}}
	}
	if _, err := q.Project("q").Imports.Confirm(t.Context(), scanned.ID, update); err != nil {
		t.Fatal(err)
	}
	waitImport(t, q, "q", scanned.ID, models.ImportStatusCompleted)
	got, err := h.Content(t.Context(), "q")
	if err != nil || len(got.Deployments) != len(names) {
		t.Errorf("%d deployments arrived, want %d: %v", len(got.Deployments), len(names), err)
	}
}

package local_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// Data folders of earlier versions, which were killed: the projects source and
// target, a completed export, an import that waits for its confirmation, and
// exports that wait for their turn. The first of them fixed what an export takes
// when its turn came.
var earlier = []string{"4c378e9", "63d4f59"}

const (
	sourceToken = "0123456789abcdef0"
	targetToken = "0123456789abcdef1"
)

func unpack(t *testing.T, name string) string {
	t.Helper()
	data := t.TempDir()
	z, err := zip.OpenReader(filepath.Join("testdata", name+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if err := os.CopyFS(data, z); err != nil {
		t.Fatal(err)
	}
	return data
}

// wantAll checks that an archive has all of the project source.
func wantAll(t *testing.T, what string, data []byte, secrets, packages bool) {
	t.Helper()
	a, err := archive.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	content := a.Content()
	got := content.Deployments["d"].EnvironmentVariables["KEY"].Value.Or("") + " " +
		content.EnvironmentVariables["SHARED"].Value.Or("") + " " + content.EnvironmentVariables["REGION"].Value.Or("")
	want := "  eu"
	if secrets {
		want = "my-secret hunter2 eu"
	}
	if got != want {
		t.Errorf("%s has the values %q, want %q", what, got, want)
	}
	if _, ok := content.Deployments["d"].Versions["v1"]; !ok {
		t.Errorf("%s has the deployments %+v", what, content.Deployments)
	}
	if !packages {
		if len(a.Packages()) > 0 {
			t.Errorf("%s has packages", what)
		}
		return
	}
	r, err := a.OpenPackage(content.Deployments["d"].Versions["v1"].Zip.Or(""))
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	defer r.Close()
	if code, err := io.ReadAll(r); err != nil || !bytes.Contains(code, []byte("class Deployment")) {
		t.Errorf("%s has the package %q, error %v", what, code, err)
	}
}

func TestDataFoldersOfEarlierVersionsKeepEverything(t *testing.T) {
	t.Parallel()
	for _, name := range earlier {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := unpack(t, name)
			for range 2 { // the second time it is one of this version
				s := serve(t, data)
				wantAll(t, "the project source", saved(t, s, "source"), true, true)
				exports := settle(t, s, "source")
				if len(exports) != 17 {
					t.Errorf("%d exports", len(exports))
				}
				for i, job := range exports {
					status, zip := send(t, s, http.MethodGet, "/projects/source/exports/"+job.ID+"/download", sourceToken, "")
					if job.Status != "completed" || status != http.StatusOK {
						t.Errorf("export %d is %s, its download %d", i, job.Status, status)
						continue
					}
					wantAll(t, "export "+job.ID, zip, false, i < 13) // the last four are without packages
				}
				imports := settle(t, s, "target")
				if len(imports) != 1 {
					t.Fatalf("imports %+v", imports)
				}
				path := "/projects/target/imports/" + imports[0].ID
				status, zip := send(t, s, http.MethodGet, path+"/download", targetToken, "")
				if status != http.StatusOK {
					t.Errorf("the archive of the import: %d %s", status, zip)
				}
				wantAll(t, "the archive of the import", zip, false, true)
				if imports[0].Status == "confirmation" {
					status, body := send(t, s, http.MethodPatch, path, targetToken, `{"deployments": {"d": {"environment_variables": {"KEY": {"value": "my-secret"}}}},
						"environment_variables": {"SHARED": {"value": "hunter2"}, "REGION": {}}}`)
					if status != http.StatusOK {
						t.Fatalf("the confirmation: %d %s", status, body)
					}
					if imports = settle(t, s, "target"); imports[0].Status != "completed" {
						t.Errorf("the import is %+v", imports)
					}
				}
				wantAll(t, "the project target", saved(t, s, "target"), true, true)
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

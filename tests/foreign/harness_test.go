package foreign

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/spec"
)

const (
	// toolsVariable names the folder that .ci/run foreign has made.
	toolsVariable = "FOREIGN_TOOLS"
	contract      = "../../openapi.yaml"
	project       = "my-project" // as the contract's examples call it
)

// tool returns the path of a program in that folder. Once there is a folder, each
// program has to be there.
func tool(t *testing.T, name string) string {
	t.Helper()
	folder := os.Getenv(toolsVariable)
	if folder == "" {
		t.Skipf("NOT RUN: %s is not set, so there is no %s. Run .ci/run foreign, which installs it.", toolsVariable, name)
	}
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is set, but %s is not there: %v", toolsVariable, name, err)
	}
	return path
}

// start serves the project with what the contract's examples name in it. Links lead
// to an archive, whatever they are: nothing is fetched.
func start(t *testing.T, opts ...apitest.Option) *apitest.Server {
	t.Helper()
	return apitest.New(t, append(opts, apitest.WithLoopback(), apitest.WithProject(project, apitest.FromContent(named(t), nil)),
		apitest.WithServer(server.Options{
			OnConflict:    plan.Skip,
			Links:         &http.Client{Transport: everywhere(offered(t))},
			OnBadResponse: func(err error) { t.Error(err) },
		}))...)
}

// everywhere answers every request with the same bytes.
type everywhere []byte

func (data everywhere) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, ContentLength: int64(len(data)), Request: r,
		Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(data)),
	}, nil
}

// offered is an archive that offers what the documented confirmation confirms.
func offered(t *testing.T) []byte {
	t.Helper()
	confirmation, err := os.ReadFile("../contract/fixtures/imports_update.request.json")
	if err != nil {
		t.Fatal(err)
	}
	var content archive.Content
	if err := json.Unmarshal(confirmation, &content); err != nil {
		t.Fatal(err)
	}
	var written bytes.Buffer
	if err := archive.Write(&written, content, func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("PK\x05\x06" + strings.Repeat("\x00", 18))), nil
	}); err != nil {
		t.Fatal(err)
	}
	return written.Bytes()
}

// named is a project that has what the documented selection of an export names.
func named(t *testing.T) archive.Content {
	t.Helper()
	selection, err := os.ReadFile("../contract/fixtures/exports_create.request.json")
	if err != nil {
		t.Fatal(err)
	}
	var content archive.Content
	valued := regexp.MustCompile(`"include_value": (true|false)`).ReplaceAll(selection, []byte(`"value": "a"`))
	if err := json.Unmarshal(valued, &content); err != nil {
		t.Fatal(err)
	}
	plain := new(models.DataStructurePlain)
	for name, d := range content.Deployments {
		d.InputType, d.OutputType = plain, plain
		content.Deployments[name] = d
	}
	for name, p := range content.Pipelines {
		p.InputType, p.OutputType = plain, plain
		content.Pipelines[name] = p
	}
	return content
}

// wantEveryOperation checks that each operation of the contract has succeeded, and
// that no request has failed on the server's side.
func wantEveryOperation(t *testing.T, s *apitest.Server) {
	t.Helper()
	doc, err := spec.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	succeeded := map[string]int{}
	for _, r := range s.Requests() {
		if r.Status >= 500 {
			t.Error(r)
		}
		if r.Status/100 == 2 {
			succeeded[string(r.Operation)]++
		}
	}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if succeeded[operation.OperationID] == 0 {
				t.Errorf("%s was never carried out", operation.OperationID)
			}
		}
	}
}

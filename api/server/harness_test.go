package server_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"errors"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// onDisk makes servers with a data folder.
var onDisk bool

// TestMain runs everything twice: in memory and on the disk.
func TestMain(m *testing.M) {
	code := m.Run()
	if onDisk = true; code == 0 {
		code = m.Run()
	}
	os.Exit(code)
}

// host is a server with a project p, and what its tests need.
type host struct {
	*server.Server
	url string // with the base path
	t   *testing.T
}

func start(t *testing.T, opts server.Options) *host {
	t.Helper()
	if onDisk && opts.Storage == nil {
		opts.Storage = storage(t, t.TempDir())
	}
	s, err := server.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &host{Server: s, url: web.URL + server.BaseURL, t: t}
	h.project("p")
	return h
}

func (h *host) project(name string) {
	h.t.Helper()
	if err := h.AddProject(h.t.Context(), name); err != nil {
		h.t.Fatal(err)
	}
}

func (h *host) token(project string, write bool) string {
	h.t.Helper()
	token, err := h.AddToken(h.t.Context(), project, "tester", write)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

func (h *host) client(project string) *api.Client {
	h.t.Helper()
	c, err := api.NewClient(api.WithHost(h.url), api.WithToken(h.token(project, true)))
	if err != nil {
		h.t.Fatal(err)
	}
	return c
}

// send sends a request as it stands and returns the status and the body.
func (h *host) send(method, path, token, contentType, body string) (int, string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Token "+token)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// content is what the tests move.
var content = archive.Content{
	Deployments: map[string]models.Deployment{"d": {
		InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain),
		Versions: map[string]models.DeploymentVersion{
			"v1": {Zip: models.Value("d.zip"), Environment: models.Value("python3-12")},
			"v2": {},
		},
		EnvironmentVariables: map[string]models.EnvironmentVariable{
			"KEY":    {Value: models.Value("my-secret"), Secret: new(true)},
			"REGION": {Value: models.Value("eu")},
		},
	}},
	EnvironmentVariables: map[string]models.EnvironmentVariable{"TOP": {Value: models.Value("1")}},
}

func zipOf(t *testing.T, c archive.Content) []byte {
	t.Helper()
	return zipWith(t, c, "a package")
}

// zipWith writes an archive in which every package is the same text.
func zipWith(t *testing.T, c archive.Content, text string) []byte {
	t.Helper()
	var buf bytes.Buffer
	err := archive.Write(&buf, c, func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func (h *host) load(project string, c archive.Content) {
	h.t.Helper()
	data := zipOf(h.t, c)
	if err := h.Load(h.t.Context(), project, bytes.NewReader(data), int64(len(data))); err != nil {
		h.t.Fatal(err)
	}
}

func upload(t *testing.T, c *api.Client, project string, data []byte, opts ...api.CreateImportOption) *models.ImportList {
	t.Helper()
	created, err := c.Project(project).Imports.Create(t.Context(), api.FromReader(bytes.NewReader(data), int64(len(data)), "a.zip"), opts...)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

func waitImport(t *testing.T, c *api.Client, project, id string, until models.ImportStatus) *models.ImportDetail {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	wait := c.Project(project).Imports.WaitCompleted
	if until == models.ImportStatusConfirmation {
		wait = c.Project(project).Imports.WaitScanned
	}
	detail, err := wait(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return detail
}

func export(t *testing.T, c *api.Client, project string, selection api.Selection) *models.ExportDetail {
	t.Helper()
	created, err := c.Project(project).Exports.Create(t.Context(), selection)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	detail, err := c.Project(project).Exports.WaitCompleted(ctx, created.ID)
	if err != nil {
		t.Fatal(err)
	}
	return detail
}

func download(t *testing.T, c *api.Client, project, id string) *archive.Archive {
	t.Helper()
	data := downloaded(t, c, project, id)
	a, err := archive.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func downloaded(t *testing.T, c *api.Client, project, id string) []byte {
	t.Helper()
	d, err := c.Project(project).Exports.Download(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Body.Close()
	data, err := io.ReadAll(d.Body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func wantStatus(t *testing.T, err error, status int, words ...string) {
	t.Helper()
	apiErr, ok := errorAs(err)
	if !ok {
		t.Fatalf("error %v; want status %d", err, status)
	}
	if apiErr.StatusCode != status {
		t.Errorf("status %d: %v; want %d", apiErr.StatusCode, err, status)
	}
	for _, word := range words {
		if !strings.Contains(apiErr.Message+" "+apiErr.Detail, word) {
			t.Errorf("error %q %q does not mention %q", apiErr.Message, apiErr.Detail, word)
		}
	}
}

// storage is data, which the server closes that it is given to.
func storage(t *testing.T, data string) server.Storage {
	t.Helper()
	s, err := local.Open(t.Context(), data, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// beginWith is begin with content in the project p.
func beginWith(t *testing.T, data string, c archive.Content) {
	t.Helper()
	s, err := server.New(server.Options{Storage: storage(t, data)})
	if err != nil {
		t.Fatal(err)
	}
	h := &host{Server: s, t: t}
	h.project("p")
	h.load("p", c)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// saved returns what a server that begins on data has in the project p.
func saved(t *testing.T, data string) *archive.Archive {
	t.Helper()
	s, err := server.New(server.Options{Storage: storage(t, data)})
	if err != nil {
		t.Fatal(err)
	}
	var zip bytes.Buffer
	if err := errors.Join(s.Save(t.Context(), "p", &zip), s.Close()); err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(zip.Bytes()), int64(zip.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

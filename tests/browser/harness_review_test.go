package browser

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// archiveOf writes a project: a pipeline that needs a deployment that needs an
// environment, a deployment with a secret, and one with a hostile name.
func archiveOf(t *testing.T, change func(*archive.Content)) string {
	t.Helper()
	structure := models.DataStructure("plain")
	deployment := func(versions map[string]models.DeploymentVersion) models.Deployment {
		return models.Deployment{InputType: &structure, OutputType: &structure, Description: models.Value("of the archive"), Versions: versions}
	}
	content := archive.Content{
		Deployments: map[string]models.Deployment{
			"scorer": deployment(map[string]models.DeploymentVersion{"v1": {EnvironmentName: models.Value("tools"), InstanceType: models.Value("512mb")}}),
			"fetch":  deployment(nil),
			"names":  deployment(nil),
		},
		Pipelines: map[string]models.Pipeline{"nightly": {InputType: &structure, OutputType: &structure, Versions: map[string]models.PipelineVersion{"v1": {
			Objects: models.Value([]models.PipelineObject{{Name: "score", ReferenceName: "scorer", ReferenceVersion: models.Value("v1")}}),
		}}}},
		Environments:         map[string]models.Environment{"tools": {BaseEnvironment: models.Value("python3-12")}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{"API_KEY": {Secret: new(true)}, "REGION": {Value: models.Value("eu-west")}},
	}
	if change != nil {
		change(&content)
	}
	var zip bytes.Buffer
	if err := archive.Write(&zip, content, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "project.zip")
	if err := os.WriteFile(path, zip.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// review starts the command about a project of the server.
func (s *server) review(t *testing.T, project string, args ...string) (command *process, link string) {
	t.Helper()
	command = start(t, []string{api.EnvHost + "=" + s.host, api.EnvToken + "=" + s.tokens[project], "UBIOPS_PROJECT=" + project}, append([]string{"review"}, args...)...)
	return command, command.line("review ")
}

func (s *server) project(t *testing.T, name string) api.Project {
	t.Helper()
	client, err := api.NewClient(api.WithHost(s.host), api.WithToken(s.tokens[name]))
	if err != nil {
		t.Fatal(err)
	}
	return client.Project(name)
}

// load imports an archive into a project, without questions.
func (s *server) load(t *testing.T, name, path string) {
	t.Helper()
	if _, err := s.project(t, name).Imports.Run(t.Context(), api.FromFile(path), api.Accept(api.FillFrom(func(string) (string, bool) { return "value", true }))); err != nil {
		t.Fatal(err)
	}
}

// expect checks what a person reads on the page.
func (w *tab) expect(selector string, texts ...string) {
	w.Helper()
	lacks := func(got string) int {
		return slices.IndexFunc(texts, func(text string) bool { return !strings.Contains(got, text) })
	}
	got := w.reads(selector, func(got string) bool { return lacks(got) < 0 })
	if i := lacks(got); i >= 0 {
		w.Errorf("%s reads %q, which lacks %q", selector, got, texts[i])
	}
}

// holds checks which deployments a project has.
func (s *server) holds(t *testing.T, name, want string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "there.zip")
	if _, err := s.project(t, name).Exports.RunToFile(t.Context(), api.Everything(), path); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(file, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for deployment := range a.Content().Deployments {
		names = append(names, deployment)
	}
	if got := strings.Join(sorted(names), " "); got != want {
		t.Errorf("project %s holds deployments %s, want %s", name, got, want)
	}
}

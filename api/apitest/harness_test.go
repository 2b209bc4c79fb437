package apitest_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// fakeT is a test that is not run by package testing: for examples, and to see
// how tests fail.
type fakeT struct {
	testing.TB
	ctx  context.Context
	stop context.CancelFunc

	mu      sync.Mutex
	cleanup []func()
	log     strings.Builder
	failed  bool
}

type fatal struct{}

func newFakeT() *fakeT {
	t := &fakeT{}
	t.ctx, t.stop = context.WithCancel(context.Background())
	return t
}

func (t *fakeT) Helper()                  {}
func (t *fakeT) Context() context.Context { return t.ctx }
func (t *fakeT) Cleanup(f func())         { t.cleanup = append(t.cleanup, f) }
func (t *fakeT) Failed() bool             { t.mu.Lock(); defer t.mu.Unlock(); return t.failed }
func (t *fakeT) Logf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(&t.log, format+"\n", args...)
}
func (t *fakeT) Errorf(format string, args ...any) {
	t.Logf(format, args...)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failed = true
}
func (t *fakeT) Fatalf(format string, args ...any) { t.Errorf(format, args...); panic(fatal{}) }
func (t *fakeT) Fatal(args ...any)                 { t.Fatalf("%s", fmt.Sprint(args...)) }

// end is the end of the test. It returns what was logged.
func (t *fakeT) end() string {
	t.stop()
	for len(t.cleanup) > 0 {
		last := len(t.cleanup) - 1
		f := t.cleanup[last]
		t.cleanup = t.cleanup[:last]
		t.do(f)
	}
	return t.log.String()
}

// do runs f, as far as the first Fatal.
func (t *fakeT) do(f func()) {
	defer func() {
		if p := recover(); p != nil && p != any(fatal{}) {
			panic(p)
		}
	}()
	f()
}

// run runs f as a test and returns what was logged.
func (t *fakeT) run(f func(t *fakeT)) (log string) {
	t.do(func() { f(t) })
	return t.end()
}

// everywhere runs a test outside and inside a bubble, and on a real socket.
func everywhere(t *testing.T, f func(t *testing.T, opts ...apitest.Option)) {
	t.Helper()
	t.Parallel()
	t.Run("in memory", func(t *testing.T) { t.Parallel(); f(t) })
	t.Run("in a bubble", func(t *testing.T) { t.Parallel(); synctest.Test(t, func(t *testing.T) { f(t) }) })
	t.Run("on a socket", func(t *testing.T) { t.Parallel(); f(t, apitest.WithLoopback()) })
}

// once is a client that tries everything once.
var once = api.WithRetry(api.RetryPolicy{MaxAttempts: 1})

func sampleZIP(t testing.TB) []byte {
	t.Helper()
	zip, err := sample.Archive()
	must(t, err)
	return zip
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func file(zip []byte) api.ImportSource {
	return api.FromReader(bytes.NewReader(zip), int64(len(zip)), "sample.zip")
}

// export exports everything and returns the archive.
func export(t testing.TB, c *api.Client, project string) []byte {
	t.Helper()
	ctx := t.Context()
	created, err := c.Project(project).Exports.Create(ctx, api.Everything())
	must(t, err)
	_, err = c.Project(project).Exports.WaitCompleted(ctx, created.ID)
	must(t, err)
	d, err := c.Project(project).Exports.Download(ctx, created.ID)
	must(t, err)
	zip, err := io.ReadAll(d.Body)
	must(t, err)
	must(t, d.Body.Close())
	return zip
}

// move moves everything from one project of s to another.
func move(t testing.TB, s *apitest.Server, from, to string) {
	t.Helper()
	ctx, target := t.Context(), s.Client(to)
	created, err := target.Project(to).Imports.Create(ctx, file(export(t, s.Client(from), from)))
	must(t, err)
	detail, err := target.Project(to).Imports.WaitScanned(ctx, created.ID)
	must(t, err)
	update, err := api.Accept()(detail)
	must(t, err)
	update.EnvironmentVariables["TICKET_TOKEN"] = models.EnvironmentVariable{Value: models.Value("new"), Secret: new(true)}
	_, err = target.Project(to).Imports.Confirm(ctx, created.ID, update)
	must(t, err)
	_, err = target.Project(to).Imports.WaitCompleted(ctx, created.ID)
	must(t, err)
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v; want %v", what, got, want)
	}
}

// variables is a variable for each name.
func variables(names ...string) map[string]models.EnvironmentVariable {
	out := make(map[string]models.EnvironmentVariable)
	for _, name := range names {
		out[name] = models.EnvironmentVariable{Value: models.Value(name)}
	}
	return out
}

// stalledLink is a host that never responds.
type stalledLink struct{}

func (stalledLink) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func (l stalledLink) option() apitest.Option {
	return apitest.WithServer(server.Options{Links: &http.Client{Transport: l}})
}

var small = apitest.FromContent(archive.Content{EnvironmentVariables: variables("A", "B")}, nil)

// create starts an export of nothing and returns its id.
func create(t testing.TB, c *api.Client) string {
	t.Helper()
	created, err := c.Project("demo").Exports.Create(t.Context(), api.Selection{})
	must(t, err)
	equal(t, "first status", created.Status, models.ExportStatusPending)
	return created.ID
}

func exportStatus(t testing.TB, c *api.Client, id string) models.ExportStatus {
	t.Helper()
	e, err := c.Project("demo").Exports.Get(t.Context(), id)
	must(t, err)
	return e.Status
}

func importStatus(t testing.TB, c *api.Client, id string) models.ImportStatus {
	t.Helper()
	i, err := c.Project("demo").Imports.Get(t.Context(), id)
	must(t, err)
	return i.Status
}

func confirm(t testing.TB, c *api.Client, id string) {
	t.Helper()
	_, err := c.Project("demo").Imports.Confirm(t.Context(), id, models.ImportUpdate{EnvironmentVariables: variables("TICKET_TOKEN")})
	must(t, err)
}

func emptyZIP(t testing.TB) []byte {
	t.Helper()
	s := apitest.New(t)
	return export(t, s.Client("demo"), "demo")
}

// deployment has one version, with a package at path.
func deployment(path string) archive.Content {
	return archive.Content{Deployments: map[string]models.Deployment{"d": {
		InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain),
		Versions: map[string]models.DeploymentVersion{"v": {Zip: models.Value(path)}},
	}}}
}

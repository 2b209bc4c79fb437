package main

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// planted are values that nothing but the archive and the confirmation may have.
var planted = regexp.MustCompile("planted-(secret|plain)")

// place is where commands run: a folder of their own, and two projects of a host.
type place struct {
	url            string
	source, target string            // the projects
	tokens         map[string]string // by project
	home           string
	plan, zip      string
	statusFile     string // where a command that succeeds leaves what Linux knows of its process
	output         output // of all commands
	server         *apitest.Server

	mu          sync.Mutex // for what follows
	request     func(r *http.Request)
	response    func(r *http.Response) error
	requests    int
	interrupted func(n int, w http.ResponseWriter, r *http.Request, serve func()) // nil after it
}

// output is what processes write, several at once too.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) Reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Reset()
}

// content is what commands move: a package, a secret and a plain variable.
func content(t *testing.T, secret models.Nullable[string]) []byte {
	t.Helper()
	var code, all bytes.Buffer
	w := zip.NewWriter(&code)
	file, err := w.CreateHeader(&zip.FileHeader{Name: "deployment_package/data", Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	c := archive.Content{
		Deployments: map[string]models.Deployment{"d": {InputType: new(models.DataStructure("plain")), OutputType: new(models.DataStructure("plain")),
			Description: models.Value("as planned"), Versions: map[string]models.DeploymentVersion{"v": {Zip: models.Value(archive.VersionPackagePath("d", "v"))}}}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{
			"KEY": {Value: secret, Secret: new(true)}, "PLAIN": {Value: models.Value("planted-plain"), Secret: new(false)}},
	}
	if err := archive.Write(&all, c, func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(code.Bytes())), nil }); err != nil {
		t.Fatal(err)
	}
	return all.Bytes()
}

// newPlaceAt makes a place of two projects that a host has.
func newPlaceAt(t *testing.T, host, source, target string, tokens map[string]string) *place {
	t.Helper()
	p := &place{url: host, source: source, target: target, tokens: tokens, home: t.TempDir()}
	p.plan, p.zip = filepath.Join(p.home, "plan.json"), filepath.Join(p.home, "project.zip")
	for path, text := range map[string][]byte{
		p.zip:                                 content(t, models.Nullable[string]{}),
		filepath.Join(p.home, "source.token"): []byte(tokens[source]),
		filepath.Join(p.home, "target.token"): []byte(tokens[target]),
	} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// newPlace makes a place with a server of its own, and a proxy in front of that.
func newPlace(t *testing.T) *place {
	t.Helper()
	s := apitest.New(t, apitest.WithLoopback(), apitest.WithProject("target"),
		apitest.WithProject("source", apitest.FromBytes(content(t, models.Value("planted-secret")))))
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := newPlaceAt(t, "", "source", "target", map[string]string{"source": s.Token("source"), "target": s.Token("target")})
	p.server = s
	forward := &httputil.ReverseProxy{
		ErrorLog: log.New(io.Discard, "", 0), // connections that break are meant to
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: base.Scheme, Host: base.Host})
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.request != nil {
				p.request(r.Out)
			}
		},
		ModifyResponse: func(r *http.Response) error {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.response != nil {
				return p.response(r)
			}
			return nil
		},
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.requests++
		n, interrupted := p.requests, p.interrupted
		p.mu.Unlock()
		if interrupted == nil {
			forward.ServeHTTP(w, r)
			return
		}
		interrupted(n, w, r, func() { forward.ServeHTTP(w, r) })
	}))
	t.Cleanup(proxy.Close)
	p.url = proxy.URL + base.Path
	return p
}

// change changes requests and responses on their way.
func (p *place) change(request func(*http.Request), response func(*http.Response) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.request, p.response = request, response
}

// start starts the command.
func (p *place) start(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), "TEST_RUNS_THE_COMMAND=1", "KEY=planted-secret", "HOME="+p.home, "XDG_CONFIG_HOME="+p.home,
		api.EnvHost+"="+p.url, api.EnvToken+"="+p.tokens[p.target], "UBIOPS_PROJECT="+p.target, "TEST_STATUS_FILE="+p.statusFile)
	cmd.Stdout, cmd.Stderr = &p.output, &p.output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// await waits until a command has come to a point.
func (p *place) await(t *testing.T, cmd *exec.Cmd, arrived <-chan struct{}) {
	t.Helper()
	select {
	case <-arrived:
	case <-time.After(time.Minute):
		t.Fatalf("%v does not come to the point\n%s", cmd.Args, p.output.String())
	}
}

// exits runs the command to its end.
func (p *place) exits(t *testing.T, code int, args ...string) {
	t.Helper()
	cmd := p.start(t, args...)
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != code {
		t.Fatalf("%v: %v\n%s", args, err, p.output.String())
	}
}

// project is a client for one of the projects.
func (p *place) project(t *testing.T, name string) api.Project {
	t.Helper()
	client, err := api.NewClient(api.WithHost(p.url), api.WithToken(p.tokens[name]))
	if err != nil {
		t.Fatal(err)
	}
	return client.Project(name)
}

// holds checks the number of imports, that no export is left, and that nothing was
// written down.
func (p *place) holds(t *testing.T, imports int) {
	t.Helper()
	i, err := p.project(t, p.target).Imports.List(t.Context())
	if err != nil || len(i) != imports {
		t.Errorf("%d imports, error %v", len(i), err)
	}
	for _, name := range []string{p.source, p.target} {
		e, err := p.project(t, name).Exports.List(t.Context())
		if err != nil || len(e) != 0 {
			t.Errorf("project %s: %d exports, error %v", name, len(e), err)
		}
	}
	p.clean(t)
}

// clean checks that neither the output nor a file has a value.
func (p *place) clean(t *testing.T) {
	t.Helper()
	texts := map[string][]byte{"output": []byte(p.output.String())}
	if err := filepath.WalkDir(p.home, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || slices.Contains([]string{".zip", ".part"}, filepath.Ext(path)) { // archives have plain values
			return err
		}
		texts[path], err = os.ReadFile(path)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for name, text := range texts {
		if found := planted.Find(text); found != nil {
			t.Errorf("%s has %s", name, found)
		}
	}
}

// carryOut sends a request whose response nobody gets.
func (p *place) carryOut(t *testing.T, r *http.Request) {
	to := strings.TrimSuffix(p.server.URL, "/v2.1") + r.URL.RequestURI()
	again, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), r.Method, to, r.Body)
	if err != nil {
		t.Error(err)
		return
	}
	again.Header, again.ContentLength = r.Header.Clone(), r.ContentLength
	response, err := http.DefaultClient.Do(again)
	if err != nil {
		t.Error(err)
		return
	}
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Error(err)
	}
	response.Body.Close()
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// planted are values that nothing but the archive and the confirmation may have.
var planted = regexp.MustCompile("planted-(secret|plain)")

// place is where plans are made and applied: a server with a proxy in front.
type place struct {
	server    *apitest.Server
	home      string
	plan, zip string
	url       string
	output    bytes.Buffer // of all commands

	mu          sync.Mutex // for what follows
	request     func(r *http.Request)
	response    func(r *http.Response) error
	requests    int
	interrupted func(n int, w http.ResponseWriter, r *http.Request, serve func()) // nil after it
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{server: apitest.New(t, apitest.WithLoopback(), apitest.WithProject("target")), home: t.TempDir()}
	base, err := url.Parse(p.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{
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
	p.plan, p.zip = filepath.Join(p.home, "plan.json"), filepath.Join(p.home, "project.zip")
	content := archive.Content{
		Deployments: map[string]models.Deployment{"d": {InputType: new(models.DataStructure("plain")), OutputType: new(models.DataStructure("plain")),
			Description: models.Value("as planned")}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{
			"KEY": {Secret: new(true)}, "PLAIN": {Value: models.Value("planted-plain"), Secret: new(false)}},
	}
	var zip bytes.Buffer
	if err := archive.Write(&zip, content, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.zip, zip.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
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
		api.EnvHost+"="+p.url, api.EnvToken+"="+p.server.Token("target"), "UBIOPS_PROJECT=target")
	cmd.Stdout, cmd.Stderr = &p.output, &p.output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// exits runs the command to its end.
func (p *place) exits(t *testing.T, code int, args ...string) {
	t.Helper()
	cmd := p.start(t, args...)
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != code {
		t.Fatalf("%v: %v\n%s", args, err, p.output.String())
	}
}

// holds checks the numbers of jobs on the host, and that nothing was written down.
func (p *place) holds(t *testing.T, imports, exports int) {
	t.Helper()
	project := p.server.Project("target")
	i, err := project.Imports.List(t.Context())
	if err != nil || len(i) != imports {
		t.Errorf("%d imports, error %v", len(i), err)
	}
	e, err := project.Exports.List(t.Context())
	if err != nil || len(e) != exports {
		t.Errorf("%d exports, error %v", len(e), err)
	}
	p.clean(t)
}

// clean checks that neither the output nor a file has a value.
func (p *place) clean(t *testing.T) {
	t.Helper()
	texts := map[string][]byte{"output": p.output.Bytes()}
	if err := filepath.WalkDir(p.home, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || path == p.zip {
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

// Killed at any request, before or after the host has carried it out, apply is
// continued by the same command, with one import and nothing beyond the plan.
func TestApplyContinuesAfterItWasKilled(t *testing.T) {
	t.Parallel()
	const last = 15 // that apply sends, and one more
	for n := 1; n <= last; n++ {
		for _, carriedOut := range []bool{false, true} {
			if testing.Short() && (n%2 == 0) == carriedOut {
				continue
			}
			t.Run(fmt.Sprintf("request %d, carried out %t", n, carriedOut), func(t *testing.T) {
				t.Parallel()
				p := newPlace(t)
				p.exits(t, 0, "plan", p.zip, "-o", p.plan, "--report", "markdown="+filepath.Join(p.home, "report.md"))
				started := make(chan *exec.Cmd, 1)
				p.mu.Lock()
				p.requests = 0
				p.interrupted = func(at int, _ http.ResponseWriter, r *http.Request, serve func()) {
					if at != n {
						serve()
						return
					}
					cmd := <-started
					if carriedOut {
						p.carryOut(t, r)
					}
					if err := cmd.Process.Kill(); err != nil {
						t.Error(err)
					}
					panic(http.ErrAbortHandler)
				}
				p.mu.Unlock()
				cmd := p.start(t, "apply", p.plan, p.zip)
				started <- cmd
				err := cmd.Wait()
				p.mu.Lock()
				sent := p.requests
				p.interrupted = nil
				p.mu.Unlock()
				if killed := sent >= n; killed == (err == nil) {
					t.Fatalf("%d requests, error %v", sent, err)
				}
				p.clean(t)
				p.exits(t, 0, "apply", p.plan, p.zip)
				p.holds(t, 1, 0)
				content := p.server.Content("target").Content()
				if len(content.Deployments) != 1 || len(content.EnvironmentVariables) != 2 {
					t.Errorf("the project has %v", content)
				}
			})
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

// replace replaces a text in a body.
func replace(body io.ReadCloser, old, updated string) (io.ReadCloser, int64, error) {
	text, err := io.ReadAll(body)
	body.Close()
	text = bytes.ReplaceAll(text, []byte(old), []byte(updated))
	return io.NopCloser(bytes.NewReader(text)), int64(len(text)), err
}

func TestApplyRefusesAScanThatIsNotAsPlanned(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.exits(t, 0, "plan", p.zip, "-o", p.plan)
	p.change(nil, func(r *http.Response) (err error) {
		if strings.Contains(r.Request.URL.Path, "/imports/") && r.Request.Method == http.MethodGet {
			r.Body, r.ContentLength, err = replace(r.Body, "as planned", "as scanned")
			r.Header.Del("Content-Length")
		}
		return err
	})
	p.exits(t, 4, "apply", p.plan, p.zip)
	if out := p.output.String(); !strings.Contains(out, "not what was planned: the scan") || !strings.Contains(out, "deleted import ") {
		t.Error(out)
	}
	p.holds(t, 0, 0)
}

func TestApplySaysWhatHasArrivedDifferently(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.exits(t, 0, "plan", p.zip, "-o", p.plan)
	p.change(func(r *http.Request) {
		if r.Method == http.MethodPatch {
			body, size, err := replace(r.Body, "as planned", "as changed on the way")
			if err != nil {
				t.Error(err)
			}
			r.Body, r.ContentLength = body, size
		}
	}, nil)
	p.exits(t, 3, "apply", p.plan, p.zip)
	if out := p.output.String(); !strings.Contains(out, `different deployment d /description: "as changed on the way" -> "as planned"`) {
		t.Error(out)
	}
	p.holds(t, 1, 0)
}

// A host of before client 4.11 takes an export of everything for one of nothing,
// and has no services in details.
func TestPlanNoticesAHostThatDoesNotKnowAll(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.change(func(r *http.Request) { r.URL.RawQuery = "" }, func(r *http.Response) (err error) {
		r.Body, r.ContentLength, err = replace(r.Body, `"services"`, `"x"`)
		r.Header.Del("Content-Length")
		return err
	})
	p.exits(t, 1, "plan", p.zip, "-o", p.plan)
	if out := p.output.String(); !strings.Contains(out, "may not know all=true") || strings.Contains(out, "create deployment") {
		t.Error(out)
	}
	if _, err := os.Stat(p.plan); !os.IsNotExist(err) {
		t.Errorf("there is a plan: %v", err)
	}
	p.holds(t, 0, 0)
}

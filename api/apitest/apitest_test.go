package apitest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server"
)

func TestServer_aProjectMovesToAnother(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, append(opts, apitest.WithProject("from", apitest.FromBytes(sampleZIP(t))), apitest.WithProject("to"))...)
		move(t, s, "from", "to")
		changes, err := archive.Diff(s.Content("from"), s.Content("to"))
		must(t, err)
		for _, c := range changes {
			if !strings.HasSuffix(string(c.Path), "/labels/import") && c.Path != "/environment_variables/TICKET_TOKEN/value" {
				t.Errorf("%s %s", c.Kind, c.Path)
			}
		}
		if len(changes) != 11 {
			t.Errorf("%d changes", len(changes))
		}
		equal(t, "requests", len(s.Requests()), 7)
	})
}

func TestServer_withoutOptionsThereIsOneEmptyProject(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	exports, err := s.Client(apitest.DefaultProject).Project(apitest.DefaultProject).Exports.List(t.Context())
	if err != nil || len(exports) != 0 {
		t.Errorf("got %v, %v", exports, err)
	}
	first, second := s.Client(apitest.DefaultProject), s.Client(apitest.DefaultProject)
	equal(t, "second client", second, first)
}

func TestServer_tokensAreThoseOfOneProject(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.WithProject("a"))
	s.AddProject("b")
	ctx := t.Context()
	reader := s.ReadOnlyClient("a")
	_, err := reader.Project("a").Exports.List(ctx)
	must(t, err)
	if _, err := reader.Project("a").Exports.Create(ctx, api.Selection{}); !errors.Is(err, api.ErrForbidden) {
		t.Errorf("a read-only client creates an export: %v", err)
	}
	if _, err := s.Client("a").Project("b").Exports.List(ctx); !errors.Is(err, api.ErrNotFound) {
		t.Errorf("a client sees another project: %v", err)
	}
	created, err := s.Project("b").Exports.Create(ctx, api.Selection{})
	must(t, err)
	equal(t, "creator", created.ExportedBy.Or(""), "apitest")
}

func TestServer_anyHTTPClientCanBeMadeWithWhatTheServerGives(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, opts...)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/projects/demo/imports", nil)
		must(t, err)
		req.Header.Set("Authorization", "Token "+s.ReadOnlyToken("demo"))
		resp, err := s.HTTPClient.Do(req)
		must(t, err)
		must(t, resp.Body.Close())
		equal(t, "status", resp.StatusCode, 200)
		equal(t, "request id", resp.Header.Get("X-Request-Id"), "apitest-1")
	})
}

func TestServer_nothingElseIsReachedInMemory(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost:80/", nil)
	must(t, err)
	resp, err := s.HTTPClient.Do(req)
	if err == nil {
		must(t, resp.Body.Close())
	}
	if err == nil || !strings.Contains(err.Error(), "not localhost:80") {
		t.Errorf("error is %v", err)
	}
}

func TestServer_afterTheTestTheServerIsGone(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]apitest.Option{"in memory": nil, "on a socket": {apitest.WithLoopback()}} {
		var s *apitest.Server
		fake := newFakeT()
		log := fake.run(func(t *fakeT) { s = apitest.New(t, opts...) })
		equal(t, name+": log", log, "")
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/status", nil)
		must(t, err)
		resp, err := s.HTTPClient.Do(req)
		if err == nil {
			must(t, resp.Body.Close())
		}
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestServer_theReferenceServerBehavesAsItIsTold(t *testing.T) {
	t.Parallel()
	content := archive.Content{EnvironmentVariables: variables("A")}
	s := apitest.New(t, apitest.WithProject("p", apitest.FromContent(content, nil)),
		apitest.WithServer(server.Options{OnConflict: plan.Overwrite, MaxArchive: 1 << 10}))
	ctx, c := t.Context(), s.Client("p")
	_, err := c.Project("p").Imports.Create(ctx, file(sampleZIP(t)))
	if failed, ok := errors.AsType[*api.Error](err); !ok || failed.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("error is %v", err)
	}
	created, err := c.Project("p").Imports.Create(ctx, file(export(t, c, "p")), api.SkipConfirmation())
	must(t, err)
	_, err = c.Project("p").Imports.WaitCompleted(ctx, created.ID)
	must(t, err)
}

func TestServer_aServerLastsUntilTheCleanupOfItsTestIsDone(t *testing.T) {
	t.Parallel()
	var saw []string
	log := newFakeT().run(func(t *fakeT) {
		s := apitest.New(t, apitest.JobsByHand())
		create(t, s.Client("demo"))
		t.Cleanup(func() { // the context of the test has ended
			step, ok := s.Step()
			s.AddProject("late", small)
			_, has := s.Content("late").Content().EnvironmentVariables["A"]
			saw = append(saw, step.To, fmt.Sprint(ok, has))
		})
	})
	equal(t, "log", log, "")
	equal(t, "seen", strings.Join(saw, " "), "processing true true")
}

func TestServer_afterItsEndAServerNamesTheCallThatNeedsIt(t *testing.T) {
	t.Parallel()
	for want, call := range map[string]func(s *apitest.Server){
		`apitest: Content of "demo": `: func(s *apitest.Server) { s.Content("demo") },
		`apitest: Step: `:              func(s *apitest.Server) { s.Step() },
		`apitest: AddProject: `:        func(s *apitest.Server) { s.AddProject("late") },
	} {
		var s *apitest.Server
		log := newFakeT().run(func(t *fakeT) {
			t.Cleanup(func() { call(s) })
			s = apitest.New(t, apitest.JobsByHand())
		})
		if !strings.HasPrefix(log, want) || !strings.Contains(log, context.Canceled.Error()) {
			t.Errorf("the log is %q; want %q", log, want)
		}
	}
}

func TestServer_aFailedTestLogsItsRequests(t *testing.T) {
	t.Parallel()
	log := newFakeT().run(func(t *fakeT) {
		s := apitest.New(t, apitest.WithFault(apitest.ExportsList, apitest.First(1), apitest.Answer(418, nil, "")))
		_, err := s.Project("demo").Exports.List(t.Context(), api.ExportsIn("pending"))
		t.Errorf("wrong: %v", err)
	})
	if !strings.Contains(log, "#1 ") || !strings.Contains(log, "GET /v2.1/projects/demo/exports -> 418 (in 0, out 0) [answer 418]") {
		t.Errorf("the log is\n%s", log)
	}
	if strings.Contains(log, "token") {
		t.Errorf("the log has a token:\n%s", log)
	}
}

func TestServer_mistakesEndTheTestAndAreNamed(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]func(t *fakeT){
		`project "X": a name has up to 64`:           func(t *fakeT) { apitest.New(t, apitest.WithProject("X")) },
		`AddProject: project "a": it exists already`: func(t *fakeT) { apitest.New(t, apitest.WithProject("a")).AddProject("a") },
		`there is no project "b", only ["demo"]`: func(t *fakeT) {
			apitest.New(t).Client("b")
		},
		`project "demo": seed 1 is the zero Seed`: func(t *fakeT) { apitest.New(t, apitest.WithProject("demo", apitest.Seed{})) },
		"New: option 2 is nil":                    func(t *fakeT) { apitest.New(t, apitest.JobsByHand(), nil) },
		"Storage and OnStep have to be empty": func(t *fakeT) {
			apitest.New(t, apitest.WithServer(server.Options{Storage: struct{ server.Storage }{}}))
		},
		"Workers":                          func(t *fakeT) { apitest.New(t, apitest.WithServer(server.Options{Workers: -1})) },
		"a status cannot last for 0 reads": func(t *fakeT) { apitest.New(t, apitest.JobsByReads(0)) },
		"a status cannot last for 0s":      func(t *fakeT) { apitest.New(t, apitest.JobsByTime(0)) },
		"Step needs the option JobsByHand": func(t *fakeT) { apitest.New(t).Step() },
		"WithUserAgent: the user agent is empty": func(t *fakeT) {
			apitest.New(t).Client("demo", api.WithUserAgent(""))
		},
		`Content of "gone": project "gone": not found`: func(t *fakeT) { apitest.New(t).Content("gone") },
		`fault for nonsense: no operation "nonsense"`: func(t *fakeT) {
			apitest.New(t).Inject("nonsense", apitest.Every(), apitest.ResetAfter())
		},
		"fault for *: there is no handler to stand around":     inject(apitest.Every(), apitest.Around("nothing", nil)),
		"fault for *: the zero Fault":                          inject(apitest.Every(), apitest.Fault{}),
		"fault for *: there are no calls from 3 to 2":          inject(apitest.Between(3, 2), apitest.ResetAfter()),
		"fault for *: no response has the status 99":           inject(apitest.Every(), apitest.Answer(99, nil, "")),
		"fault for *: a delay cannot be 0s":                    inject(apitest.Every(), apitest.Delay(0)),
		"fault for *: a response cannot be cut after -1 bytes": inject(apitest.Every(), apitest.CutResponse(-1)),
		"fault for *: a request cannot be cut after -1 bytes":  inject(apitest.Every(), apitest.CutRequest(-1)),
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			if log := newFakeT().run(f); !strings.Contains(log, "apitest: ") || !strings.Contains(log, want) {
				t.Errorf("the log is %q", log)
			}
		})
	}
}

// inject is a mistake as an option and later.
func inject(calls apitest.Calls, fault apitest.Fault) func(t *fakeT) {
	return func(t *fakeT) {
		log := newFakeT().run(func(t *fakeT) { apitest.New(t, apitest.WithFault(apitest.AnyOperation, calls, fault)) })
		if log == "" {
			return
		}
		apitest.New(t).Inject(apitest.AnyOperation, calls, fault)
	}
}

package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
	"github.com/ubiops-contrib/transfer/api/server"
)

const doctorToken = "0123456789abcdef0123456789abcdef01234567"

// diagnosed is what doctor found: the results and the texts of its checks by name.
type diagnosed struct {
	results, texts map[string]string
	code           int
}

func envOf(host, token string) func(string) string {
	env := map[string]string{api.EnvHost: host, api.EnvToken: token, "UBIOPS_PROJECT": "demo"}
	return func(name string) string { return env[name] }
}

// diagnose runs doctor, whose answer has to be as published and without the token.
func diagnose(t *testing.T, host, token string, args ...string) diagnosed {
	t.Helper()
	var out, messages bytes.Buffer
	err := cli.Run(t.Context(), append([]string{"doctor", "--format", "json"}, args...), envOf(host, token), strings.NewReader(""), &out, &messages)
	if strings.Contains(out.String()+messages.String()+fmt.Sprint(err), token) {
		t.Errorf("the token is printed: %s", &out)
	}
	d := diagnosed{map[string]string{}, map[string]string{}, cli.ExitCode(err)}
	conforms(t, "doctor", out.String())
	var read struct {
		Checks []struct {
			Name    string `json:"name"`
			Result  string `json:"result"`
			Message string `json:"message"`
			Next    string `json:"next"`
		} `json:"checks"`
	}
	if err := json.Unmarshal(out.Bytes(), &read); err != nil {
		t.Fatal(err)
	}
	for _, c := range read.Checks {
		d.results[c.Name], d.texts[c.Name] = c.Result, c.Message+" "+c.Next
	}
	return d
}

// wants checks the exit code, one result, and a part of what is said about it.
func (d diagnosed) wants(t *testing.T, code int, name, result, part string) {
	t.Helper()
	if d.code != code || d.results[name] != result || !strings.Contains(d.texts[name], part) {
		t.Errorf("exit code %d, %s %s %q; want %d, %s, %q; all: %v", d.code, name, d.results[name], d.texts[name], code, result, part, d.texts)
	}
}

func requests(s *apitest.Server) (all string) {
	for _, r := range s.Requests() {
		all += r.Method + " "
	}
	return strings.TrimSpace(all)
}

func TestDoctorOnlyReads(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.WithLoopback())
	d := diagnose(t, s.URL, s.Token("demo"))
	d.wants(t, 0, "base path", "ok", "the API is there")
	d.wants(t, 0, "contract", "skipped", "--write")
	d.wants(t, 0, "create and delete", "skipped", "--write")
	d.wants(t, 0, "query all", "skipped", "4.11.0")
	if got := requests(s); got != "GET GET GET" {
		t.Errorf("it sends %s", got)
	}
}

func TestDoctorReadsWhatIsThere(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.WithLoopback())
	project := s.Project("demo")
	export, err := project.Exports.Run(t.Context(), api.Everything())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := project.Imports.Create(t.Context(), api.FromExport(export.ID)); err != nil {
		t.Fatal(err)
	}
	d := diagnose(t, s.URL, s.Token("demo"))
	d.wants(t, 0, "read an import", "ok", "")
	d.wants(t, 0, "contract", "ok", "")
	d.wants(t, 0, "query all", "ok", "4.11.0")
}

func TestDoctorWritesAnEmptyExportAndDeletesIt(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.WithLoopback())
	d := diagnose(t, s.URL, s.Token("demo"), "--write")
	d.wants(t, 0, "delete an export", "ok", "")
	if got := requests(s); got != "GET GET GET POST GET DELETE" {
		t.Errorf("it sends %s", got)
	}
}

// Whatever Ctrl-C meets, nothing is left that is not named.
func TestDoctorLeavesNothingAfterCtrlC(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		method, part string
		deletes      int
		refused      bool
	}{
		{http.MethodGet, "context canceled", 1, false},
		{http.MethodGet, "is left", 1, true},
		{http.MethodPost, "may be left", 0, false},
	} {
		s := apitest.New(t, apitest.WithLoopback())
		if test.refused {
			s.Inject(apitest.ExportsDelete, apitest.First(1), apitest.Answer(http.StatusForbidden, nil, ""))
		}
		ctx, cancel := context.WithCancel(t.Context())
		host := before(t, s, func(r *http.Response) {
			if r.Request.Method == test.method && s.Count(apitest.ExportsCreate) == 1 {
				cancel()
				if test.method == http.MethodPost {
					<-r.Request.Context().Done() // the client has gone before the response comes
				}
			}
		})
		err := cli.Run(ctx, []string{"doctor", "--write"}, envOf(host, s.Token("demo")), strings.NewReader(""), io.Discard, io.Discard)
		if cli.ExitCode(err) != 130 || !strings.Contains(err.Error(), test.part) {
			t.Errorf("%s: error %v", test.method, err)
		}
		if n := s.Count(apitest.ExportsDelete); n != test.deletes {
			t.Errorf("%s: %d calls of delete", test.method, n)
		}
	}
}

// before returns the base URL of a proxy that changes the responses of a server.
func before(t *testing.T, s *apitest.Server, change func(*http.Response)) string {
	t.Helper()
	to, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	base := to.Path
	to.Path = ""
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.Transport = s.HTTPClient.Transport
	proxy.ModifyResponse = func(r *http.Response) error { change(r); return nil }
	web := httptest.NewServer(proxy)
	t.Cleanup(web.Close)
	return web.URL + base
}

func TestDoctorFindsWhatATokenMayNotDo(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.WithLoopback(), apitest.WithProject("demo"), apitest.WithProject("other"))
	diagnose(t, s.URL, doctorToken).wants(t, 5, "token", "failed", "401")
	diagnose(t, s.URL, s.Token("other")).wants(t, 1, "project", "failed", "404")
	diagnose(t, s.URL, s.ReadOnlyToken("demo")).wants(t, 0, "token", "ok", "")
	diagnose(t, s.URL, s.ReadOnlyToken("demo"), "--write").wants(t, 5, "create an export", "failed", "403")
	s.Inject(apitest.ImportsList, apitest.First(1), apitest.Answer(http.StatusForbidden, nil, `{"error": "no permission"}`))
	d := diagnose(t, s.URL, s.Token("demo"))
	d.wants(t, 5, "list imports", "failed", "no permission")
	d.wants(t, 5, "list exports", "ok", "")
	s.Inject(apitest.ExportsList, apitest.First(1), apitest.Answer(http.StatusBadGateway, nil, "down"))
	s.Inject(apitest.ImportsList, apitest.First(1), apitest.Answer(http.StatusBadGateway, nil, "down"))
	d = diagnose(t, s.URL, s.Token("demo"))
	d.wants(t, 1, "list exports", "failed", "502")
	d.wants(t, 1, "token", "skipped", "")
}

func TestDoctorFindsAWrongClock(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.WithLoopback())
	for off, part := range map[time.Duration]string{-time.Hour: "ahead of the host", time.Hour: "behind the host"} {
		host := before(t, s, func(r *http.Response) {
			r.Header.Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
		})
		d := diagnose(t, host, s.Token("demo"))
		d.wants(t, 1, "clock", "failed", part)
		d.wants(t, 1, "list exports", "ok", "")
	}
}

func TestDoctorFindsThatTheRateLimitIsNearlyUsedUp(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.WithLoopback(), apitest.WithServer(server.Options{RateLimit: 3}))
	diagnose(t, s.URL, s.Token("demo")).wants(t, 0, "rate limit", "warning", "0 of 3")
}

// host serves one answer to everything.
func host(t *testing.T, status int, contentType, body string) string {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(web.Close)
	return web.URL
}

func TestDoctorFindsAHostThatIsNotTheAPI(t *testing.T) {
	t.Parallel()
	page := "<!DOCTYPE html><html><title>Log in \x1b[31m</title><body>" + strings.Repeat("text ", 50_000) + "</body></html>"
	for name, test := range map[string]struct{ host, part string }{
		"a page":         {host(t, 200, "text/html", page), "web pages"},
		"a page for 404": {host(t, 404, "text/html", page), "Log in"},
		"an empty 404":   {host(t, 404, "text/plain", ""), "404"},
		"JSON, but not":  {host(t, 200, "application/json", `{"status": ""}`), "the API is not there"},
		"a redirect":     {host(t, 302, "text/html", ""), "302"},
	} {
		d := diagnose(t, test.host, doctorToken)
		d.wants(t, 1, "base path", "failed", test.part)
		if d.results["host"] != "ok" || len(d.results) != 3 {
			t.Errorf("%s: %v", name, d.results)
		}
	}
}

func TestDoctorFindsTheBasePath(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.WithLoopback())
	root := strings.TrimSuffix(s.URL, "/v2.1")
	for _, wrong := range []string{root + "/v1", root + "/prefix/v2"} {
		diagnose(t, wrong, s.Token("demo")).wants(t, 1, "base path", "failed", "the API is at "+root+"/v2.1: set UBIOPS_API_HOST")
	}
	bare := before(t, s, func(r *http.Response) { // without /status
		if strings.HasSuffix(r.Request.URL.Path, "/status") {
			r.StatusCode = http.StatusNotFound
		}
	})
	diagnose(t, bare, s.Token("demo")).wants(t, 0, "base path", "ok", "it does not know /status")
	diagnose(t, bare, doctorToken).wants(t, 5, "base path", "warning", "asks for a token")
}

func TestDoctorFindsAHostThatIsNotReached(t *testing.T) {
	t.Parallel()
	plain := host(t, 200, "text/html", "")
	encrypted := httptest.NewUnstartedServer(nil)
	encrypted.Config.ErrorLog = log.New(io.Discard, "", 0)
	encrypted.StartTLS()
	t.Cleanup(encrypted.Close)
	for host, part := range map[string]string{
		"http://127.0.0.1:1":          "look at the network",
		"https" + plain[len("http"):]: "does not speak TLS",
		encrypted.URL:                 "SSL_CERT_FILE",
	} {
		d := diagnose(t, host, doctorToken)
		d.wants(t, 5, "host", "failed", part)
		if len(d.results) != 1 {
			t.Errorf("%v", d.results)
		}
	}
}

const (
	oldExport = `{"id": "903ccd12-81d1-46e1-9ac9-b9d70af118de", "status": "completed", "error_message": "", "creation_date": "2021-06-18T08:32:14Z", "size": 1}`
	newExport = `{"id": "903ccd12-81d1-46e1-9ac9-b9d70af118de", "status": "paused", "error_message": "", "creation_date": "2021-06-18T08:32:14Z", "size": 1, "colour": "red"}`
)

func TestDoctorComparesTheHostWithTheContract(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ export, part string }{
		"an older host": {oldExport, "ExportList.description (client 4.5.0)"},
		"a newer host":  {newExport, `ExportDetail.colour, ExportList.colour, status "paused"`},
	} {
		mux := http.NewServeMux()
		for path, body := range map[string]string{"status": `{"status": "ok"}`, "projects/demo/imports": "[]", "projects/demo/exports": "[" + test.export + "]", "projects/demo/exports/{id}": test.export} {
			mux.HandleFunc("GET /v2/"+path, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, body)
			})
		}
		web := httptest.NewServer(mux)
		t.Cleanup(web.Close)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := diagnose(t, web.URL+"/v2", doctorToken)
			d.wants(t, 0, "contract", "warning", test.part)
			d.wants(t, 0, "query all", "skipped", "an older host ignores it")
		})
	}
}

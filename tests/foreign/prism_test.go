package foreign

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/conformance"
	"github.com/ubiops-contrib/transfer/api/server"
)

// prism is the proxy Prism between two proxies. The first puts it under the base
// path and collects the violations of the contract that it finds. Prism takes every
// body for text: the two make archives text on the way through it.
type prism struct {
	url string

	mu    sync.Mutex
	found []string
}

var listening = regexp.MustCompile(`Prism is listening on (http://127\.0\.0\.1:\d+)`)

func startPrism(t *testing.T, upstream string) *prism {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", tool(t, "prism/node_modules/@stoplight/prism-cli/dist/index.js"),
		"proxy", "--host", "127.0.0.1", "--port", "0", contract, behind(t, upstream))
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	var log strings.Builder
	var root *url.URL
	for lines := bufio.NewScanner(stdout); root == nil && lines.Scan(); {
		log.WriteString(lines.Text() + "\n")
		if m := listening.FindStringSubmatch(lines.Text()); m != nil {
			if root, err = url.Parse(m[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if root == nil {
		t.Fatalf("Prism does not listen:\n%s", &log)
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()

	p := &prism{}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(root)
			recode(t, &r.Out.Body, &r.Out.ContentLength, r.Out.Header, toText)
		},
		ModifyResponse: func(resp *http.Response) error {
			recode(t, &resp.Body, &resp.ContentLength, resp.Header, toBytes)
			return p.collect(resp)
		},
	}
	mux := http.NewServeMux()
	for _, base := range server.BaseURLs() {
		mux.Handle(base+"/", http.StripPrefix(base, proxy))
	}
	front := httptest.NewServer(mux)
	t.Cleanup(front.Close)
	p.url = front.URL + server.BaseURL
	return p
}

// behind is the proxy after Prism.
func behind(t *testing.T, upstream string) string {
	t.Helper()
	to, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	back := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			recode(t, &r.Out.Body, &r.Out.ContentLength, r.Out.Header, toBytes)
		},
		ModifyResponse: func(resp *http.Response) error {
			recode(t, &resp.Body, &resp.ContentLength, resp.Header, toText)
			return nil
		},
	})
	t.Cleanup(back.Close)
	return back.URL
}

// recode changes a body, unless it is JSON.
func recode(t *testing.T, body *io.ReadCloser, length *int64, header http.Header, code func([]byte) []byte) {
	if *body == nil || *body == http.NoBody || strings.HasPrefix(header.Get("Content-Type"), "application/json") {
		return
	}
	data, err := io.ReadAll(*body)
	if err := errors.Join(err, (*body).Close()); err != nil {
		t.Errorf("a body between client and server: %v", err)
	}
	data = code(data)
	*body, *length = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	header.Set("Content-Length", strconv.Itoa(len(data)))
}

// toText makes each byte the character of its number, and toBytes takes it back.
func toText(data []byte) []byte {
	var text []byte
	for _, b := range data {
		text = utf8.AppendRune(text, rune(b))
	}
	return text
}

func toBytes(text []byte) []byte {
	var data []byte
	for _, r := range string(text) {
		data = append(data, byte(r))
	}
	return data
}

// collect takes the header with the violations out of a response.
func (p *prism) collect(resp *http.Response) error {
	text := resp.Header.Get("Sl-Violations")
	resp.Header.Del("Sl-Violations")
	if text == "" {
		return nil
	}
	var violations []struct {
		Location []string `json:"location"`
		Message  string   `json:"message"`
	}
	if err := json.Unmarshal([]byte(text), &violations); err != nil {
		return fmt.Errorf("the violations %q: %w", text, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range violations {
		p.found = append(p.found, fmt.Sprintf("%s: %s (%s %s: %d)", strings.Join(v.Location, "."), v.Message, resp.Request.Method, resp.Request.URL, resp.StatusCode))
	}
	return nil
}

// violations returns what has been found since it was asked last.
func (p *prism) violations() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := p.found
	p.found = nil
	return found
}

// without are the checks that Prism makes impossible: it never answers a request
// with a body that is not JSON, and an upload is there before it is answered.
var without = []string{"exports/create/malformed", "imports/confirm/malformed", "imports/download/early"}

func TestPrismBetweenOurClientAndOurServerFindsNothing(t *testing.T) {
	t.Parallel()
	s := start(t, apitest.JobsByReads(1), apitest.WithProject("target"))
	p := startPrism(t, s.URL)
	client, err := api.NewClient(api.WithHost(p.url), api.WithToken(s.Token(project)))
	if err != nil {
		t.Fatal(err)
	}
	move(t, client, s)
	if found := p.violations(); len(found) > 0 {
		t.Errorf("a move: %s", strings.Join(found, "\n"))
	}
	wantEveryOperation(t, s)

	report, err := conformance.Run(t.Context(), client, conformance.Options{Project: project, Write: true, Create: true, Without: without, Poll: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Results {
		if r.Outcome != conformance.Pass && r.Outcome != conformance.Observed && r.Outcome != conformance.Off {
			t.Errorf("%s: %s, %s", r.Check, r.Outcome, r.Message)
		}
	}
	found := p.violations()
	responses := slices.DeleteFunc(slices.Clone(found), func(v string) bool { return strings.HasPrefix(v, "request") })
	if len(responses) > 0 {
		t.Errorf("the suite: %s", strings.Join(responses, "\n"))
	}
	if len(found) == len(responses) {
		t.Error("it finds nothing in the requests of the suite that break the contract")
	}

	s.Inject(apitest.ExportsList, apitest.Every(), apitest.Answer(http.StatusOK, http.Header{"Content-Type": {"application/json"}}, `[{"id": 1}]`))
	if _, err := client.Project(project).Exports.List(t.Context()); err == nil {
		t.Error("the client takes a wrong response")
	}
	if found := p.violations(); !slices.ContainsFunc(found, func(v string) bool { return strings.HasPrefix(v, "response.body") }) {
		t.Errorf("of a wrong response it finds %q", found)
	}
}

// move does every operation as a program would.
func move(t *testing.T, client *api.Client, s *apitest.Server) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	other, err := client.With(api.WithToken(s.Token("target")))
	must(err)
	source, target := client.Project(project), other.Project("target")
	path := filepath.Join(t.TempDir(), "project.zip")
	export, err := source.Exports.RunToFile(t.Context(), api.Everything(), path)
	must(err)
	_, err = source.Exports.List(t.Context())
	must(err)
	must(source.Exports.Delete(t.Context(), export.ID))
	done, err := target.Imports.Run(t.Context(), api.FromFile(path), api.Accept())
	must(err)
	_, err = target.Imports.List(t.Context())
	must(err)
	_, err = target.Imports.DownloadToFile(t.Context(), done.ID, filepath.Join(t.TempDir(), "import.zip"))
	must(err)
	must(target.Imports.Delete(t.Context(), done.ID))
}

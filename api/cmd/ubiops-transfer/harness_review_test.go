package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// reading is a review by the command, and its reader.
type reading struct {
	*testing.T
	cmd    *exec.Cmd
	output *bytes.Buffer // stderr, and stdout but for its first line
	rest   chan struct{} // stdout has ended
	base   string
	client *http.Client
}

// review starts the command, without a value for KEY in its environment, and opens the
// link that it prints.
func (p *place) review(t *testing.T, args ...string) *reading {
	t.Helper()
	return p.reviewIn(t, "", args...)
}

func (p *place) reviewIn(t *testing.T, folder string, args ...string) *reading {
	t.Helper()
	r := &reading{T: t, output: &bytes.Buffer{}, rest: make(chan struct{})}
	r.cmd = exec.CommandContext(t.Context(), os.Args[0], append([]string{"review"}, args...)...)
	r.cmd.Env = append(os.Environ(), "TEST_RUNS_THE_COMMAND=1", "HOME="+p.home, "XDG_CONFIG_HOME="+p.home,
		api.EnvHost+"="+p.url, api.EnvToken+"="+p.tokens[p.target], "UBIOPS_PROJECT=target")
	r.cmd.Stderr, r.cmd.Dir = r.output, folder
	stdout, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	line, _ := lines.ReadString('\n') // without a link, exits tells
	var more bytes.Buffer
	go func() {
		defer close(r.rest)
		_, _ = io.Copy(&more, lines) // until the command ends
	}()
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill() // it may have ended
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r.client = &http.Client{Jar: jar}
	link, ok := strings.CutPrefix(strings.TrimSpace(line), "review ")
	if !ok {
		return r
	}
	r.base, _, _ = strings.Cut(link, "?")
	r.get(link)
	return r
}

func (r *reading) get(link string) string {
	r.Helper()
	response, err := r.client.Get(link)
	if err != nil {
		r.Fatal(err)
	}
	return r.text(response)
}

func (r *reading) text(response *http.Response) string {
	r.Helper()
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.Fatal(err)
	}
	if planted.Match(text) {
		r.Errorf("the page has a value: %s", text)
	}
	return string(text)
}

// decide presses a button of the page as it is, with more fields.
func (r *reading) decide(button string, fields map[string]string) string {
	r.Helper()
	return r.decideOn(r.get(r.base), button, fields)
}

func (r *reading) decideOn(page, button string, fields map[string]string) string {
	r.Helper()
	response, err := r.client.PostForm(r.base, r.form(page, button, fields))
	if err != nil {
		r.Fatal(err)
	}
	return r.text(response)
}

func (r *reading) form(page, button string, fields map[string]string) url.Values {
	r.Helper()
	v := url.Values{"do": {button}}
	for _, found := range regexp.MustCompile(`(?:type="hidden" name="([^"]+)" value="([^"]*)"|name="(take)" value="(\d+)"[^>]* checked>)`).FindAllStringSubmatch(page, -1) {
		v.Add(found[1]+found[3], found[2]+found[4])
	}
	for name, value := range fields {
		found := regexp.MustCompile(`for="v(\d+)">` + name).FindStringSubmatch(page)
		if found == nil {
			r.Fatalf("the page has no field for %s: %s", name, page)
		}
		v.Set("value:"+found[1], value)
	}
	return v
}

// exits waits for the end, and returns what was printed.
func (r *reading) exits(code int) string {
	r.Helper()
	<-r.rest
	_ = r.cmd.Wait() // the code tells
	if got := r.cmd.ProcessState.ExitCode(); got != code {
		r.Errorf("it exits with %d, want %d: %s", got, code, r.output)
	}
	if planted.Match(r.output.Bytes()) {
		r.Errorf("it prints a value: %s", r.output)
	}
	return r.output.String()
}

func (r *reading) wants(text string, parts ...string) {
	r.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			r.Errorf("it lacks %q: %s", part, text)
		}
	}
}

func (p *place) imports(t *testing.T) []models.ImportList {
	t.Helper()
	imports, err := p.project(t, p.target).Imports.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return imports
}

// load puts content into the project, besides what it has.
func (p *place) load(t *testing.T, content archive.Content) {
	t.Helper()
	for name, d := range content.Deployments {
		d.InputType, d.OutputType = new(models.DataStructure("plain")), new(models.DataStructure("plain"))
		content.Deployments[name] = d
	}
	var zip bytes.Buffer
	if err := archive.Write(&zip, content, nil); err != nil {
		t.Fatal(err)
	}
	source := api.FromReader(bytes.NewReader(zip.Bytes()), int64(zip.Len()), "there.zip")
	imports := p.project(t, p.target).Imports
	done, err := imports.Run(t.Context(), source, api.Accept())
	if err == nil {
		err = imports.Delete(t.Context(), done.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
}

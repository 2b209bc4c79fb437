package main

import (
	"html"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// shell runs what a page shows as its command, in the folder of the place.
func (p *place) shell(t *testing.T, page string) (string, error) {
	t.Helper()
	_, text, _ := strings.Cut(page, `<pre class="command" tabindex="0">`)
	text, _, ok := strings.Cut(text, "</pre>")
	if !ok {
		t.Fatalf("the page has no command: %s", page)
	}
	bin := t.TempDir()
	if err := os.Symlink(os.Args[0], filepath.Join(bin, "ubiops-transfer")); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "bash", "-c", html.UnescapeString(text))
	c.Dir = p.home
	c.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "TEST_RUNS_THE_COMMAND=1", "KEY=planted-secret", "HOME="+p.home, "XDG_CONFIG_HOME="+p.home,
		api.EnvHost+"="+p.url, api.EnvToken+"="+p.tokens[p.target])
	out, err := c.CombinedOutput()
	return html.UnescapeString(text) + "\n" + string(out), err
}

// has returns the names of variables that the target has.
func (p *place) has(name string) bool {
	_, ok := p.server.Content(p.target).Content().EnvironmentVariables[name]
	return ok
}

// leave unticks an object by its name.
func (r *reading) leave(object string) string {
	r.Helper()
	page := r.get(r.base)
	left := strings.ReplaceAll(page, `aria-label="Take `+object+`" checked>`, `aria-label="Take `+object+`">`)
	if left == page {
		r.Fatalf("there is no tick at %s: %s", object, page)
	}
	return r.decideOn(left, "update", nil)
}

func TestTheCommandOfAReviewDoesTheSame(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skipf("NOT RUN: %v", err)
	}
	p := newPlace(t)
	odd := filepath.Join(p.home, "it's $(an) archive.zip")
	if err := os.Rename(p.zip, odd); err != nil {
		t.Fatal(err)
	}
	r := p.review(t, odd)
	page := r.leave("variable PLAIN")
	r.wants(page, "# values are read from env:KEY")
	if out, err := p.shell(t, page); err != nil || !p.has("KEY") || p.has("PLAIN") {
		t.Errorf("%v, KEY %t, PLAIN %t: %s", err, p.has("KEY"), p.has("PLAIN"), out)
	}
	r.decide("cancel", nil)
	r.exits(4)

	// What is in the folder already stays, and is not taken for what the page means.
	p = newPlace(t)
	mine := filepath.Join(p.home, "plan.json")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	r = p.review(t, p.zip)
	out, err := p.shell(t, r.leave("variable PLAIN"))
	if kept, unread := os.ReadFile(mine); err == nil || unread != nil || string(kept) != "mine" || p.has("KEY") {
		t.Errorf("%v, the file is %q, %v: %s", err, kept, unread, out)
	}
	r.decide("cancel", nil)
	r.exits(4)
	created, err := p.project(t, p.target).Imports.Create(t.Context(), api.FromFile(p.zip))
	if err != nil {
		t.Fatal(err)
	}
	r = p.review(t, "--import", created.ID)
	page = r.leave("variable KEY")
	if out, err := p.shell(t, page); err != nil || p.has("KEY") || !p.has("PLAIN") {
		t.Errorf("%v, KEY %t, PLAIN %t: %s", err, p.has("KEY"), p.has("PLAIN"), out)
	}
	// Somebody else was faster.
	r.wants(r.decide("reject", nil), "The import was not deleted: it does not wait for a decision any more: it is completed")
	r.wants(r.decide("confirm", nil), "was confirmed meanwhile, not here and maybe not as planned")
	r.exits(4)
}

func TestTheCommandOfAReviewGoesWhereTheReviewGoes(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.exits(t, 0, "profile", "add", "production", "--host", p.url, "--project", p.target, "--colour", "purple", "--", "cat", filepath.Join(p.home, "target.token"))
	r := p.review(t, p.zip, "--profile", "production")
	page := r.get(r.base)
	r.wants(page, "plan "+p.zip+" --project=target --profile=production -o plan.json", "apply plan.json "+p.zip+" --project=target --profile=production", `<header class="purple">`)
	r.decide("cancel", nil)
	r.exits(4)

	p.exits(t, 0, "plan", p.zip, "-o", p.plan)
	r = p.review(t, p.plan, "--profile", "production")
	r.wants(r.get(r.base), `<header class="purple">`, "Whoever applies the plan reads them from here", "<code>env:KEY</code>")
	r.decide("cancel", nil)
	r.exits(4)
	r = p.review(t, p.plan, "--secret", "KEY=env:KEY")
	r.wants(r.exits(1), "--secret cannot be given")

	dash := "-x.zip"
	text, err := os.ReadFile(p.zip)
	if err == nil {
		err = os.WriteFile(filepath.Join(p.home, dash), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	r = p.reviewIn(t, p.home, "--", dash)
	r.wants(r.get(r.base), "plan ./-x.zip --project=")
	r.decide("cancel", nil)
	r.exits(4)
}

func TestAProjectThatHasAnotherObjectMeanwhileIsPlannedAgain(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.review(t, p.zip, "--on-conflict", "skip")
	r.wants(r.get(r.base), "4</b> to create")
	p.load(t, archive.Content{
		Deployments:          map[string]models.Deployment{"d": {Description: models.Value("another"), Versions: map[string]models.DeploymentVersion{"v": {}}}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{"KEY": {Secret: new(true), Value: models.Value("x")}, "PLAIN": {Value: models.Value("y"), Secret: new(false)}},
	})
	r.wants(r.decide("confirm", map[string]string{"KEY": "planted-secret"}), "The project has changed", "&#43; different deployment d")
	r.decide("cancel", nil)
	r.exits(4)
}

// untilScanned lets nothing hear of an import's scan, and returns what closes when
// somebody asks.
func (p *place) untilScanned() <-chan struct{} {
	return p.until(http.MethodGet, "/imports/", func(*http.Request) {})
}

// until does something with the first request of a method whose path has a part, lets
// nobody hear of it, and returns what closes then.
func (p *place) until(method, part string, do func(*http.Request)) <-chan struct{} {
	asked := make(chan struct{})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.interrupted = func(_ int, _ http.ResponseWriter, q *http.Request, serve func()) {
		if q.Method != method || !strings.Contains(q.URL.Path, part) {
			serve()
			return
		}
		p.mu.Lock()
		p.interrupted = nil
		p.mu.Unlock()
		do(q)
		close(asked)
		<-q.Context().Done() // until the command does not wait any more
	}
	return asked
}

func TestWhatIsInterruptedSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.review(t, p.zip)
	asked := p.untilScanned()
	v, result := r.form(r.get(r.base), "confirm", map[string]string{"KEY": "planted-secret"}), make(chan struct{})
	go func() {
		defer close(result)
		if response, err := r.client.PostForm(r.base, v); err == nil { // the command may end first
			response.Body.Close()
		}
	}()
	<-asked
	if err := r.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	out := r.exits(130)
	<-result
	r.wants(out, "interrupted: context canceled; nothing was created", "What was begun is taken back")
	p.holds(t, 0)
	p.output.Reset()
	p.exits(t, 0, "journal", "list")
	if got := p.output.String(); strings.Contains(got, "import") {
		t.Errorf("the journal still has it: %s", got)
	}

	p = newPlace(t)
	p.exits(t, 0, "plan", p.zip, "-o", p.plan)
	asked = p.untilScanned()
	cmd := p.start(t, "apply", p.plan, p.zip)
	<-asked
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the code tells
	if out := p.output.String(); cmd.ProcessState.ExitCode() != 130 || !strings.Contains(out, "The same command continues") || strings.Contains(out, "nothing was left behind") {
		t.Errorf("apply exits with %d: %s", cmd.ProcessState.ExitCode(), out)
	}
	p.exits(t, 0, "apply", p.plan, p.zip)
	p.holds(t, 1)
}

// The import is there, and nobody has heard of it.
func TestAReviewThatIsInterruptedAtTheUploadTakesItBack(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	r := p.review(t, p.zip)
	created := p.until(http.MethodPost, "/imports", func(q *http.Request) { p.carryOut(t, q) })
	v, result := r.form(r.get(r.base), "confirm", map[string]string{"KEY": "planted-secret"}), make(chan struct{})
	go func() {
		defer close(result)
		if response, err := r.client.PostForm(r.base, v); err == nil { // the command may end first
			response.Body.Close()
		}
	}()
	<-created
	if n := len(p.imports(t)); n != 1 {
		t.Fatalf("%d imports were created", n)
	}
	if err := r.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	out := r.exits(130)
	<-result
	r.wants(out, "nothing was created")
	p.holds(t, 0)
}

// A command that looks for what an earlier one has left is interrupted.
func TestWhatIsInterruptedAgainStillContinues(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]func(p *place) []string{
		"apply":   func(p *place) []string { return []string{"apply", p.plan, p.zip} },
		"restore": func(p *place) []string { return []string{"restore", p.zip, "--yes", "--secret", "KEY=env:KEY"} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.exits(t, 0, "plan", p.zip, "-o", p.plan)
			created := p.until(http.MethodPost, "/imports", func(q *http.Request) { p.carryOut(t, q) })
			cmd := p.start(t, args(p)...)
			<-created
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // it was killed
			looking := p.until(http.MethodGet, "/imports", func(*http.Request) {})
			cmd = p.start(t, args(p)...)
			<-looking
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // the code tells
			if out := p.output.String(); cmd.ProcessState.ExitCode() != 130 || !strings.Contains(out, "he same command continues") || strings.Contains(out, "nothing was left behind") {
				t.Errorf("it exits with %d: %s", cmd.ProcessState.ExitCode(), out)
			}
			p.exits(t, 0, args(p)...)
			p.holds(t, 1)
		})
	}
}

package official

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/server"
)

// step is a command line that both commands are given.
type step struct {
	line  string // without the name of the command
	stdin string
	exit  int
}

// The first export and the first import of a server, and one that is not there.
const (
	first = "00000000-0000-7000-8000-000000000001"
	next  = "00000000-0000-7000-8000-000000000002"
	none  = "00000000-0000-7000-8000-00000000dead"
)

var inputs = map[string]string{
	"selection.yaml": "deployments:\n  deployment-1:\n    versions:\n      v1: {}\n  deployment-2: {}\npipelines: {}\n",
	"flags.yaml":     "environment_variables:\n  A:\n    include_value: yes\n  B: {include_value: OFF}\ndeployments:\n  deployment-1:\n    versions:\n      v1:\n        environment_variables: &e {C: {include_value: True}}\n    environment_variables:\n      <<: *e\n",
	"empty.yaml":     "",
	"null.yaml":      "deployments:\n",
	"list.yaml":      "pipelines: [a]\n",
	"broken.yaml":    "deployments: [\n",
	"confirm.yaml":   "deployments:\n  deployment-1:\n    description: Résumé \"1\"\n    labels: {a: b}\n    versions:\n      v1:\n        maximum_idle_time: 300\n        static_ip: no\n        description:\n        labels:\n",
	"there.yaml":     "old\n",
	"there.zip":      "old",
}

var tables = []struct {
	name, project string
	steps         []step
}{
	{"exports", "source", []step{
		{line: "exports list"},
		{line: "exports create -f selection.yaml"},
		{line: "exports list"},
		{line: "exports create --yaml_file selection.yaml -fmt yaml"},
		{line: "exports create -fselection.yaml --format=JSON"},
		{line: "exports create -f flags.yaml", exit: 1}, // the project has no such variables
		{line: "exports create -f=selection.yaml", exit: 1},
		{line: "exports create -f empty.yaml -fmt=json"},
		{line: "exports get " + first},
		{line: "exports get " + first + " -fmt row"},
		{line: "exports get -fmt json " + first},
		{line: "exports get " + first + " -o details.yaml"},
		{line: "exports get " + first + " -o folder"},
		{line: "exports get " + first + " -o folder/"},
		{line: "exports get " + first + " -o ./there.yaml"},
		{line: "exports get " + next + " -qo quiet.yaml"},
		{line: "exports get " + next + " -o=F"},
		{line: "exports get " + next + " -o no/such/folder.yaml", exit: 1},
		{line: "exports create -f details.yaml"},
		{line: "exports list --status completed -fmt json"},
		{line: "exports list --status=failed"},
		{line: "exports list -fmt table"},
		{line: "exports download " + first},
		{line: "exports download " + first + " -o there.zip"},
		{line: "exports download " + first + " -o folder -q"},
		{line: "exports download " + first + " --output_path no/such/folder.zip", exit: 1},
		{line: "exports delete " + first, stdin: "n\n"},
		{line: "exports delete " + first, stdin: "\n"},
		{line: "exports delete " + first, stdin: "perhaps\nNo\n"},
		{line: "exports delete " + first, exit: 1},
		{line: "exports delete " + first, stdin: "y\n"},
		{line: "exports delete " + next + " -yq"},
		{line: "exports list -fmt json"},
	}},
	{"exports that fail", "source", []step{
		{line: "exports create -f null.yaml", exit: 1},
		{line: "exports create -f list.yaml", exit: 1},
		{line: "exports create -f broken.yaml", exit: 1},
		{line: "exports create -f no-such-file.yaml", exit: 1},
		{line: "exports get " + none, exit: 1},
		{line: "exports get " + none + " -o a.yaml", exit: 1},
		{line: "exports get x", exit: 1},
		{line: "exports download " + none, exit: 1},
		{line: "exports delete -y " + none, exit: 1},
		{line: "exports list --status nonsense", exit: 1},
		{line: "exports create", exit: 2},
		{line: "exports create -f", exit: 2},
		{line: "exports create -f selection.yaml -fmt table", exit: 2},
		{line: "exports create -f selection.yaml more", exit: 2},
		{line: "exports create -fmtjson", exit: 1},
		{line: "exports list -fmt row", exit: 2},
		{line: "exports list -fmtjson", exit: 2},
		{line: "exports list --form json", exit: 2},
		{line: "exports list -q", exit: 2},
		{line: "exports get", exit: 2},
		{line: "exports get a b", exit: 2},
		{line: "exports get -h"},
		{line: "exports download", exit: 2},
		{line: "exports delete", exit: 2},
		{line: "exports nonsense", exit: 2},
		{line: "exports"},
		{line: "exports --help"},
	}},
	{"imports", "target", []step{
		{line: "imports list"},
		{line: "imports create -z a.zip"},
		{line: "imports create --zip_path=a.zip -pb off -fmt yaml"},
		{line: "imports create -za.zip -pb=No --format JSON"},
		{line: "imports list"},
		{line: "imports get " + first + " -fmt row"},
		{line: "imports get " + first + " -fmt json"},
		{line: "imports get " + first},
		{line: "imports get " + first + " -o folder"},
		{line: "imports get " + first + " -o there.yaml -q"},
		{line: "imports confirm " + first + " -f there.yaml -fmt json"},
		{line: "imports get " + first + " -fmt row"},
		{line: "imports confirm " + first + " -f there.yaml", exit: 1},
		{line: "imports confirm " + next + " -f empty.yaml"},
		{line: "imports get " + next + " -fmt json"},
		{line: "imports create -z a.zip --skip_confirmation -pb 1 -fmt json"},
		{line: "imports list -fmt json --status confirmation"},
		{line: "imports download " + first},
		{line: "imports download -o there.zip " + first},
		{line: "imports delete " + first, stdin: "N\n"},
		{line: "imports delete " + first, exit: 1},
		{line: "imports delete --assume_yes " + first},
		{line: "imports delete --assume_yes --quiet " + next},
	}},
	{"an import that is edited", "target", []step{
		{line: "imports create -z a.zip"},
		{line: "imports get " + first + " -o there.yaml"},
		{line: "imports confirm " + first + " -f confirm.yaml -fmt yaml"},
		{line: "imports get " + first + " -fmt json"},
	}},
	{"imports that fail", "target", []step{
		{line: "imports create", exit: 2},
		{line: "imports create -z no-such-file.zip", exit: 1},
		{line: "imports create -z a.zip -pb maybe", exit: 2},
		{line: "imports create -z a.zip -pbfalse", exit: 2},
		{line: "imports create -z a.zip --skip", exit: 2},
		{line: "imports confirm " + none + " -f confirm.yaml", exit: 1},
		{line: "imports confirm " + none + " -f null.yaml", exit: 1},
		{line: "imports confirm " + none, exit: 2},
		{line: "imports confirm -f confirm.yaml", exit: 2},
		{line: "imports get " + none, exit: 1},
		{line: "imports download " + none + " -o x.zip", exit: 1},
		{line: "imports delete " + none, stdin: "yes\n", exit: 1},
		{line: "imports -h"},
	}},
}

// The official command and ours get the same lines, on servers that are the same.
// They have to send the same, write the same files, print the same where they
// succeed, and exit with the same code. What differs on purpose is taken away
// before: errors are on stderr, and dates in JSON are those of RFC 3339.
func TestOurCommandTakesThePlaceOfTheOfficialOne(t *testing.T) {
	t.Parallel()
	tool(t, commandName)
	binary := filepath.Join(t.TempDir(), "ubiops-transfer")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../../api/cmd/ubiops-transfer").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, table := range tables {
		t.Run(table.name, func(t *testing.T) {
			t.Parallel()
			theirs, ours := newSide(t), newSide(t)
			theirs.official(table.project)
			ours.program = []string{binary}
			ours.env = []string{"UBIOPS_API_HOST=" + ours.URL, "UBIOPS_API_TOKEN=" + ours.Token(table.project), "UBIOPS_PROJECT=" + table.project}
			for _, step := range table.steps {
				want, got := theirs.both(ours, step)
				if want.exit != step.exit || got.exit != step.exit {
					t.Errorf("%s: theirs exits with %d, ours with %d, wanted %d\n%s\n%s", step.line, want.exit, got.exit, step.exit, want.all, got.all)
				}
				if step.exit == 0 || !strings.Contains(step.line, " download ") { // which asks for the size first, and may end there
					compare(t, step.line+": requests", want.sent, got.sent[max(0, len(got.sent)-len(want.sent)):])
				}
				compare(t, step.line+": files", want.files, got.files)
				if help := strings.HasSuffix(step.line, "-h") || strings.HasSuffix(step.line, "--help") || step.line == "exports"; step.exit == 0 && !help {
					compare(t, step.line+": stdout", want.stdout, got.stdout)
				}
			}
		})
	}
}

func compare(t *testing.T, what string, want, got any) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Errorf("%s:\ntheirs %#v\nours   %#v", what, want, got)
	}
}

// side is one of the commands with a server and a folder of its own.
type side struct {
	*host
	t       *testing.T
	dir     string
	program []string
	env     []string
	seen    int // requests
}

func newSide(t *testing.T) *side {
	t.Helper()
	clock := apitest.NewClock(time.Date(2026, 11, 26, 21, 35, 32, 38354000, time.UTC))
	s := apitest.New(t, apitest.WithLoopback(), apitest.WithClock(clock),
		apitest.WithProject("source", apitest.FromFile(template)), apitest.WithProject("target"))
	side := &side{host: &host{Server: s, root: strings.TrimSuffix(s.URL, server.BaseURL)}, t: t, dir: t.TempDir()}
	for name, text := range inputs {
		side.write(name, text)
	}
	side.write("a.zip", string(read(t, template)))
	if err := os.Mkdir(filepath.Join(side.dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	return side
}

func (s *side) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// official makes it the official command, signed in.
func (s *side) official(project string) {
	c := install(s.t)
	config := "[auth]\napi = " + s.URL + "\nservice_token = Token " + s.Token(project) + "\n\n[default]\nproject = " + project + "\n"
	if err := os.WriteFile(filepath.Join(c.dir, "ubiops_cli", ".config"), []byte(config), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.program = []string{c.python, "-c", "import sys; sys.argv[0] = 'ubiops'; from ubiops_cli.main import main; main()"}
	s.env = []string{"PYTHONPATH=" + c.dir}
}

// result is what can be compared of a command that has run.
type result struct {
	exit   int
	stdout any
	sent   []request
	files  map[string]any
	all    string // for people
}

type request struct {
	method, path string
	query        url.Values
	form         map[string]string
	file         string
	size         int64
	body         any
}

// both runs a step on both sides, at the same time.
func (s *side) both(other *side, step step) (mine, others *result) {
	var wait sync.WaitGroup
	wait.Go(func() { mine = s.run(step) })
	others = other.run(step)
	wait.Wait()
	return mine, others
}

func (s *side) run(step step) *result {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	args := append(slices.Clone(s.program[1:]), strings.Fields(step.line)...)
	cmd := exec.CommandContext(ctx, s.program[0], args...)
	cmd.Dir, cmd.Stdin = s.dir, strings.NewReader(step.stdin)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.t.TempDir(), "PYTHONDONTWRITEBYTECODE=1", "NO_PROXY=127.0.0.1"}, s.env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		s.t.Error(err)
	}
	return &result{
		exit: cmd.ProcessState.ExitCode(), stdout: s.plain(out.Bytes()), sent: s.sent(), files: s.files(),
		all: out.String() + errs.String(),
	}
}

// sent returns what has been sent since it was asked last, without status.
func (s *side) sent() []request {
	all := s.Requests()
	var sent []request
	for _, r := range all[s.seen:] {
		path := regexp.MustCompile(`^/v2(\.1)?`).ReplaceAllString(r.Path, "")
		if path == "/status" {
			continue
		}
		form := maps.Clone(r.Form)
		for name, value := range form {
			form[name] = strings.ToLower(value)
		}
		if form["skip_confirmation"] == "false" {
			delete(form, "skip_confirmation") // the default
		}
		if len(form) == 0 {
			form = nil
		}
		sent = append(sent, request{r.Method, path, r.Query, form, r.FileName, r.FileSize, decoded(r.Body)})
	}
	s.seen = len(all)
	return sent
}

// files returns the contents of all files: of YAML what it means.
func (s *side) files() map[string]any {
	files := map[string]any{}
	err := fs.WalkDir(os.DirFS(s.dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			return err
		}
		var content any = string(text)
		if filepath.Ext(name) == ".yaml" && name != "broken.yaml" {
			if content = nil; yaml.Unmarshal(text, &content) != nil {
				content = string(text)
			}
		}
		files[timed.ReplaceAllString(name, "_TIME.zip")] = content
		return nil
	})
	if err != nil {
		s.t.Error(err)
	}
	return files
}

var (
	timed     = regexp.MustCompile(`_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(_\d{6})?\.zip`)
	yamlDates = regexp.MustCompile(`(?m)(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d\.\d+)(?:Z|\+00:00)$`)
	dates     = regexp.MustCompile(`"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|\+00:00)"`)
)

// plain takes away what differs by chance, and of a date how it is written.
// JSON and YAML are what they mean.
func (s *side) plain(out []byte) any {
	text := strings.ReplaceAll(timed.ReplaceAllString(string(out), "_TIME.zip"), s.dir, "DIR")
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		members := regexp.MustCompile(`"(\w+)": `).FindAllString(text, -1)
		return []any{decoded([]byte(dates.ReplaceAllString(text, `"$1 $2"`))), strings.Count(text, "\n"), len(members)}
	}
	var doc any
	if strings.HasPrefix(text, "id: ") && yaml.Unmarshal([]byte(yamlDates.ReplaceAllString(text, "$1 $2")), &doc) == nil {
		return doc
	}
	return text
}

func decoded(text []byte) any {
	var v any
	if len(text) == 0 || json.Unmarshal(text, &v) != nil {
		return string(text)
	}
	return v
}

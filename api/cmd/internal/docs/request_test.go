package docs_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	transfer "github.com/ubiops-contrib/transfer"
	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
)

const (
	template = "../../../../tests/samples/import-template.zip"
	sampleID = "903ccd12-81d1-46e1-9ac9-b9d70af118de"
)

// A shownCall is how the page says to ask for an operation.
type shownCall struct{ operation, curl, program string }

func shownCalls(t *testing.T) (preamble string, calls []shownCall) {
	t.Helper()
	p := page(t, transfer.Contract())
	for path, item := range object(tree(t)["paths"]) {
		for method, op := range object(item) {
			if op := object(op); op != nil {
				e := p.anchors[op["operationId"].(string)]
				if e == nil || len(e.code) != 2 {
					t.Fatalf("%s %s: the page has not two texts to copy", method, path)
				}
				calls = append(calls, shownCall{e.id, e.code[0], e.code[1]})
			}
		}
	}
	for _, text := range p.root.code {
		if strings.Contains(text, "api.NewClient()") {
			preamble = text
		}
	}
	return preamble, calls
}

// asked runs a command against a server whose project has an export and an import,
// and checks that it asks for an operation, and for nothing else.
func asked(t *testing.T, operation string, command func(id string) *exec.Cmd) {
	t.Helper()
	s := apitest.New(t, apitest.WithLoopback(), apitest.WithProject("my-project"))
	project := s.Project("my-project")
	export, err := project.Exports.Create(t.Context(), api.Everything())
	if err != nil {
		t.Fatal(err)
	}
	imported, err := project.Imports.Create(t.Context(), api.FromFile(template))
	if err != nil {
		t.Fatal(err)
	}
	id := imported.ID
	if strings.HasPrefix(operation, "exports_") {
		id = export.ID
	}
	if _, err := project.Imports.WaitScanned(t.Context(), imported.ID); err != nil {
		t.Fatal(err)
	}
	before := len(s.Requests())
	c := command(id)
	c.Dir = t.TempDir()
	c.Env = append(os.Environ(), api.EnvHost+"="+s.URL, api.EnvToken+"="+s.Token("my-project"))
	zip, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.Dir, "project.zip"), zip, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", operation, err, out)
	}
	requests := s.Requests()[before:]
	if len(requests) != 1 || string(requests[0].Operation) != operation || requests[0].Status/100 != 2 {
		t.Errorf("%s: it sends %v\n%s", operation, requests, out)
	}
}

// The page's lines of Go are compiled, and each asks for its operation.
func TestTheGoOfEachOperationAsksForIt(t *testing.T) {
	t.Parallel()
	preamble, calls := shownCalls(t)
	var cases, functions strings.Builder
	for _, call := range calls { // each is copied after what all begin with
		result, _, _ := strings.Cut(strings.Replace(call.program, " = ", " := ", 1), " :=")
		fmt.Fprintf(&cases, "case %q:\nreturn %[1]s(ctx)\n", call.operation)
		fmt.Fprintf(&functions, "func %s(ctx context.Context) error {\n%s\n%s\nreturn errors.Join(err, used(%s))\n}\n",
			call.operation, preamble, strings.ReplaceAll(call.program, `"`+sampleID+`"`, "os.Args[2]"), result)
	}
	program := `package main

import (
	"context"
	"errors"
	"log"
	"os"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

var _ models.ImportUpdate

func used(...any) error { return nil }

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	switch os.Args[1] {
	` + cases.String() + `}
	return errors.New("no such operation")
}
` + functions.String()
	folder := t.TempDir()
	source, binary := filepath.Join(folder, "main.go"), filepath.Join(folder, "program")
	if err := os.WriteFile(source, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, source).CombinedOutput(); err != nil {
		t.Fatalf("the page has a call that package api does not have (%v):\n%s", err, out)
	}
	for _, call := range calls {
		t.Run(call.operation, func(t *testing.T) {
			t.Parallel()
			asked(t, call.operation, func(id string) *exec.Cmd { return exec.CommandContext(t.Context(), binary, call.operation, id) })
		})
	}
}

func TestTheCurlOfEachOperationAsksForIt(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"curl", "sh"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("NOT RUN: %v. CI has it: .ci/run browser", err)
		}
	}
	_, calls := shownCalls(t)
	for _, call := range calls {
		t.Run(call.operation, func(t *testing.T) {
			t.Parallel()
			asked(t, call.operation, func(id string) *exec.Cmd {
				return exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(call.curl, sampleID, id))
			})
		})
	}
}

// Nothing becomes of a request that fails, and whoever sends it can see that.
func TestTheCurlOfEachOperationFailsWithTheRequest(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"curl", "sh"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("NOT RUN: %v. CI has it: .ci/run browser", err)
		}
	}
	s := apitest.New(t, apitest.WithLoopback(), apitest.WithProject("my-project"))
	_, calls := shownCalls(t)
	for _, call := range calls {
		t.Run(call.operation, func(t *testing.T) {
			t.Parallel()
			c := exec.CommandContext(t.Context(), "sh", "-c", call.curl)
			c.Dir = t.TempDir()
			c.Env = append(os.Environ(), api.EnvHost+"="+s.URL, api.EnvToken+"=wrong-token")
			precious := filepath.Join(c.Dir, "project.zip")
			if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := c.CombinedOutput()
			if ended, ok := errors.AsType[*exec.ExitError](err); !ok || ended.ExitCode() != 22 || !strings.Contains(string(out), "401") {
				t.Errorf("%v: %s", err, out)
			}
			if kept, err := os.ReadFile(precious); err != nil || string(kept) != "precious" {
				t.Errorf("the file is %q, %v", kept, err)
			}
		})
	}
}

package clientcheck

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server"
)

// exampleArchive is the sample without its secret: a client need not know what to
// fill in.
func exampleArchive() ([]byte, error) {
	content := sample.Content()
	for name, variable := range content.EnvironmentVariables {
		if variable.Secret != nil && *variable.Secret {
			delete(content.EnvironmentVariables, name)
		}
	}
	var b bytes.Buffer
	err := archive.Write(&b, content, sample.Package, archive.WithRoot("import"))
	return b.Bytes(), err
}

// client is what is checked: it runs once, with variables in its environment, until
// it ends or ctx does. The error says that it cannot be run.
type client func(ctx context.Context, env []string) (ending, error)

// ending is how a run of the client ended.
type ending struct {
	code   int    // that it exited with
	output string // the end of what it printed
}

// run is what a run of the client has done to its server.
type run struct {
	ending
	requests []apitest.Request
	left     map[string]int // how many exports and imports there are at the end
	beside   []os.DirEntry  // what lies beside the temporary folder at the end
	late     bool           // whether it was stopped because it took too long
	took     time.Duration
}

// run runs the client against a server of its own.
func (c *checker) run(ctx context.Context, opts ...apitest.Option) (_ *run, err error) {
	s, err := apitest.NewServer(append([]apitest.Option{ //nolint:contextcheck // it lives until Close
		apitest.WithLoopback(), apitest.WithProject(project, apitest.FromBytes(c.archive)),
		apitest.WithServer(server.Options{OnConflict: plan.Skip}), // so that the archive can be imported
	}, opts...)...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	folder, err := os.MkdirTemp("", "ubiops-transfer-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	temporary, file := filepath.Join(folder, "tmp"), filepath.Join(folder, "example.zip")
	if err := errors.Join(os.Mkdir(temporary, 0o700), os.WriteFile(file, c.archive, 0o600)); err != nil {
		return nil, err
	}

	limited, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	began := time.Now()
	end, err := c.client(limited, environment(s, file, temporary))
	r := &run{ending: end, took: time.Since(began), requests: s.Requests(), late: limited.Err() != nil}
	if err := errors.Join(err, ctx.Err()); err != nil {
		return nil, err
	}
	r.output = strings.ReplaceAll(r.output, s.Token(project), "TOKEN")
	if r.beside, err = os.ReadDir(folder); err != nil {
		return nil, err
	}
	s.Heal()
	r.left, err = left(ctx, s.Project(project))
	return r, err
}

// environment is what the variables of a run say, beside those of this process.
func environment(s *apitest.Server, file, temporary string) []string {
	env := slices.DeleteFunc(os.Environ(), func(pair string) bool {
		return strings.HasPrefix(pair, "UBIOPS_") // nothing leads to another server
	})
	return append(env,
		"UBIOPS_API_HOST="+s.URL, "UBIOPS_BASE_URL="+s.URL, "UBIOPS_API_TOKEN=Token "+s.Token(project),
		"UBIOPS_PROJECT="+project, "UBIOPS_ARCHIVE="+file,
		"TMPDIR="+temporary, "TMP="+temporary, "TEMP="+temporary, // a folder for each run
		"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
}

// left counts the exports and imports of a project.
func left(ctx context.Context, p api.Project) (map[string]int, error) {
	exports, err := p.Exports.List(ctx)
	imports, importsErr := p.Imports.List(ctx)
	return map[string]int{"exports": len(exports), "imports": len(imports)}, errors.Join(err, importsErr)
}

// of returns the requests of an operation, or all. Those outside of the contract
// have an empty one.
func (r *run) of(op apitest.Operation) []apitest.Request {
	return slices.DeleteFunc(slices.Clone(r.requests), func(request apitest.Request) bool {
		return request.Operation != op && op != apitest.AnyOperation
	})
}

// did reports whether an operation succeeded. The response to a download has to
// have arrived.
func (r *run) did(op apitest.Operation) bool {
	return slices.ContainsFunc(r.of(op), func(request apitest.Request) bool {
		arrived := request.Fault == "" || request.Fault == misnamedFault
		return request.Status/100 == 2 && (arrived || !isDownload(op))
	})
}

func isDownload(op apitest.Operation) bool {
	return op == apitest.ExportsDownload || op == apitest.ImportsDownload
}

func (r *run) created(kind string) int {
	n := 0
	for _, request := range r.of(apitest.Operation(kind + "_create")) {
		if request.Status/100 == 2 {
			n++
		}
	}
	return n
}

// twice says what was created more often than in the normal run, unless
// the client ended well and cleaned up.
func (r *run) twice(normal *run) string {
	for _, kind := range []string{"exports", "imports"} {
		more := r.created(kind) > normal.created(kind)
		if more && (r.code != 0 || r.left[kind] > normal.left[kind]) {
			return fmt.Sprintf("it creates %d %s instead of %d", r.created(kind), kind, normal.created(kind))
		}
	}
	return ""
}

// leftOut names an operation that changes or fetches something and was done in the
// normal run only.
func (r *run) leftOut(normal *run) apitest.Operation {
	for _, op := range operations {
		reads := strings.HasSuffix(string(op), "_list") || strings.HasSuffix(string(op), "_get")
		if !reads && normal.did(op) && !r.did(op) {
			return op
		}
	}
	return ""
}

// end says how the run ended.
func (r *run) end() string {
	how := fmt.Sprintf("exit code %d", r.code)
	if r.late {
		how = fmt.Sprintf("it did not end within %v", r.took.Round(time.Second))
	}
	if text := lastLines(r.output); text != "" {
		how += ": " + text
	}
	return how
}

// lastLines returns the last lines of a text, in which programs say what ended them,
// as one that is fit to print.
func lastLines(text string) string {
	lines := strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == '\r' })
	text = strings.Join(lines[max(0, len(lines)-3):], " ")
	return strings.Join(strings.FieldsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) || c == ' ' }), " ")
}

package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// casesVariable set to "all" makes the tests of generated cases eight times as long.
const casesVariable = "ARCHIVE_CASES"

// allCases reports whether a test takes every case, rather than some of each kind.
func allCases() bool { return os.Getenv(casesVariable) == "all" }

// eachSeed runs a test for generated cases, as many at a time as there are
// processors, and waits for all. An eighth of all suffices unless all are asked for.
func eachSeed(t *testing.T, all uint64, run func(t *testing.T, seed uint64)) {
	t.Helper()
	if !allCases() {
		all = (all + 7) / 8
	}
	t.Run("seed", func(t *testing.T) {
		for seed := range all {
			t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
				t.Parallel()
				run(t, seed)
			})
		}
	})
}

// Lengths, flags and numbers of the ZIP format.
const (
	localHeaderLen = 30
	headerLen      = 46 // in the directory
	endLen         = 22
	locatorLen     = 20
	end64Len       = 56
	flagDescriptor = 1 << 3
	flagUTF8       = 1 << 11
	zip64Extra     = 1
)

// files is an archive to build: names and texts, written in order of name.
type files map[string]string

const pipes = "input_type: plain\noutput_type: plain\n"

// small is a valid archive to vary.
func small() files {
	return files{
		"x/info.yaml":                     "format_spec: v1.0",
		"x/deployments/a/b.yaml":          "deployment_name: dep\n" + pipes,
		"x/deployments/a/versions/c.yaml": "version_name: v1\n",
		"x/deployments/a/versions/c.zip":  "the package",
	}
}

func (f files) with(name, text string) files {
	f = maps.Clone(f)
	f[name] = text
	return f
}

func (f files) without(name string) files {
	f = maps.Clone(f)
	delete(f, name)
	return f
}

func (f files) zip(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func openBytes(data []byte, opts ...Option) (*Archive, error) {
	return Open(bytes.NewReader(data), int64(len(data)), opts...)
}

func mustOpen(t testing.TB, data []byte, opts ...Option) *Archive {
	t.Helper()
	a, err := openBytes(data, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// asJSON returns the JSON of v with all keys in order.
func asJSON(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	value := jsontext.Value(data)
	if err := value.Format(jsontext.ReorderRawObjects(true)); err != nil {
		t.Fatal(err)
	}
	return string(value)
}

func readPackage(t testing.TB, a *Archive, path string) string {
	t.Helper()
	rc, err := a.OpenPackage(path)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(rc)
	if err != nil {
		t.Fatal(err)
	}
	if err := rc.Close(); err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func template(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/template.zip")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// wantFinding checks the first finding of an error.
func wantFinding(t *testing.T, err error, code Code, path string, line int) {
	t.Helper()
	f, ok := errors.AsType[*Finding](err)
	if !ok || f.Code != code || f.Path != path || f.Line != line {
		t.Errorf("got %#v (%v)\nwant %s at %q:%d", f, err, code, path, line)
	}
}

func firstFinding(err error) *Finding {
	f, _ := errors.AsType[*Finding](err)
	return f
}

// storedZip writes entries without compression, in order of name.
func storedZip(t testing.TB, f files, change ...func(*zip.FileHeader)) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range sorted(f) {
		h := &zip.FileHeader{Name: name}
		for _, c := range change {
			c(h)
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f[name]); err != nil && f[name] != "" {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// patch overwrites bytes in a copy.
func patch(data []byte, at int, with ...byte) []byte {
	data = bytes.Clone(data)
	copy(data[at:], with)
	return data
}

// zipStored makes every entry a stored one.
func zipStored(h *zip.FileHeader) { h.Method = zip.Store }

// zipOf writes entries, names and texts, in their order.
func zipOf(t testing.TB, entries [][2]string, change func(*zip.FileHeader)) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e[0]}
		change(h)
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e[1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unzipped returns the entries of an archive without its root directory.
func unzipped(t testing.TB, data []byte, root string) (entries [][2]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, [2]string{strings.TrimPrefix(f.Name, root+"/"), string(body)})
	}
	return entries
}

func from(packages map[string]string) func(string) (io.ReadCloser, error) {
	return func(path string) (io.ReadCloser, error) {
		body, ok := packages[path]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(strings.NewReader(body)), nil
	}
}

func write(t testing.TB, c Content, packages func(string) (io.ReadCloser, error), opts ...WriteOption) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, c, packages, opts...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func rewrite(t testing.TB, a *Archive, opts ...WriteOption) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Rewrite(&b, a, opts...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readOther(t testing.TB, a *Archive, name string) string {
	t.Helper()
	rc, err := a.OpenOther(name)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(rc)
	if err := errors.Join(err, rc.Close()); err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// local returns where the local header of an entry starts.
func local(data []byte, name string) int { return bytes.Index(data, []byte(name)) - localHeaderLen }

// central returns where an entry's header in the directory starts.
func central(data []byte, name string) int { return bytes.LastIndex(data, []byte(name)) - headerLen }

func verifyBytes(t testing.TB, data []byte, opts ...Option) error {
	t.Helper()
	return Verify(t.Context(), bytes.NewReader(data), int64(len(data)), opts...)
}

func warned(all []*Finding) []string {
	var lines []string
	for _, f := range all {
		lines = append(lines, f.String())
	}
	return lines
}

type countingReader struct {
	*bytes.Reader
	n int
}

func (r *countingReader) ReadAt(p []byte, off int64) (int, error) {
	r.n++
	return r.Reader.ReadAt(p, off)
}

func errorIs(err, target error) bool { return errors.Is(err, target) }

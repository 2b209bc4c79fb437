package archive_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// pyYAML reads JSON strings, one a line, and answers each with a line: null if
// safe_load refuses the text, else the document as it is composed. A scalar is
// its tag and its text, a mapping a list of pairs.
const pyYAML = `
import json, sys, yaml
if not yaml.__version__.startswith("6."):
    sys.exit("PyYAML 6 is needed, this is " + yaml.__version__)
def tree(n):
    if isinstance(n, yaml.ScalarNode):
        return [n.tag.removeprefix("tag:yaml.org,2002:"), n.value]
    if isinstance(n, yaml.SequenceNode):
        return {"list": [tree(v) for v in n.value]}
    return {"pairs": [[tree(k), tree(v)] for k, v in n.value]}
for line in sys.stdin:
    text = json.loads(line)
    try:
        yaml.safe_load(text)
        answer = tree(yaml.compose(text))
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError, UnicodeError):
        answer = None
    sys.stdout.write(json.dumps(answer) + "\n")
`

// composed is a node as pyYAML tells it.
type composed struct {
	tag, text string
	list      []composed
	pairs     [][2]composed
}

func (c *composed) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("[")) {
		return json.Unmarshal(data, &[]any{&c.tag, &c.text})
	}
	var collection struct {
		List  []composed    `json:"list"`
		Pairs [][2]composed `json:"pairs"`
	}
	err := json.Unmarshal(data, &collection)
	c.list, c.pairs = collection.List, collection.Pairs
	return err
}

// python returns the interpreter that has PyYAML.
func python(t *testing.T) string {
	t.Helper()
	name := os.Getenv("PYYAML_PYTHON")
	if name == "" {
		t.Skip("NOT RUN: PYYAML_PYTHON does not name a Python with PyYAML 6; `.ci/run yaml` installs one and runs this test")
	}
	return name
}

// askPyYAML returns what PyYAML says of each text: nil if it refuses it.
func askPyYAML(t *testing.T, texts []string) []*composed {
	t.Helper()
	var in, out, complaints bytes.Buffer
	for _, text := range texts {
		line, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	python := exec.CommandContext(t.Context(), python(t), "-c", pyYAML)
	python.Stdin, python.Stdout, python.Stderr, python.WaitDelay = &in, &out, &complaints, time.Second
	if err := python.Run(); err != nil {
		t.Fatalf("PYYAML_PYTHON does not name a Python with PyYAML 6: %v\n%s", err, complaints.String())
	}
	said := make([]*composed, len(texts))
	decoder := json.NewDecoder(&out)
	for i := range said {
		if err := decoder.Decode(&said[i]); err != nil {
			t.Fatalf("the response to %q: %v", texts[i], err)
		}
	}
	return said
}

// readService opens an archive whose only document beside info.yaml is text.
func readService(t *testing.T, text string) (unknown any, err error) {
	t.Helper()
	data := zipOf(t, map[string]string{"info.yaml": "format_spec: v1.0\n", "services/s/s.yaml": text})
	a, err := archive.Open(data, data.Size())
	if err != nil {
		return nil, err
	}
	for _, service := range a.Content().Services {
		data, err := json.Marshal(service)
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		err = decoder.Decode(&unknown)
		return unknown, err
	}
	return nil, errors.New("there is no service")
}

// excused reports whether a document may be refused although PyYAML parses it:
// for something that the finding names.
func excused(err error) bool {
	finding, ok := errors.AsType[*archive.Finding](err)
	if !ok {
		return false
	}
	switch finding.Code {
	case archive.CodeDuplicateKey, archive.CodeLimit:
		return true
	case archive.CodeYAML:
		return !strings.Contains(finding.Message, "not valid YAML") &&
			(strings.Contains(finding.Message, "tag") || strings.Contains(finding.Message, "alias") || strings.Contains(finding.Message, "surrogate"))
	default:
		return false
	}
}

// same reports whether a value is what PyYAML composed. Text is the text of the
// scalar, as it is written; anything else is what PyYAML takes it for too.
func same(value any, c composed) error {
	switch v := value.(type) {
	case map[string]any:
		if c.pairs == nil && c.tag != "" || c.list != nil {
			return fmt.Errorf("a mapping: %v", c)
		}
		left := len(v)
		for _, pair := range c.pairs {
			if pair[0].tag == "merge" {
				return nil // tested by hand
			}
			member, ok := v[pair[0].text]
			if !ok {
				return fmt.Errorf("no key %q", pair[0].text)
			}
			left--
			if err := same(member, pair[1]); err != nil {
				return fmt.Errorf("%s: %w", pair[0].text, err)
			}
		}
		if left != 0 {
			return fmt.Errorf("%d keys too many", left)
		}
		return nil
	case []any:
		if len(v) != len(c.list) {
			return fmt.Errorf("%d elements, not %d", len(v), len(c.list))
		}
		for i := range v {
			if err := same(v[i], c.list[i]); err != nil {
				return fmt.Errorf("%d: %w", i, err)
			}
		}
		return nil
	case string:
		if v == c.text {
			return nil
		}
	case bool:
		if c.tag == "bool" && strings.EqualFold(c.text, fmt.Sprint(v)) {
			return nil
		}
	case json.Number:
		if c.tag == "int" || c.tag == "float" || c.text == v.String() {
			return nil
		}
	case nil:
		if c.tag == "null" {
			return nil
		}
	}
	return fmt.Errorf("%#v is not %q", value, c)
}

// withoutName returns what a document says beside its name; false if it is none
// or has no name.
func (c *composed) withoutName() (rest composed, ok bool) {
	if c == nil {
		return rest, false
	}
	for _, pair := range c.pairs {
		if pair[0].text != "service_name" {
			rest.pairs = append(rest.pairs, pair)
		} else if pair[1].text != "" && pair[1].tag != "null" {
			ok = true
		}
	}
	return rest, ok
}

// No document that PyYAML parses is called invalid, and what it says is what it
// says to PyYAML.
func TestWhatPyYAMLParsesIsRead(t *testing.T) {
	t.Parallel()
	const documents, seed = 2000, 2026
	g := yamlWriter{rand.New(rand.NewPCG(seed, seed))}
	texts := make([]string, documents)
	for i := range texts {
		texts[i] = g.document()
	}
	parsed, refused := 0, 0
	for i, said := range askPyYAML(t, texts) {
		document, ok := said.withoutName()
		if !ok {
			continue
		}
		parsed++
		value, err := readService(t, texts[i])
		switch {
		case err != nil && excused(err):
			refused++
		case err != nil:
			t.Errorf("document %d: %v\n%s\n%q", i, err, texts[i], texts[i])
		default:
			if err := same(value, document); err != nil {
				t.Errorf("document %d: %v\n%s\n%q", i, err, texts[i], texts[i])
			}
		}
	}
	if parsed < documents/2 || refused > parsed/5 {
		t.Errorf("of %d documents PyYAML parses %d, of which %d are refused for a reason: too few to say something", documents, parsed, refused)
	}
}

// zipOf returns a ZIP file with these files.
func zipOf(t *testing.T, files map[string]string) *bytes.Reader {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

package archive

import (
	"strings"
	"testing"
)

// kinds are valid documents of all kinds that have keys, by their path.
var kinds = map[string]string{
	"x/info.yaml":                     "format_spec: v1.0\n",
	"x/deployments/a/b.yaml":          "deployment_name: dep\n" + pipes,
	"x/deployments/a/versions/c.yaml": "version_name: v1\n",
	"x/pipelines/p/p.yaml":            "pipeline_name: p\n" + pipes,
	"x/pipelines/p/versions/v.yaml":   "version_name: v\n",
	"x/environments/e/e.yaml":         "environment_name: e\n",
	"x/services/s/s.yaml":             "service_name: s\n",
}

const variablesPath = "x/environment_variables.yaml"

func allKinds() files {
	f := files{variablesPath: "- name: A\n"}
	for path, text := range kinds {
		f[path] = text
	}
	return f
}

// Every rule for YAML, at Open, in documents of every kind.
func TestOpen_refusesYAMLByEveryRuleInEveryDocument(t *testing.T) {
	t.Parallel()
	mustOpen(t, allKinds().zip(t))
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+", ", 9) + "]\n"
	}
	for _, test := range []struct {
		what, yaml string // yaml follows the valid document
		code       Code
		line       int // counted from the valid document's end
		text       string
	}{
		{"syntax", "a: [", CodeYAML, 2, "not valid YAML"},
		{"bytes that are not UTF-8", "a: \xff", CodeYAML, -1, "UTF-8"},
		{"second document", "---\na: b", CodeYAML, 1, "second document"},
		{"foreign tag", "a: !!python/object:os.system b", CodeYAML, 1, "tag"},
		{"merge key", "<<: a", CodeYAML, 1, "merge"},
		{"key that is not text", "[a]: b", CodeYAML, 1, "not text"},
		{"duplicate key", "a: 1\na: 2", CodeDuplicateKey, 2, "already in line"},
		{"duplicate key below", "a:\n  b:\n  - c: 1\n    d: 1\n    c: 2", CodeDuplicateKey, 5, "already in line"},
		{"duplicate key in another spelling", "a: 1\n\"\\x61\": 2", CodeDuplicateKey, 2, "already in line"},
		{"lists too deep", "a: " + strings.Repeat("[", 70) + strings.Repeat("]", 70), CodeLimit, 1, "deeper"},
		{"mappings too deep", "a: " + strings.Repeat("{a: ", 70) + strings.Repeat("}", 70), CodeLimit, 1, "deeper"},
		{"deep by aliases", "a: &a " + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "\nb: " + strings.Repeat("[", 40) + "*a" + strings.Repeat("]", 40), CodeLimit, 1, "deeper"},
		{"endless by aliases", "a: &a [*a]", CodeLimit, 1, "deeper"},
		{"lists of lists of aliases", bomb, CodeLimit, 0, "aliases"},
		{"one long text many times", "a: &a " + strings.Repeat("x", 10_000) + "\nb: [" + strings.Repeat("*a, ", 2_000) + "]", CodeLimit, 2, "aliases"},
		{"too large", "# " + strings.Repeat("x", 1<<20), CodeLimit, -1, "bytes; the limit is 1048576"},
	} {
		for path, text := range kinds {
			_, err := openBytes(storedZip(t, allKinds().with(path, text+test.yaml)))
			line := strings.Count(text, "\n") + test.line
			if f := firstFinding(err); f != nil && (test.line == 0 || test.what == "syntax") && f.Line > 0 { // the parser's own place
				line = f.Line
			}
			if test.line < 0 {
				line = 0
			}
			wantFinding(t, err, test.code, path, line)
			if err == nil || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%s, %s: %v", test.what, path, err)
			}
		}
	}
}

func TestOpen_refusesVariablesByEveryRule(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]struct {
		code Code
		line int
		text string
	}{
		"A: 1":                                 {CodeType, 1, "list of variables"},
		"- A":                                  {CodeType, 1, "mapping"},
		"- value: hidden":                      {CodeMissingKey, 1, "no name"},
		"- name: A\n- {name: A, value: b}":     {CodeDuplicateObject, 2, "line 1"},
		"- name: A\n  value: 1\n  value: 2":    {CodeDuplicateKey, 3, "line 2"},
		"- name: A\n  secret: maybe":           {CodeType, 2, "true or false"},
		"- name: A\n  value: [hidden]":         {CodeType, 2, "value must be text"},
		"- name: A\n  x: !custom hidden":       {CodeYAML, 2, "tag"},
		"- name: A\n---\n- name: B":            {CodeYAML, 2, "second document"},
		"- name: A\n- name: [":                 {CodeYAML, 3, "not valid"},
		strings.Repeat("[", 70):                {CodeLimit, 1, "deeper"},
		"- &a\n  name: A\n  x: [*a]":           {CodeLimit, 3, "deeper"},
		"# " + strings.Repeat("hidden", 1<<18): {CodeLimit, 0, "limit is 1048576"},
	} {
		_, err := openBytes(storedZip(t, allKinds().with(variablesPath, yaml)))
		f := firstFinding(err)
		if f == nil || f.Code != want.code || f.Path != variablesPath || f.Line != want.line {
			t.Errorf("%.40q: got %#v\nwant %s in line %d", yaml, f, want.code, want.line)
		}
		if err != nil && (!strings.Contains(err.Error(), want.text) || strings.Contains(err.Error(), "hidden")) {
			t.Errorf("%.40q: %v", yaml, err)
		}
	}
}

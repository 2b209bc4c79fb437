package archive

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func decodeVersion(yaml string) (name string, v models.DeploymentVersion, err error) {
	name, _, err = deploymentVersionDocument.decode([]byte(yaml), "v.yaml", DefaultLimits(), &v)
	return name, v, err
}

func TestDocument_textIsWhatIsWrittenWhateverYAMLTakesItFor(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"1.10": "1.10", "0123": "0123", "0x1F": "0x1F", "True": "True", "yes": "yes", "2020-01-01": "2020-01-01",
		"1e3": "1e3", "1_000": "1_000", ".inf": ".inf", "<<": "<<", "12:30": "12:30", "'1'": "1", `"a\u00e9\0"`: "aé\x00",
		"|\n  two\n  lines\n": "two\nlines\n", ">-\n  one\n  line": "one line", "!!str 5": "5", "a b  # comment": "a b", `"~"`: "~",
	} {
		name, v, err := decodeVersion("version_name: " + written + "\nlanguage: " + written + "\nversion_labels:\n  k: " + strings.ReplaceAll(written, "\n", "\n  "))
		if err != nil {
			t.Errorf("%q: %v", written, err)
			continue
		}
		labels, _ := v.Labels.Get()
		if name != want || v.Language.Or("?") != want || labels["k"] != want {
			t.Errorf("%q: name %q, language %q, label %q", written, name, v.Language.Or("?"), labels["k"])
		}
	}
}

func TestDocument_becomesAModel(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]string{
		"memory_allocation: 2048":                            `{"memory_allocation":2048}`,
		"memory_allocation: +2_048":                          `{"memory_allocation":2048}`,
		"memory_allocation: 0x10":                            `{"memory_allocation":16}`,
		"memory_allocation:":                                 `{"memory_allocation":null}`,
		"static_ip: True":                                    `{"static_ip":true}`,
		"static_ip: off":                                     `{"static_ip":false}`,
		"version_description: ~":                             `{"description":null}`,
		`version_description: ""`:                            `{"description":""}`,
		"description: short":                                 `{"description":"short"}`,
		"version_labels: {}":                                 `{"labels":{}}`,
		"version_labels:\n  1.10: 2\n  true: x":              `{"labels":{"1.10":"2","true":"x"}}`,
		"version_environment_variables: []":                  `{"environment_variables":{}}`,
		"version_environment_variables:":                     `{}`,
		"ports: [{public_port: 80, protocol: null}]":         `{"ports":[{"public_port":80}]}`,
		"ports: [{public_port: 80, new: {a: 1}}]":            `{"ports":[{"new":{"a":1},"public_port":80}]}`,
		"gpu: 12345678901234567890123":                       `{"gpu":12345678901234567890123}`,
		"gpu: 9007199254740993":                              `{"gpu":9007199254740993}`,
		"gpu: [1.10, -0, .5, +5., 007.50, 0x1F]":             `{"gpu":[1.10,-0,0.5,5,7.50,31]}`,
		"gpu: [1E400, 1e5, 0o17, 1_000, 0123, 089]":          `{"gpu":["1E400","1e5","0o17","1_000","0123","089"]}`, // readers of YAML differ
		"gpu: [!!float 1e5, !!int 0123, .nan, -.inf]":        `{"gpu":[1e5,83,".nan","-.inf"]}`,
		"{\"gpu\": [1e5, 1E400],\n\t\"version_name\": 1.10}": `{"gpu":[1e5,1E400]}`,
		"~: a\n1: b\n? null\n: c":                            `{"1":"b","null":"c","~":"a"}`,
		"<<: {gpu: 1, a: 2}\na: 3":                           `{"a":3,"gpu":1}`,
		"x: &x {a: 1}\n<<: [*x, {a: 2, b: 2}]":               `{"a":1,"b":2,"x":{"a":1}}`,
		"gpu: {'<<': {a: 1}}":                                `{"gpu":{"<<":{"a":1}}}`,
		"gpu: [null, ~, True, yes, 2020-01-01, '1']":         `{"gpu":[null,null,true,"yes","2020-01-01","1"]}`,
		"gpu: {b: {c: []}, a: }":                             `{"gpu":{"a":null,"b":{"c":[]}}}`,
		"a: &x {k: v}\nb: *x":                                `{"a":{"k":"v"},"b":{"k":"v"}}`,
		"instance_type: &x m\nlanguage: *x":                  `{"instance_type":"m","language":"m"}`,
		"version_environment_variables: [{name: A, value: yes}, {name: B, value: 007, secret: true, hint: 1}]": `{"environment_variables":{"A":{"value":"yes"},"B":{"hint":1,"secret":true,"value":"007"}}}`,
	} {
		text := "version_name: v\n" + yaml
		if strings.HasPrefix(yaml, "{") {
			text = yaml
		}
		_, v, err := decodeVersion(text)
		if err != nil {
			t.Errorf("%s: %v", yaml, err)
			continue
		}
		if got := asJSON(t, v); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", yaml, got, want)
		}
	}
}

func TestDocument_isRefusedWithTheLine(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]struct {
		code Code
		line int
		text string
	}{
		"a: [":                                   {CodeYAML, 3, "not valid YAML"},
		"a: b: c":                                {CodeYAML, 2, "not valid YAML"},
		"a: *nowhere":                            {CodeYAML, 2, "an alias (*) without its anchor"},
		"a: \"\\ud800\"":                         {CodeYAML, 2, "half of a surrogate pair"},
		"a: 1\n---\nb: 2":                        {CodeYAML, 3, "second document"},
		"a: !custom 1":                           {CodeYAML, 2, "a YAML tag that is not supported"},
		"a: !!binary aGk=":                       {CodeYAML, 2, "a YAML tag that is not supported"},
		"a: !!null x":                            {CodeYAML, 2, "a YAML tag that is not supported"},
		"a: !!float .nan":                        {CodeType, 2, "number"},
		"a: !!int x":                             {CodeType, 2, "integer"},
		"a: !!bool x":                            {CodeType, 2, "true or false"},
		"<<: 1":                                  {CodeYAML, 2, "a merge key (<<) takes a mapping"},
		"<<: [1]":                                {CodeYAML, 2, "a merge key (<<) takes a mapping"},
		"<<: &a {<<: *a}":                        {CodeLimit, 2, "deeper"},
		"<<: {a: {b: 1, b: 2}}":                  {CodeDuplicateKey, 2, "line 2"},
		"? [a]\n: b":                             {CodeYAML, 2, "not text"},
		"a: 1\na: 2":                             {CodeDuplicateKey, 3, "line 2"},
		"a: {b: 1, \"b\": 2}":                    {CodeDuplicateKey, 2, "line 2"},
		"description: a\nversion_description: b": {CodeDuplicateKey, 3, "same thing"},
		"zip: a.zip":                             {CodeLayout, 2, "files of its own"},
		"memory_allocation: 1.5":                 {CodeType, 2, "memory_allocation must be an integer"},
		"memory_allocation: \"5\"":               {CodeType, 2, "integer"},
		"memory_allocation: 9223372036854775808": {CodeType, 2, "integer"},
		"memory_allocation: []":                  {CodeType, 2, "integer"},
		"static_ip: 'true'":                      {CodeType, 2, "true or false"},
		"language: [a]":                          {CodeType, 2, "text"},
		"version_labels: [a]":                    {CodeType, 2, "mapping"},
		"version_labels:\n  k: null":             {CodeType, 3, "must not be null"},
		"ports: {a: b}":                          {CodeType, 2, "list"},
		"ports: [~]":                             {CodeType, 2, "null"},
		"version_environment_variables: {A: {}}": {CodeType, 2, "list of variables"},
		"version_environment_variables: [{value: hidden}]":             {CodeMissingKey, 2, "no name"},
		"version_environment_variables: [x]":                           {CodeType, 2, "mapping"},
		"version_environment_variables:\n- name: A\n- name: 'A'":       {CodeDuplicateObject, 4, "line 3"},
		"version_environment_variables:\n- {name: A, value: [hidden]}": {CodeType, 3, "value must be text"},
		"a: " + strings.Repeat("[", 70) + strings.Repeat("]", 70):      {CodeLimit, 2, "deeper"},
		"a: &a [*a]":       {CodeLimit, 2, "deeper"},
		"\xff":             {CodeYAML, 0, "UTF-8"},
		"version_name: v2": {CodeDuplicateKey, 2, "line 1"},
	} {
		_, _, err := decodeVersion("version_name: v\n" + yaml)
		wantFinding(t, err, want.code, "v.yaml", want.line)
		if err != nil && !strings.Contains(err.Error(), want.text) || err != nil && strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", yaml, err)
		}
	}
}

func TestDocument_aliasBombsAreRefused(t *testing.T) {
	t.Parallel()
	bomb := "version_name: v\na: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 9) + "]\n"
	}
	_, _, err := decodeVersion(bomb)
	if err == nil || !strings.Contains(err.Error(), "aliases") {
		t.Errorf("lists of lists: %v", err)
	}
	_, _, err = decodeVersion("version_name: v\na: &a " + strings.Repeat("x", 10_000) + "\nb: [" + strings.Repeat("*a,", 10_000) + "]\n")
	if err == nil || !strings.Contains(err.Error(), "aliases") {
		t.Errorf("one long text: %v", err)
	}
}

func TestDocument_requiredKeysAreDemanded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, yaml, missing string
	}{
		{"x/info.yaml", "", "format_spec"},
		{"x/info.yaml", "format_spec:", "format_spec"},
		{"x/deployments/a/b.yaml", pipes, "deployment_name"},
		{"x/deployments/a/b.yaml", "deployment_name: ''\n" + pipes, "deployment_name"},
		{"x/deployments/a/b.yaml", "deployment_name: [a]\n" + pipes, "deployment_name"},
		{"x/deployments/a/b.yaml", "deployment_name: a\noutput_type: plain", "input_type"},
		{"x/deployments/a/b.yaml", "deployment_name: a\ninput_type: ~\noutput_type: plain", "input_type"},
		{"x/deployments/a/b.yaml", "deployment_name: a\ninput_type: plain", "output_type"},
		{"x/deployments/a/versions/c.yaml", "# nothing", "version_name"},
		{"x/pipelines/p/p.yaml", "pipeline_name: p", "input_type"},
		{"x/pipelines/p/p.yaml", pipes, "pipeline_name"},
		{"x/environments/e/e.yaml", "base_environment: x", "environment_name"},
		{"x/services/e/e.yaml", "null", "service_name"},
	} {
		_, err := openBytes(small().with(test.name, test.yaml).zip(t))
		if err == nil || !strings.HasPrefix(err.Error(), test.name+":") || !strings.Contains(err.Error(), test.missing) {
			t.Errorf("%s %q: %v", test.name, test.yaml, err)
		}
	}
}

// The contract may require what archives of before do not have.
func TestDocument_whatOnlyTheContractRequiresMayBeMissing(t *testing.T) {
	t.Parallel()
	const name = "x/deployments/a/b.yaml"
	for yaml, want := range map[string][]string{
		"input_fields: [{name: a}]":                                                 {name + ":4: an element of input_fields has no data_type: it is read as if that were empty, zero or false"},
		"input_fields: [{name: a, data_type: ~}]":                                   {name + ":4: an element of input_fields has no data_type: it is read as if that were empty, zero or false"},
		"input_fields: [{name: a, data_type: ''}, {name: b, data_type: int, c: ~}]": nil,
	} {
		a, err := openBytes(small().with(name, "deployment_name: a\n"+pipes+yaml).zip(t))
		if err != nil {
			t.Errorf("%s: %v", yaml, err)
			continue
		}
		var got []string
		for _, warning := range a.Warnings() {
			if warning.Code == CodeIncomplete && warning.Severity == SeverityWarning {
				got = append(got, warning.Error())
			}
		}
		if fields := a.Content().Deployments["a"].InputFields.Or(nil); !slices.Equal(got, want) || fields[0].Name != "a" || fields[0].DataType != "" {
			t.Errorf("%s: %+v, warnings %q; want %q", yaml, fields, got, want)
		}
	}
}

func TestDocument_twoObjectsMustNotHaveOneName(t *testing.T) {
	t.Parallel()
	_, err := openBytes(small().with("x/deployments/z/z.yaml", "deployment_name: dep\n"+pipes).zip(t))
	wantFinding(t, err, CodeDuplicateObject, "x/deployments/z/z.yaml", 0)
	_, err = openBytes(small().with("x/deployments/a/versions/d.yaml", "version_name: v1").zip(t))
	wantFinding(t, err, CodeDuplicateObject, "x/deployments/a/versions/d.yaml", 0)
}

// Keys with a prefix are what a detail has without it, written and read.
func TestDocument_keysWithAPrefixAreTheMembersOfADetail(t *testing.T) {
	t.Parallel()
	a := mustOpen(t, small().
		with("x/deployments/a/b.yaml", "deployment_name: dep\ndeployment_supports_request_format: false\n"+pipes).
		with("x/environments/e/e.yaml", "environment_name: e\nenvironment_supports_request_format: false\n").zip(t))
	for range 2 {
		d, e := asJSON(t, a.Content().Deployments["dep"]), asJSON(t, a.Content().Environments["e"])
		if want := `"supports_request_format":false`; !strings.Contains(d, want) || !strings.Contains(e, want) {
			t.Errorf("deployment %s, environment %s", d, e)
		}
		var again bytes.Buffer
		if err := Rewrite(&again, a); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(again.Bytes(), []byte("deployment_supports_request_format: false")) {
			t.Error("the key is written without its prefix")
		}
		a = mustOpen(t, again.Bytes())
	}
}

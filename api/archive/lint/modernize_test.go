package lint

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
)

func TestModernizeRewritesWhatIsSure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ old, want string }{
		{`{"language":"python3.8","memory_allocation":2048}`, `{"environment_name":"python3-8","instance_type":"2048mb"}`},
		{`{"language":"python3.12","environment":"","deployment_mode":""}`, `{"environment":"","environment_name":"python3-12"}`},
		{`{"language":"python3.8","environment":null}`, `{"environment":null,"environment_name":"python3-8"}`},
		{`{"environment":"python3-12","more":1}`, `{"environment_name":"python3-12","more":1}`},
		{`{"environment":"e","instance_type":"512mb"}`, `{"environment_name":"e","instance_type":"512mb"}`},
		// The same said twice.
		{`{"language":"python3.8","environment":"python3-8","memory_allocation":512,"instance_type":"512mb"}`, `{"environment_name":"python3-8","instance_type":"512mb"}`},
		{`{"environment":"e","environment_name":"e"}`, `{"environment_name":"e"}`},
		{`{"environment":"e","language":"python3.8"}`, `{"environment_name":"e","language":"python3.8"}`},
		// Kept: contradictions, what has no known form today, and settings with no successor.
		{`{"environment":"e","environment_name":"f"}`, ``},
		{`{"environment_name":"e","language":"python3.8"}`, ``},
		{`{"environment_name":"e","environment_tag":"latest","command":["a"],"args":[]}`, ``},
		{`{"instance_type_group_id":"1","memory_allocation":512}`, ``},
		{`{"instance_type":"256mb","memory_allocation":512}`, ``},
		{`{"instance_type_group_name":"512 MB","memory_allocation":512}`, ``},
		{`{"language":"python3.8_cuda"}`, ``}, {`{"language":"r4.0"}`, ``}, {`{"language":"python3.99.1"}`, ``}, {`{"language":"own.1"}`, ``},
		{`{"memory_allocation":3000}`, ``}, {`{"memory_allocation":0}`, ``}, {`{"memory_allocation":-9223372036854775808}`, ``}, {`{"memory_allocation":128}`, ``},
		{`{"deployment_mode":"express"}`, ``}, {`{"deployment_mode":"batch"}`, ``},
		{`{"language":null,"memory_allocation":null}`, ``},
	} {
		if test.want == "" {
			test.want = test.old
		}
		var content archive.Content
		wrap := func(v string) string {
			return `{"deployments":{"d":{"versions":{"v":` + v + `}}},"environments":{"own-1":{}}}`
		}
		if err := json.Unmarshal([]byte(wrap(test.old)), &content); err != nil {
			t.Fatal(err)
		}
		before, err := json.Marshal(content, json.Deterministic(true))
		if err != nil {
			t.Fatal(err)
		}
		modern, changes := Modernize(content)
		got, err := json.Marshal(modern, json.Deterministic(true))
		want := jsontext.Value(wrap(test.want))
		if err = errors.Join(err, (*jsontext.Value)(&got).Canonicalize(), want.Canonicalize()); err != nil || string(got) != string(want) {
			t.Errorf("%s: got %s, %v", test.old, got, err)
		}
		if after, err := json.Marshal(content, json.Deterministic(true)); err != nil || string(after) != string(before) {
			t.Errorf("%s: the argument is %s now, %v", test.old, after, err)
		}
		// The changes are the difference, but for empty values, which are none.
		diff, err := archive.DiffContent(content, modern)
		if err != nil {
			t.Fatal(err)
		}
		changes = slices.DeleteFunc(changes, func(c archive.Change) bool { return string(c.Old) == `""` })
		if got, want := text(changes), text(diff); got != want {
			t.Errorf("%s: changes\n%s\ndifference\n%s", test.old, got, want)
		}
		if again, changes := Modernize(modern); len(changes) != 0 {
			t.Errorf("%s: twice changes %v to %v", test.old, changes, again)
		}
	}
}

func text(changes []archive.Change) string {
	var lines []string
	for _, c := range changes {
		lines = append(lines, c.String())
	}
	return strings.Join(lines, "\n")
}

func TestModernizeKeepsALanguageThatAnOwnEnvironmentHasTheNameOf(t *testing.T) {
	t.Parallel()
	var content archive.Content
	if err := json.Unmarshal([]byte(`{"deployments":{"d":{"versions":{"v":{"language":"python3.8"}}}},"environments":{"python3-8":{}}}`), &content); err != nil {
		t.Fatal(err)
	}
	if _, changes := Modernize(content); len(changes) != 0 {
		t.Error(text(changes))
	}
}

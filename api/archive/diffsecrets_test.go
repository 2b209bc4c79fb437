package archive

import (
	"slices"
	"strings"
	"testing"
)

func TestDiffNeverShowsSecretsOfUnknownMembers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		what, old, updated string
		want               []string
	}{
		{"a dictionary of variables", `{"services":{"s":{"vars":{"A":{"value":"hush-1","secret":true},"B":{"value":"1"}}}}}`,
			`{"services":{"s":{"vars":{"A":{"value":"hush-2","secret":true},"B":{"value":"2"}}}}}`,
			[]string{"changed /services/s/vars/A: (secret)", `changed /services/s/vars/B/value: "1" -> "2"`}},
		{"plain becomes secret", `{"services":{"s":{"vars":{"A":{"value":"hush-1"}}}}}`, `{"services":{"s":{"vars":{"A":{"value":"hush-1","secret":true}}}}}`,
			[]string{"changed /services/s/vars/A: (secret)"}},
		{"secret becomes plain", `{"services":{"s":{"vars":{"A":{"value":"hush-1","secret":"yes"}}}}}`, `{"services":{"s":{"vars":{"A":{"value":"hush-1"}}}}}`,
			[]string{"changed /services/s/vars/A: (secret)"}},
		{"an ordered list", `{"services":{"s":{"vars":[{"name":"A","value":"hush-1"},{"name":"B"}]}}}`, `{"services":{"s":{"vars":[{"name":"B"},{"name":"A","secret":true}]}}}`,
			[]string{"changed /services/s/vars: (secret)"}},
		{"added with all it holds", `{"services":{"s":{}}}`, `{"services":{"s":{"x":{"y":[{"value":"hush-1","secret":true}]}}}}`,
			[]string{"added /services/s/x: (secret)"}},
		{"of a known object that is added", `{"pipelines":{"p":{"versions":{"v":{"objects":[{"name":"a","reference_name":"r"}]}}}}}`,
			`{"pipelines":{"p":{"versions":{"v":{"objects":[{"name":"a","reference_name":"r"},{"name":"b","reference_name":"r","configuration":{"key":{"secret":true,"value":"hush-1"}}}]}}}}}`,
			[]string{"added /pipelines/p/versions/v/objects/b: (secret)"}},
		{"inside a secret variable", `{"environment_variables":{"A":{"secret":true,"value":null,"old":["hush-1"],"more":{"x":"hush-2"}}}}`, `{"environment_variables":{"A":{"value":"1","old":["hush-3"]}}}`,
			[]string{"removed /environment_variables/A/more: (secret)", "changed /environment_variables/A/old: (secret)",
				"removed /environment_variables/A/secret: true", "added /environment_variables/A/value: (secret)"}},
	} {
		got := diffLines(t, test.old, test.updated)
		if !slices.Equal(got, test.want) || strings.Contains(strings.Join(got, ""), "hush") {
			t.Errorf("%s\ngot  %q\nwant %q", test.what, got, test.want)
		}
	}
}

func TestDiffShowsWhatOnlyMentionsSecrets(t *testing.T) {
	t.Parallel()
	got := diffLines(t, `{"services":{"s":{"vars":{"A":{"value":"1","secret":false}}}},"deployments":{"a":{"labels":{"secret":"x"}}}}`,
		`{"services":{"s":{"vars":{"A":{"value":"2","secret":null}}}},"deployments":{"a":{"labels":{"secret":"y"}}}}`)
	want := []string{`changed /deployments/a/labels/secret: "x" -> "y"`, `changed /services/s/vars/A/secret: false -> null`, `changed /services/s/vars/A/value: "1" -> "2"`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

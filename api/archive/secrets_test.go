package archive

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestDiff_neverShowsSecretsOfUnknownMembers(t *testing.T) {
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

func TestDiff_showsWhatOnlyMentionsSecrets(t *testing.T) {
	t.Parallel()
	got := diffLines(t, `{"services":{"s":{"vars":{"A":{"value":"1","secret":false}}}},"deployments":{"a":{"labels":{"secret":"x"}}}}`,
		`{"services":{"s":{"vars":{"A":{"value":"2","secret":null}}}},"deployments":{"a":{"labels":{"secret":"y"}}}}`)
	want := []string{`changed /deployments/a/labels/secret: "x" -> "y"`, `changed /services/s/vars/A/secret: false -> null`, `changed /services/s/vars/A/value: "1" -> "2"`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// JSON can write a name with escapes, and unknown members keep theirs.
func TestSecrets_areHiddenHoweverTheirNameIsWritten(t *testing.T) {
	t.Parallel()
	content := contentOf(t, `{"x":{"name":"A","value":"hush-1","\u0073ecret":true},"services":{"s":{"vars":[{"value":"hush-2","secre\u0074":true}]}}}`)
	for _, shown := range []Content{WithoutSecrets(content), MaskSecrets(content)} {
		if text := asJSON(t, shown); strings.Contains(text, "hush") || !strings.Contains(text, "secret") {
			t.Errorf("shown: %s", text)
		}
	}
}

// Wherever a secret stands, and whatever it has beside its value.
func TestSecrets_areHiddenWhereverTheyStand(t *testing.T) {
	t.Parallel()
	const content = `{
		"services":{"s":{"secret":"of the service","vars":[{"name":"A","value":"hush-1","secret":true,"default":["hush-2"],"required":true},{"name":"B","value":"1"}]}},
		"pipelines":{"p":{"labels":{"secret":"x","team":"y"},"vars":{"C":{"value":"hush-3","secret":"yes"}},
			"versions":{"v":{"objects":[{"name":"o","reference_name":"r","configuration":{"key":{"secret":1,"token":"hush-4"}},"new":{"secret":true,"pin":77}}]}}}},
		"environments":{"e":{"vars":[[{"secret":true,"value":"hush-5"}]],"description":"d"},"f":{"description":"d","secret":true,"token":"hush-6"}},
		"deployments":{"d":{"environment_variables":{"D":{"value":"hush-7","secret":true,"old":"hush-8"},"E":{"value":"2","secret":false,"old":"3"}},
			"versions":{"v":{"vars":[{"name":"F","value":"hush-9","secret":true}],"other":[{"name":"G","value":"4","secret":"no"}]}}}},
		"environment_variables":{"H":{"value":"","secret":true}},"more":{"vars":{"secret":true,"value":"hush-0"}}}`
	for what, test := range map[string]struct {
		hide func(Content) Content
		want string
	}{
		"left out": {WithoutSecrets, `{
		"services":{"s":{"secret":"of the service","vars":[{"name":"A","secret":true,"required":true},{"name":"B","value":"1"}]}},
		"pipelines":{"p":{"labels":{"secret":"x","team":"y"},"vars":{"C":{"secret":"yes"}},
			"versions":{"v":{"objects":[{"name":"o","reference_name":"r","configuration":{"key":{"secret":1}},"new":{"secret":true}}]}}}},
		"environments":{"e":{"vars":[[{"secret":true}]],"description":"d"},"f":{"description":"d","secret":true}},
		"deployments":{"d":{"environment_variables":{"D":{"secret":true},"E":{"value":"2","secret":false,"old":"3"}},
			"versions":{"v":{"vars":[{"name":"F","secret":true}],"other":[{"name":"G","value":"4","secret":"no"}]}}}},
		"environment_variables":{"H":{"secret":true}},"more":{"vars":{"secret":true}}}`},
		"null": {MaskSecrets, `{
		"services":{"s":{"secret":"of the service","vars":[{"name":"A","value":null,"secret":true,"default":null,"required":true},{"name":"B","value":"1"}]}},
		"pipelines":{"p":{"labels":{"secret":"x","team":"y"},"vars":{"C":{"value":null,"secret":"yes"}},
			"versions":{"v":{"objects":[{"name":"o","reference_name":"r","configuration":{"key":{"secret":1,"token":null}},"new":{"secret":true,"pin":null}}]}}}},
		"environments":{"e":{"vars":[[{"secret":true,"value":null}]],"description":"d"},"f":{"description":"d","secret":true,"token":null}},
		"deployments":{"d":{"environment_variables":{"D":{"value":null,"secret":true,"old":null},"E":{"value":"2","secret":false,"old":"3"}},
			"versions":{"v":{"vars":[{"name":"F","value":null,"secret":true}],"other":[{"name":"G","value":"4","secret":"no"}]}}}},
		"environment_variables":{"H":{"value":null,"secret":true}},"more":{"vars":{"secret":true,"value":null}}}`},
	} {
		given, want := contentOf(t, content), contentOf(t, test.want)
		if got, want := asJSON(t, test.hide(given)), asJSON(t, want); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", what, got, want)
		}
		if got, want := asJSON(t, given), asJSON(t, contentOf(t, content)); got != want {
			t.Errorf("%s: the argument is now %s", what, got)
		}
	}
}

func TestDiff_ignoresTheValuesOfSecretsOfUnknownMembers(t *testing.T) {
	t.Parallel()
	before := contentOf(t, `{"services":{"s":{"token":"hush-1","secret":true,"vars":[{"name":"A","value":"hush-1","secret":true},{"name":"B","value":"1"}]}}}`)
	if changes, err := DiffContent(before, WithoutSecrets(before), IgnoreSecretValues()); err != nil || len(changes) > 0 {
		t.Errorf("%v, %v", changes, err)
	}
	changes, err := DiffContent(before, contentOf(t, `{"services":{"s":{"token":"hush-2","secret":true,"vars":[]}}}`))
	if got := fmt.Sprint(changes); err != nil || got != "[changed /services/s/token: (secret) changed /services/s/vars: (secret)]" {
		t.Errorf("%v, %v", got, err)
	}
}

// A variable is hidden without a look at its JSON, if the contract names all of it.
func TestSecrets_ofAVariableAreHiddenAsItsJSONSays(t *testing.T) {
	t.Parallel()
	for _, secret := range []*bool{nil, new(false), new(true)} {
		for _, value := range []models.Nullable[string]{{}, models.Null[string](), models.Value(""), models.Value("planted")} {
			for _, instead := range []any{nil, jsontext.Value("null")} {
				h, v := hiding{instead}, models.EnvironmentVariable{Secret: secret, Value: value}
				got, changed := h.variable(v)
				want, wantChanged := hiddenIn(h, v, variableDocument.shape)
				if changed != wantChanged || !reflect.DeepEqual(got, want) {
					t.Errorf("%+v becomes %+v (%t), by its JSON %+v (%t)", v, got, changed, want, wantChanged)
				}
			}
		}
	}
}

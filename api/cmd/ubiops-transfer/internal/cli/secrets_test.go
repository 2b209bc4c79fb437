package cli

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/plan"
)

func TestSecretsAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]values{
		"\n# note\nA=b\nexport C= d \n":              {"A": "b", "C": "d"},
		"A='$x #'\nB=\"two\\nlines\"\nC=a$b#c=d\r\n": {"A": "$x #", "B": "two\nlines", "C": "a$b#c=d"},
		"/deployments/d/environment_variables/A=1":   {"/deployments/d/environment_variables/A": "1"},
	} {
		if got, err := parseDotenv(text); err != nil || !maps.Equal(got, want) {
			t.Errorf("%q: %q, error %v", text, got, err)
		}
	}
	got, err := parseYAMLValues("A: 1.10\nB: no\nC: null\nD: 'x: y'\n")
	if want := (values{"A": "1.10", "B": "no", "D": "x: y"}); err != nil || !maps.Equal(got, want) {
		t.Errorf("%q, error %v", got, err)
	}
}

func TestNoErrorAboutSecretsShowsOne(t *testing.T) {
	t.Parallel()
	const hidden = "hunter2"
	s := &session{getenv: func(string) string { return "" }}
	file := filepath.Join(t.TempDir(), "secrets.env")
	for name, err := range map[string]error{
		"line":   func() error { _, err := parseDotenv(hidden); return err }(),
		"twice":  func() error { _, err := parseDotenv("A=1\nA=" + hidden); return err }(),
		"quotes": func() error { _, err := parseDotenv(`A="` + hidden); return err }(),
		"yaml":   func() error { _, err := parseYAMLValues("A: [" + hidden + "]"); return err }(),
		"broken": func() error { _, err := parseYAMLValues(hidden); return err }(),
		"given": func() error {
			_, err := (&secretFlags{each: []string{"A=" + hidden}}).read(t.Context(), s)
			return err
		}(),
		"server": values{"A": hidden}.mask(errors.New("400: bad value " + hidden)),
	} {
		if err == nil || strings.Contains(err.Error(), hidden) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if err := os.WriteFile(file, []byte(hidden+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := s.valueOf(t.Context(), "file:"+file, false); err != nil || got != hidden {
		t.Errorf("%q, error %v", got, err)
	}
	if _, err := s.valueOf(t.Context(), "cmd:echo x", false); err == nil {
		t.Error("a command ran that is not allowed")
	}
}

func TestEveryVariableWithoutAValueIsNamed(t *testing.T) {
	t.Parallel()
	needs := []plan.Item{{Name: "A", Place: "/a/A"}, {Name: "B", Place: "/b/B"}, {Name: "B", Place: "/c/B"}}
	err := values{"A": "1", "/b/B": "2"}.missing(needs)
	if ExitCode(err) != exitRefused || !strings.Contains(err.Error(), "/c/B") || strings.Contains(err.Error(), "/b/B") {
		t.Errorf("error %v", err)
	}
	if err := (values{"A": "1", "B": "2"}).missing(needs); err != nil {
		t.Error(err)
	}
	var b strings.Builder
	if err := writeTemplate(&b, needs); err != nil {
		t.Fatal(err)
	}
	filled, err := parseDotenv(b.String())
	if _, ok := filled["B"]; err != nil || !ok || filled.missing(needs) == nil {
		t.Errorf("a template that is not filled in counts: %v, error %v", filled, err)
	}
}

package changes

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// speakers are the tests that compare a change with the code, each as arguments
// of go test. Left out are those that only test the tests, build by themselves,
// or are long and cover the same code as others.
var speakers = [][]string{
	{"-skip", "^(TestNoMarkAndNoFieldIsOverlooked|TestEveryMutationOfAnExampleIsRefused|TestASettingThatLosesMembersDoesNotCompile|TestNextVersion|TestUnknownMembersComeBackAtEveryLevel)$" +
		"|^TestAnyValueAtAnyPlaceIsReadAsByReflection$/^Import(Detail|Update)$", // what is in them is tried by itself
		"./tests/models", "./tests/contract", "./api/archive/lint"},
	{"-run", "Contract", "./api/archive", "./api/plan"},
}

// enough lines for what one test says, or go generate.
const enough = 10

func TestAChangeSaysWhatItLeavesToBeDone(t *testing.T) {
	t.Parallel()
	if os.Getenv("CHANGES") == "" {
		t.Skip("NOT RUN: no change was generated, built and tested. To do so: .ci/run changes, or CHANGES=1 go test -v ./tests/changes")
	}
	contract, err := os.ReadFile(contractFile)
	if err != nil {
		t.Fatal(err)
	}
	modules := make(chan *module, 2) // one builds while the other links
	for range cap(modules) {
		modules <- copied(t)
	}
	for _, c := range allChanges(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			edited, err := c.apply(string(contract))
			if err != nil {
				t.Fatal(err)
			}
			m := <-modules
			defer func() { modules <- m }()
			m.reset(t, edited, c.Append)
			c.try(t, m)
		})
	}
}

// try generates, builds and tests, until one of them fails.
func (c change) try(t *testing.T, m *module) {
	t.Helper()
	for _, step := range []struct {
		name string
		args []string
		want []string
	}{
		{"go generate", []string{"generate", "."}, c.Generate},
		{"go build", []string{"list", "-export", "-f", "{{/* compiles, and links nothing */}}", "./..."}, c.Build},
	} {
		output, failed := m.command(t, step.args...)
		if failed {
			compare(t, step.name, step.want, mistakes(output))
			return
		}
		if len(step.want) > 0 {
			t.Fatalf("%s succeeds; it should say %q", step.name, step.want)
		}
	}
	spoken := speech{}
	for _, args := range speakers {
		maps.Copy(spoken, m.test(t, args...))
	}
	for _, test := range slices.Sorted(maps.Keys(spoken)) {
		compare(t, test, c.Tests[test], spoken[test])
	}
	for test, want := range c.Tests {
		if _, ok := spoken[test]; !ok {
			t.Errorf("%s passes; it should say %q", test, want)
		}
	}
}

// compare fails the test unless the lines that were printed are exactly those
// that were expected.
func compare(t *testing.T, who string, want, got []string) {
	t.Helper()
	if len(got) > enough && who != "go build" {
		t.Errorf("%s says %d lines; %d are enough", who, len(got), enough)
	}
	expected := func(line string) bool {
		return slices.ContainsFunc(want, func(want string) bool { return strings.Contains(line, want) })
	}
	for _, line := range got[:min(len(got), enough)] {
		if !expected(line) {
			t.Errorf("%s says %s", who, line)
		}
	}
	for _, line := range want {
		if !slices.ContainsFunc(got, func(got string) bool { return strings.Contains(got, line) }) {
			t.Errorf("%s does not say %s", who, line)
		}
	}
	if len(got) == 0 {
		t.Errorf("%s fails without a word", who)
	}
}

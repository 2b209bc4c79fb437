package plan_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func tops(c archive.Content) (places []string) {
	for _, item := range plan.Items(c) {
		if item.Place == item.Top().Place {
			places = append(places, item.Place)
		}
	}
	return places
}

func TestOnlyTakesWhatWasChosenAndWhatItNeeds(t *testing.T) {
	t.Parallel()
	o := overrides(t, `
select: {deployments: ["*"], pipelines: [inner], variables: [R*]}
set: {/deployments/other/description: x, /deployments/fraud-score/versions/v1/description: y}
rename: {deployments: {fraud-score: "star*", other: otter}}
values: {KEY: "env:K", /environment_variables/RATE: "file:rate"}`)
	for _, test := range []struct {
		places, want []string
		says         string // of the overrides
	}{
		{[]string{"/pipelines/inner"}, []string{"/environments/base", "/environments/cpu", "/environments/gpu", "/deployments/star*", "/pipelines/inner", "/pipelines/outer"},
			"/deployments/fraud-score/versions/v1/description fraud-score KEY"},
		{[]string{"/deployments/otter", "/environment_variables/RATE"}, []string{"/environments/cpu", "/deployments/otter", "/environment_variables/RATE"},
			"/deployments/other/description other /environment_variables/RATE"},
		{[]string{"/deployments/star*"}, []string{"/environments/base", "/environments/cpu", "/environments/gpu", "/deployments/star*"},
			"/deployments/fraud-score/versions/v1/description fraud-score KEY"},
	} {
		only, err := o.Only(content(t, related), test.places)
		if err != nil {
			t.Fatal(err)
		}
		applied, err := only.Apply(content(t, related))
		if err != nil {
			t.Fatal(err)
		}
		if got := tops(applied); !slices.Equal(got, test.want) {
			t.Errorf("%s: %s, want %s", test.places, got, test.want)
		}
		says := strings.Join(slices.Concat(sortedKeys(only.Set), sortedKeys(only.Rename.Deployments), sortedKeys(only.Values)), " ")
		if says != test.says {
			t.Errorf("%s: it says something of %s, want %s", test.places, says, test.says)
		}
		if _, err := plan.New(plan.Input{Offered: content(t, related), Overrides: only}); err != nil {
			t.Errorf("%s: %v", test.places, err)
		}
	}
	var refused *plan.RefusedError
	for _, places := range [][]string{nil, {"/deployments/fraud-score"}, {"/services/web"}} { // renamed, and not selected
		if only, err := o.Only(content(t, related), places); !errors.As(err, &refused) {
			t.Errorf("%s: %+v, %v", places, only, err)
		}
	}
}

func TestOnlyTakesNamesAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a*", "a?c", "[ab]", `a\b`, "a/b", "~", "", "ü"} {
		offered := archive.Content{Environments: map[string]models.Environment{name: {}, "ab": {}, "abc": {}}}
		place := string(jsontext.Pointer("/environments").AppendToken(name))
		only, err := plan.Overrides{}.Only(offered, []string{place})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if applied, err := only.Apply(offered); err != nil || !slices.Equal(tops(applied), []string{place}) {
			t.Errorf("%q: %v, %v", name, tops(applied), err)
		}
	}
}

func TestNeedingFollowsReferencesBackwards(t *testing.T) {
	t.Parallel()
	lines := func(all []plan.Dependency) (lines []string) {
		for _, d := range all {
			lines = append(lines, d.By.Top().Place+" "+d.String())
		}
		return lines
	}
	c := content(t, related)
	for _, test := range []struct {
		place           string
		needing, needed []string
	}{
		{"/environments/base", []string{
			"/environments/gpu environment base: needed by environment gpu",
			"/pipelines/inner deployment fraud-score: needed by object score of inner v1",
			"/pipelines/outer pipeline inner: needed by object in of outer v1",
			"/deployments/fraud-score environment gpu: needed by version v1 of fraud-score"}, nil},
		{"/deployments/other", []string{"/services/web deployment other: needed by service web"},
			[]string{"/deployments/other environment cpu: needed by version v1 of other"}},
		{"/environment_variables/RATE", nil, nil},
	} {
		got := lines(plan.Needing(c, []string{test.place}))
		slices.Sort(got)
		slices.Sort(test.needing)
		if !slices.Equal(got, test.needing) {
			t.Errorf("%s is needed by\n%s", test.place, strings.Join(got, "\n"))
		}
		if got := lines(plan.Needed(c, []string{test.place})); !slices.Equal(got, test.needed) {
			t.Errorf("%s needs %q", test.place, got)
		}
	}
}

func TestUsedNamesEachOnce(t *testing.T) {
	t.Parallel()
	want := plan.Usage{InstanceTypes: []string{"512mb", "id-1", "small"}, Environments: []string{"own", "python3-8"}}
	if got := plan.Used(content(t, configured)); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestMembersHoldNoSecretAndNoPackage(t *testing.T) {
	t.Parallel()
	c := content(t, strings.ReplaceAll(configured, `{"value": "u"}`, `{"value": "planted"}`))
	for place, want := range map[string]string{
		"/deployments/d":             "labels",
		"/deployments/d/versions/v1": "environment instance_type",
		"/deployments/d/versions/v1/environment_variables/KEY":     "secret",
		"/environment_variables/URL":                               "",
		"/services/s":                                              "deployment vars",
		"/deployments/d/versions/v9":                               "",
		"/deployments/none/versions/v1/environment_variables/KEY":  "",
		"/pipelines/p/versions/v1":                                 "objects",
		"/deployments/d/versions/v2":                               "environment environment_name instance_type_group_id instance_type_group_name later",
		"/environment_variables/not-there":                         "",
		"/deployments/d/versions/v1/environment_variables/MISSING": "",
	} {
		members, err := plan.Members(c, place)
		if got := strings.Join(sortedKeys(members), " "); err != nil || got != want {
			t.Errorf("%s has %q, want %q (%v)", place, got, want, err)
		}
		if text := fmt.Sprint(members); strings.Contains(text, "planted") || strings.Contains(text, ".zip") {
			t.Errorf("%s: %s", place, text)
		}
	}
}

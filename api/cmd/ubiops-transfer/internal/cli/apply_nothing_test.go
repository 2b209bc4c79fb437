package cli_test

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// An object that differs only since the plan was made is not there as planned, also if
// another one does not differ any more.
func TestNothingIsToDoOnlyIfNoOtherObjectDiffers(t *testing.T) {
	t.Parallel()
	content := func(values ...string) archive.Content {
		c := archive.Content{Deployments: map[string]models.Deployment{}}
		for i, value := range values {
			if value != "" {
				c.Deployments[string(rune('a'+i))] = models.Deployment{Description: models.Value(value)}
			}
		}
		return c
	}
	planned := func(target archive.Content) *plan.Plan {
		p, err := plan.New(plan.Input{Offered: content("wanted", "wanted"), Target: target, OnConflict: plan.Skip})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	before := planned(content("other", ""))
	for _, test := range []struct {
		now  archive.Content
		want bool
	}{
		{content("other", "wanted"), true},
		{content("wanted", "wanted"), true},
		{content("wanted", "other"), false},
		{content("other", "other"), false},
		{content("other", ""), false},
	} {
		if got := cli.NothingToDo(before, planned(test.now)); got != test.want {
			t.Errorf("%v: %t", test.now.Deployments, got)
		}
	}
	if !cli.NothingToDo(nil, planned(content("other", "other"))) {
		t.Error("without a plan, skipped objects are something to do")
	}
}

package review_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// A value that is entered once is that of all variables of its name that have none.
func TestVariablesOfOneNameCanShareAValue(t *testing.T) {
	t.Parallel()
	secret := map[string]models.EnvironmentVariable{"API_KEY": {Secret: new(true)}}
	content := archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{"OWN": {Secret: new(true)}}, Deployments: map[string]models.Deployment{}}
	for i := range 3 {
		content.Deployments[fmt.Sprintf("d%d", i)] = models.Deployment{EnvironmentVariables: secret}
	}
	r := begin(t, content, archive.Content{}, func(s *review.Subject) {
		s.Known = func(place string, reference plan.Reference) string {
			if strings.Contains(place, "/d0/") {
				return string(reference)
			}
			return ""
		}
	}).enter()
	page := r.page("")
	r.wants(page, "the same for all 2 that have no other value", "3 variables have no value yet")
	v := form(page)
	one, shared := r.number(page, `API_KEY <span class="of">of deployment d1`), ""
	for _, n := range []string{"1", "3", "5"} {
		if strings.Contains(page, `name="shared:`+n+`"`) {
			shared = n
		}
	}
	v.Set("value:"+one, "planted-own")
	v.Set("shared:"+shared, "planted-shared")
	_, page = r.submit(v, "update")
	r.wants(page, "1 variable has no value yet", "given; empty keeps it", "the value for all", "known already, from <code>env:API_KEY</code>")
	r.wantsNot(page, "planted")
	v = form(page)
	v.Set("value:"+r.number(page, "OWN"), "planted-last")
	_, _ = r.submit(v, "confirm")
	if err := r.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"/deployments/d1/environment_variables/API_KEY": "planted-own", "/deployments/d2/environment_variables/API_KEY": "planted-shared", "/environment_variables/OWN": "planted-last"}
	if fmt.Sprint(r.values) != fmt.Sprint(want) {
		t.Errorf("the values are %v, not %v", r.values, want)
	}
}

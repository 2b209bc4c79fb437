package review_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// packaged is a deployment with a version that has a package.
func packaged(description string) archive.Content {
	return archive.Content{Deployments: map[string]models.Deployment{"scorer": {
		Description: models.Value(description), Versions: map[string]models.DeploymentVersion{"v1": {Zip: models.Value("scorer.zip")}}}}}
}

func TestPackagesAreComparedIfTheReviewerAsks(t *testing.T) {
	t.Parallel()
	content := packaged("the same")
	content.EnvironmentVariables = map[string]models.EnvironmentVariable{"KEY": {Secret: new(true)}} // whose value is not compared
	r := begin(t, content, content, nil).enter()
	page := r.page("")
	r.wants(page, "The code of 1 version was not compared", "<b>3</b> the same", "is replaced as a whole, if the host does that")
	r.mu.Lock()
	r.target = packaged("of the project")
	r.mu.Unlock()
	_, asked := r.submit(form(page), "packages")
	r.eventually(func() bool { return strings.Contains(r.page(""), "The project has changed") })
	page = r.page("")
	r.wants(page, "- same deployment scorer", "&#43; conflict deployment scorer", "<b>1</b> in conflict")
	r.wantsNot(page, "was not compared")
	if strings.Contains(asked, "<h2>Steps</h2>") {
		r.wants(asked, "read the project")
	}
	_, ignored := r.submit(form(asked), "update")
	r.wantsNot(ignored, "The code of 1 version")

	v := form(page)
	v.Set("mode", "overwrite")
	_, page = r.submit(v, "update")
	v = form(page)
	v.Set("value:"+r.number(page, "KEY"), "x")
	_, _ = r.submit(v, "confirm")
	if err := r.Wait(t.Context()); err != nil || !r.applied.Packages {
		t.Errorf("%v; packages are compared: %t", err, r.applied.Packages)
	}
}

func TestAComparisonOfPackagesThatFailsOrIsStoppedChangesNothing(t *testing.T) {
	t.Parallel()
	began := make(chan struct{})
	for what, wait := range map[string]func(context.Context) error{
		"that was stopped": func(ctx context.Context) error {
			close(began)
			<-ctx.Done()
			return ctx.Err()
		},
		"the host is &lt;gone&gt;": func(context.Context) error { return errors.New("the host is <gone>") },
	} {
		r := begin(t, packaged("the same"), packaged("the same"), func(s *review.Subject) {
			inner := s.Plan
			s.Plan = func(ctx context.Context, w review.Wish, now bool, report func(string)) (*plan.Plan, archive.Content, error) {
				if w.Packages {
					return nil, archive.Content{}, wait(ctx)
				}
				return inner(ctx, w, now, report)
			}
		}).enter()
		page := r.page("")
		defer r.meanwhile(func() { _, _ = r.submit(form(page), "packages") })()
		if what == "that was stopped" {
			<-began
			_, _ = r.submit(form(page), "stop")
		}
		r.eventually(func() bool { return strings.Contains(r.page(""), "Packages were not compared: "+what) })
		r.wants(r.page(""), "The code of 1 version was not compared", "<b>2</b> the same")
		_, done := r.submit(form(r.page("")), "cancel")
		r.wants(done, "<h2>Cancelled</h2>")
	}
}

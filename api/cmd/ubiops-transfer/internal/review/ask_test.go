package review_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

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

func TestAnImportCanBeRejected(t *testing.T) {
	t.Parallel()
	failed := errors.New("the import is <gone>")
	r := begin(t, offered(), archive.Content{}, nil).enter()
	r.wantsNot(r.page(""), "Reject")
	_, page := r.submit(form(r.page("")), "reject") // as the page does not offer
	r.wants(page, "Decision")
	var answers []error
	r = begin(t, offered(), archive.Content{}, func(s *review.Subject) {
		s.Reject = func(context.Context) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			answer := failed
			if len(answers) > 0 {
				answer = nil
			}
			answers = append(answers, answer)
			return answer
		}
	}).enter()
	r.wants(r.page(""), "Delete the import")
	_, _ = r.submit(form(r.page("")), "reject")
	r.eventually(func() bool {
		return strings.Contains(r.page(""), "The import was not deleted: the import is &lt;gone&gt;")
	})
	_, _ = r.submit(form(r.page("")), "reject")
	if err := r.Wait(t.Context()); !errors.Is(err, review.ErrRejected) || r.applied != nil {
		t.Errorf("%v; applied %v", err, r.applied)
	}
	r.wants(r.page(""), "<h2>Rejected</h2>", "Nothing was created")
}

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

// eventually waits until something is so.
func (r *reviewed) eventually(is func() bool) {
	r.Helper()
	for range 500 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.Fatalf("it is never so; the page is %s", r.page(""))
}

// meanwhile does something beside the test, which has to wait for it.
func (r *reviewed) meanwhile(do func()) (wait func()) {
	var running sync.WaitGroup
	running.Go(do)
	return running.Wait
}

func TestOnlyWhatTheHostDoesIsOffered(t *testing.T) {
	t.Parallel()
	for replaces, want := range map[review.Replacing]string{review.DoesReplace: "is replaced as a whole<", review.NeverReplaces: "stays as it is</option></select>"} {
		r := begin(t, offered(), archive.Content{}, func(s *review.Subject) { s.Replaces = replaces }).enter()
		r.wants(r.page(""), want)
	}
}

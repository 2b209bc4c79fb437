package review_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestThePageSaysWhatIsReviewed(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, func(s *review.Subject) { s.Colour = "red" }).enter()
	page := r.page("")
	r.wants(page, "<title>Import into shop on https://api.example/v2.1</title>", `<header class="red">`, "project.zip, 12 bytes", "<code>abc</code>", "2025-01-02",
		"<b>8</b> to create", "<b>0</b> in conflict", "Create 8 objects in shop", "apply 8", "1 variable has no value yet.", `id="confirm" disabled`)
	if strings.Count(page, "<details>") != 5 {
		t.Errorf("not all groups are folded: %s", page)
	}
	r.wantsNot(page, "planted-plain")
}

func TestLeavingOutTakesDependantsAlong(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, nil).enter()
	page := r.untick("environment tools")
	r.wants(page, "Left out along: deployment scorer, since it needs environment tools", "Left out along: pipeline nightly, since it needs deployment scorer", "<b>3</b> to create", "apply 3", "left out</span>")
	v := form(page)
	v.Add("take", r.number(page, "pipeline nightly"))
	_, page = r.submit(v, "update")
	r.wants(page, "Ticked along: deployment scorer: needed by object score of nightly v1", "Ticked along: environment tools: needed by version v1 of scorer", "<b>8</b> to create")

	v = form(r.page(""))
	v.Del("take")
	_, page = r.submit(v, "update")
	r.wants(page, "Nothing is ticked.", "<b>0</b> to create", `id="confirm" disabled`)
	if status, _ := r.submit(form(page), "confirm"); status != http.StatusOK || r.applied != nil {
		t.Errorf("%d: nothing was ticked, and %+v applied", status, r.applied)
	}
}

func TestConfirmDoesWhatIsTickedWithTheValues(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, nil).enter()
	page := r.untick("pipeline nightly")
	_, page = r.submit(form(page), "confirm") // without the value
	r.wants(page, "1 variable has no value yet.")
	v := form(page)
	v.Set("value:"+r.number(page, "API_KEY"), "planted-secret")
	_, page = r.submit(v, "update")
	r.wants(page, "given; empty keeps it")
	r.wantsNot(page, "planted-secret", " disabled")
	_, done := r.submit(form(page), "confirm")
	r.wants(done, "all is there", "<h2>Done</h2>")
	r.wantsNot(done, "planted-secret")
	if err := r.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if n := len(plan.Items(r.applied.Confirmation)); n != 6 || r.values["/environment_variables/API_KEY"] != "planted-secret" || len(r.values) != 1 {
		t.Errorf("%d objects with values %q", n, r.values)
	}
	_, again := r.submit(form(page), "confirm")
	r.wants(again, "<h2>Done</h2>")
	r.wants(r.page(""), "<h2>Done</h2>")
}

func TestAKnownValueNeedsNoField(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, func(s *review.Subject) {
		s.Known = func(place string, reference plan.Reference) string {
			if place == "/environment_variables/API_KEY" && reference == "env:API_KEY" {
				return "the <vault>"
			}
			return ""
		}
	}).enter()
	page := r.page("")
	r.wants(page, "known already, from <code>the &lt;vault&gt;</code>; empty keeps it")
	_, done := r.submit(form(page), "confirm")
	r.wants(done, "<h2>Done</h2>")
}

func TestAnObjectIsShownSideBySide(t *testing.T) {
	t.Parallel()
	target := archive.Content{Deployments: map[string]models.Deployment{
		"scorer": {Description: models.Value("of the project"), Versions: map[string]models.DeploymentVersion{
			"v1": {InstanceType: models.Value("1024mb"), MaximumInstances: models.Value(int64(3))}, "v0": {}}},
		"theirs": {},
	}}
	r := begin(t, offered(), target, nil).enter()
	page := r.page("?class=conflict")
	r.wants(page, "in conflict", "<b>2</b> only in the project")
	link := func(page, name string) string {
		before, _, _ := strings.Cut(page, "\">"+name+"</a>")
		return before[strings.LastIndex(before, "./?")+2:]
	}
	opened := r.page(strings.ReplaceAll(link(page, "deployment scorer"), "&amp;", "&"))
	r.wants(opened, "&#34;of the project&#34;", "&#34;of the archive&#34;", "exists already in the project", "version v1", "version v0")
	version := r.page(strings.ReplaceAll(link(opened, "version v1"), "&amp;", "&"))
	r.wants(version, "1024mb", "512mb", "1 more set by the platform")
	r.wantsNot(version, "maximum_instances")
	all := r.page(strings.ReplaceAll(link(version, "1 more set by the platform"), "&amp;", "&"))
	r.wants(all, "maximum_instances", "not stated; the platform chooses", "set by the platform")
	if n := strings.Count(all, `class="opened"`); n != 1 {
		t.Errorf("%d objects are open", n)
	}
	r.wants(r.page("?class=only-in-target"), "deployment theirs")
	r.wants(r.page("?open=999&class=no-such&from=-4&kind=x"), "Create")
}

func TestInstanceTypesAndEnvironmentsAreThoseOfTheProject(t *testing.T) {
	t.Parallel()
	target := archive.Content{
		Deployments:  map[string]models.Deployment{"theirs": {Versions: map[string]models.DeploymentVersion{"v1": {InstanceType: models.Value("4gb"), EnvironmentName: models.Value("python3-13")}}}},
		Environments: map[string]models.Environment{"ours": {}},
	}
	r := begin(t, offered(), target, nil).enter()
	page := r.page("")
	r.wants(page, `<option value="0">4gb</option>`, `<option value="0">ours</option>`, `<option value="1">python3-13</option>`)
	v := form(page)
	v.Set("Instance-type:0", "0")
	v.Set("Environment:0", "0")
	v.Set("mode", "skip")
	_, page = r.submit(v, "update")
	r.wants(page, `<option value="0" selected>4gb<`, `<option value="0" selected>ours<`, `<option value="skip" selected>`)
	v = form(page)
	v.Set("value:"+r.number(page, "API_KEY"), "x")
	_, _ = r.submit(v, "confirm")
	version := r.applied.Confirmation.Deployments["scorer"].Versions["v1"]
	if version.InstanceType.Or("") != "4gb" || version.EnvironmentName.Or("") != "ours" || r.applied.OnConflict != plan.Skip {
		t.Errorf("%+v, %s", version, r.applied.OnConflict)
	}
}

func TestAChangedProjectIsDecidedAboutAgain(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, nil).enter()
	old := r.page("")
	v := form(old)
	v.Set("value:"+r.number(old, "API_KEY"), "planted-secret")
	r.apply = func(context.Context, func(string)) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.target.Deployments = map[string]models.Deployment{"fetch": {Description: models.Value("theirs")}}
		return &plan.ChangedError{What: "target", Changes: []string{"- create deployment fetch", "+ conflict deployment fetch"}}
	}
	_, page := r.submit(v, "confirm")
	r.wants(page, "The project has changed", "- create deployment fetch", "&#43; conflict deployment fetch", "<b>1</b> in conflict", "given; empty keeps it", `id="confirm" disabled`)
	_, ignored := r.submit(form(old), "confirm")
	r.wants(ignored, "was read again meanwhile")

	r.apply = nil
	page = r.untick("deployment fetch")
	_, done := r.submit(form(page), "confirm")
	r.wants(done, "<h2>Done</h2>")
	if err := r.Wait(t.Context()); err != nil || r.values["/environment_variables/API_KEY"] != "planted-secret" {
		t.Errorf("%v with %q", err, r.values)
	}
}

func TestWhatHasFailedIsShownAndReturned(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{
		"of the host":  errors.New("the host says <no>\nand why"),
		"of the scan":  &plan.ChangedError{What: "scan", Changes: []string{"+ create deployment more"}},
		"interruption": context.Canceled,
	} {
		r := begin(t, offered(), archive.Content{}, nil).enter()
		r.apply = func(_ context.Context, report func(string)) error {
			report("step <one>")
			return failure
		}
		page := r.untick("variable API_KEY")
		_, done := r.submit(form(page), "confirm")
		r.wants(done, "step &lt;one&gt;", `class="result bad"`)
		r.wantsNot(done, "<no>", "<h2>Done")
		if err := r.Wait(t.Context()); !errors.Is(err, failure) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCancelSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	for left, want := range map[string]string{"": "Nothing was sent, and nothing is left behind.", "The import stays.": "The import stays."} {
		r := begin(t, offered(), archive.Content{}, func(s *review.Subject) { s.Left = left }).enter()
		_, page := r.submit(form(r.page("")), "cancel")
		r.wants(page, "<h2>Cancelled</h2>", want)
		r.wantsNot(page, "read the project", "<h2>Steps") // before anybody has decided
		if err := r.Wait(t.Context()); !errors.Is(err, review.ErrCancelled) {
			t.Error(err)
		}
		_, page = r.submit(form(page), "confirm")
		if r.applied != nil {
			t.Errorf("it was cancelled, and applied: %s", page)
		}
	}
}

func TestStepsAreShownAsTheyAreTakenAndCanBeStopped(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, nil).enter()
	r.apply = func(ctx context.Context, report func(string)) error {
		report("the first step")
		<-ctx.Done()
		report("what was begun is deleted")
		return ctx.Err()
	}
	page := r.untick("variable API_KEY")
	began := make(chan string)
	go func() {
		_, text := r.submit(form(page), "confirm")
		began <- text
	}()
	for !r.Running() {
		r.page("plan.json")
	}
	_, stopped := r.submit(form(page), "stop")
	for _, text := range []string{stopped, <-began} {
		r.wants(text, "the first step", "what was begun is deleted", "<h2>Stopped</h2>")
	}
	if err := r.Wait(t.Context()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAPlanAloneIsApprovedOrNot(t *testing.T) {
	t.Parallel()
	p, err := plan.New(plan.Input{Offered: offered(), Host: "https://api.example/v2.1", Project: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	r := begin(t, archive.Content{}, archive.Content{}, func(s *review.Subject) {
		s.Apply, s.Agreed = nil, p
		s.Plan = func(context.Context, review.Wish, bool, func(string)) (*plan.Plan, archive.Content, error) {
			return p, archive.Content{}, nil
		}
	}).enter()
	page := r.page("?open=0")
	r.wants(page, "Approve this plan", "environment tools")
	r.wantsNot(page, `type="checkbox"`, `type="password"`, " disabled")
	_, done := r.submit(form(page), "confirm")
	r.wants(done, "<h2>Approved</h2>")
	if err := r.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAPlanOfBeforeIsComparedWithNow(t *testing.T) {
	t.Parallel()
	target := archive.Content{Deployments: map[string]models.Deployment{"fetch": {}}}
	agreed, err := plan.New(plan.Input{File: plan.File{SHA256: "abc", Size: 12}, Offered: offered(), Host: "https://api.example/v2.1", Project: "shop", OnConflict: plan.Fail})
	if err != nil {
		t.Fatal(err)
	}
	r := begin(t, offered(), target, func(s *review.Subject) { s.Agreed = agreed }).enter()
	r.wants(r.page(""), "The project has changed", "- create deployment fetch", "&#43; same deployment fetch")

	agreed.Host = "https://another.example/v2.1"
	var changed *plan.ChangedError
	if _, err := review.New(t.Context(), r.subject); !errors.As(err, &changed) {
		t.Errorf("of another host: %v", err)
	}
}

func TestThePlanOfThePageIsAFile(t *testing.T) {
	t.Parallel()
	r := begin(t, offered(), archive.Content{}, nil).enter()
	_ = r.untick("pipeline nightly")
	p, err := plan.Read(strings.NewReader(r.page("plan.json")))
	if err != nil || len(plan.Items(p.Confirmation)) != 6 {
		t.Errorf("%+v, %v", p, err)
	}
}

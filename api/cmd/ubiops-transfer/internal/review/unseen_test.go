package review_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// without is the content of offered without what needs a value.
func without() archive.Content {
	content := offered()
	delete(content.EnvironmentVariables, "API_KEY")
	return content
}

func TestAPageOfBeforeBeginsNothing(t *testing.T) {
	t.Parallel()
	r := begin(t, without(), archive.Content{}, nil).enter()
	old := r.page("")
	r.apply = func(context.Context, func(string)) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.target.Deployments = map[string]models.Deployment{"fetch": {}}
		return &plan.ChangedError{What: "target", Changes: []string{"- create deployment fetch", "+ same deployment fetch"}}
	}
	_, _ = r.submit(form(old), "confirm")
	r.eventually(func() bool { return strings.Contains(r.page(""), "The project has changed") })
	r.mu.Lock()
	r.apply, r.applied = nil, nil
	r.mu.Unlock()
	v := form(old)
	v["take"] = v["take"][1:]
	_, page := r.submit(v, "confirm")
	r.wants(page, "was read again meanwhile", "Nothing was begun")
	if r.applied != nil {
		t.Error("the new plan was applied, and nobody has seen it")
	}
	_, done := r.submit(form(page), "confirm")
	r.wants(done, "<h2>Done</h2>")
}

// Without scripts, a tick and the decision come in one form.
func TestAPlanThatTheFormChangesIsSeenFirst(t *testing.T) {
	t.Parallel()
	r := begin(t, without(), archive.Content{}, nil).enter()
	v := form(r.page(""))
	for i, n := range v["take"] {
		if n == r.number(r.page(""), "environment tools") {
			v["take"] = append(v["take"][:i:i], v["take"][i+1:]...)
		}
	}
	_, page := r.submit(v, "confirm")
	r.wants(page, "Nothing was begun", "Left out along: deployment scorer, since it needs environment tools")
	if r.applied != nil {
		t.Error("it was applied")
	}
	_, done := r.submit(form(page), "confirm")
	r.wants(done, "<h2>Done</h2>")
	if got := r.applied.Confirmation.Deployments; len(got) != 1 {
		t.Errorf("deployments %v", got)
	}
}

// A page that was made before another one has changed the plan does not show it.
func TestAPageBesideAnotherBeginsNothing(t *testing.T) {
	t.Parallel()
	r := begin(t, without(), archive.Content{}, nil).enter()
	beside := r.page("?class=different") // without the objects that are ticked
	_ = r.untick("deployment fetch")
	_, page := r.submit(form(beside), "confirm")
	r.wants(page, "Nothing was begun")
	if r.applied != nil {
		t.Error("it was applied")
	}
	_, done := r.submit(form(page), "confirm")
	r.wants(done, "<h2>Done</h2>")
	if _, ok := r.applied.Confirmation.Deployments["fetch"]; ok {
		t.Error("what was unticked was created")
	}
}

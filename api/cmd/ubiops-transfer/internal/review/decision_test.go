package review_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
)

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

func TestOnlyWhatTheHostDoesIsOffered(t *testing.T) {
	t.Parallel()
	for replaces, want := range map[review.Replacing]string{review.DoesReplace: "is replaced as a whole<", review.NeverReplaces: "stays as it is</option></select>"} {
		r := begin(t, offered(), archive.Content{}, func(s *review.Subject) { s.Replaces = replaces }).enter()
		r.wants(r.page(""), want)
	}
}

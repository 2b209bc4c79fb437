package engine_test

import (
	"testing"
	"unicode/utf8"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
)

func TestReasons_firstTellsWholeReasonsAndHowManyMore(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		reasons    []string
		characters int
		want       string
	}{
		{[]string{"one"}, 3, "one"},
		{[]string{"one", "two"}, 15, "one; two"},
		{[]string{"é", "two", "three"}, 30, "é; two; three"},
		{[]string{"one", "two", "three"}, 18, "one; and 2 more"},
		{[]string{"one", "two", "three and four"}, 22, "one; two; and 1 more"},
		{[]string{"a long one"}, 5, "a lo…"},
		{[]string{"a long one", "two and more"}, 17, "a lo…; and 1 more"},
	} {
		got := engine.First(test.reasons, test.characters)
		if utf8.RuneCountInString(got) > test.characters {
			t.Errorf("%q has more than %d characters", got, test.characters)
		}
		if got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

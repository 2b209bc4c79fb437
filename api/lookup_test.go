package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// jobs answers lists, one after the other, the last one for ever, and creates
// with a step.
func jobs(create http.HandlerFunc, lists ...string) http.HandlerFunc {
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			create(w, r)
			return
		}
		list := lists[min(n, len(lists)-1)]
		n++
		if list == "" {
			says(403)(w, r)
			return
		}
		reply(200, "application/json", "["+list+"]")(w, r)
	}
}

func TestTheJobOfAnUnknownOutcomeIsLookedFor(t *testing.T) {
	t.Parallel()
	job := func(id, more string) string { return fmt.Sprintf(`{"id": %q, "status": "pending"%s}`, id, more) }
	old, mine, twin := job("old", ""), job("new", ""), job("twin", "")
	other := job("other", `, "size": 3, "description": "another"`)
	same := job("same", `, "size": 2, "description": "ours"`)
	for name, tc := range map[string]struct {
		lists []string
		want  LookupResult
		ids   []string
	}{
		"found":          {[]string{old, old + "," + mine}, LookupFound, []string{"new"}},
		"found late":     {[]string{old, old, old, mine + "," + old}, LookupFound, []string{"new"}},
		"found by size":  {[]string{old, old + "," + other + "," + same}, LookupFound, []string{"same"}},
		"not found":      {[]string{old}, LookupNotFound, nil},
		"another's only": {[]string{old, old + "," + other}, LookupNotFound, nil},
		"no list before": {[]string{""}, "", nil},
		"two new ones":   {[]string{old, mine + "," + twin}, LookupAmbiguous, []string{"new", "twin"}},
		"list refused":   {[]string{old, ""}, LookupFailed, nil},
	} {
		for kind, create := range map[string]func(*testing.T, *Client) error{
			"import": func(t *testing.T, c *Client) error {
				return second(c.Imports.Create(t.Context(), "p", FromReader(strings.NewReader("PK"), 2, "")))
			},
			"export": func(t *testing.T, c *Client) error {
				return second(c.Exports.Create(t.Context(), "p", models.ExportCreate{Description: models.Value("ours")}))
			},
		} {
			t.Run(name+", "+kind, func(t *testing.T) {
				t.Parallel()
				created := 0
				lose := func(w http.ResponseWriter, r *http.Request) { created++; reset(w, r) }
				watched(t, jobs(lose, tc.lists...), func(t *testing.T, c *Client) {
					c, err := c.With(WithCreateLookup(true))
					if err != nil {
						t.Fatal(err)
					}
					err = create(t, c)
					if tc.want == "" { // nothing is created that could not be found again
						if created != 0 || !errors.Is(err, ErrForbidden) {
							t.Errorf("created %d times, %v", created, err)
						}
						return
					}
					lost, ok := errors.AsType[*UnknownOutcomeError](err)
					if !ok || lost.Lookup == nil || lost.Lookup.Result != tc.want || !slices.Equal(lost.Lookup.IDs, tc.ids) || created != 1 {
						t.Errorf("created %d times, %v", created, err)
					}
					if !strings.Contains(err.Error(), lost.Lookup.String()) || (lost.Lookup.Err != nil) != (tc.want == LookupFailed) {
						t.Errorf("error is %v", err)
					}
				})
			})
		}
	}
}

func TestACreateListsNothingWithoutNeed(t *testing.T) {
	t.Parallel()
	scripted(t, steps(pending), func(t *testing.T, c *Client, s *script) {
		if _, err := c.Exports.Create(t.Context(), "p", models.ExportCreate{}); err != nil || s.count() != 1 {
			t.Errorf("%d requests, %v", s.count(), err)
		}
	})
	scripted(t, steps(taken(reply(200, "application/json", "[]")), pending), func(t *testing.T, c *Client, s *script) {
		c, err := c.With(WithCreateLookup(true))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Exports.Create(t.Context(), "p", models.ExportCreate{}); err != nil || s.count() != 2 {
			t.Errorf("%d requests, %v", s.count(), err)
		}
	})
}

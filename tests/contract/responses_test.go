package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestRateLimitsAreAnnounced holds the headers that every answer has, since a
// client cannot keep within the limit without them.
func TestRateLimitsAreAnnounced(t *testing.T) {
	t.Parallel()
	for id, op := range operations(contract(t)) {
		for status, response := range op.Responses.Map() {
			for _, name := range []string{"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} {
				if response.Value.Headers[name] == nil {
					t.Errorf("%s %s has no %s", id, status, name)
				}
			}
		}
	}
}

func TestErrorsHaveOneSchema(t *testing.T) {
	t.Parallel()
	always := []string{"400", "401", "403", "404", "429", "5XX"}
	further := map[string][]string{
		"exports_create":   {"413"},
		"exports_download": {"206", "409", "416"},
		"imports_create":   {"413"},
		"imports_download": {"206", "409", "416"},
		"imports_update":   {"409", "413"},
	}
	for id, op := range operations(contract(t)) {
		want := slices.Concat(always, further[id], []string{"2XX"})
		for status, response := range op.Responses.Map() {
			if !slices.Contains(want, status) {
				t.Errorf("%s: the status %s is not foreseen", id, status)
			}
			if status[0] != '2' && errorSchema(response.Value) != "Error" {
				t.Errorf("%s %s answers %s", id, status, errorSchema(response.Value))
			}
		}
		if op.Responses.Len() != len(want) {
			t.Errorf("%s has %d answers, want %v", id, op.Responses.Len(), want)
		}
	}
}

func errorSchema(response *openapi3.Response) string {
	if body := response.Content["application/json"]; body != nil && len(response.Content) == 1 {
		return typeOf(body.Schema)
	}
	return "no JSON"
}

func TestDownloadsAreStreamsThatCanBeResumed(t *testing.T) {
	t.Parallel()
	for id, op := range operations(contract(t)) {
		if !strings.HasSuffix(id, "_download") {
			continue
		}
		for status, headers := range map[string][]string{
			"2XX": {"Content-Disposition", "Accept-Ranges", "ETag"},
			"206": {"Content-Disposition", "Content-Range", "ETag"},
			"416": {"Content-Range"},
		} {
			response := op.Responses.Value(status).Value
			for _, name := range headers {
				if response.Headers[name] == nil {
					t.Errorf("%s %s has no %s", id, status, name)
				}
			}
			if status[0] == '2' && (response.Content["application/zip"] == nil || typeOf(response.Content["application/zip"].Schema) != "file") {
				t.Errorf("%s %s is no ZIP", id, status)
			}
		}
	}
}

package contract

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/tests/contract/drift"
)

// TestRateLimitsAreAnnounced checks the headers that every response has, since a
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

// TestEveryOperationHasItsResponses checks the codes: exactly one of success
// beside 2XX, which is the one that a server of this project sends, and those of
// the errors that every operation can end in. What an operation has beyond them
// is its own.
func TestEveryOperationHasItsResponses(t *testing.T) {
	t.Parallel()
	always := []string{"2XX", "400", "401", "403", "404", "429", "5XX"}
	for id, op := range operations(contract(t)) {
		for _, status := range always {
			if op.Responses.Value(status) == nil {
				t.Errorf("%s has no %s in openapi.yaml", id, status)
			}
		}
		var successes []string
		for status, response := range op.Responses.Map() {
			switch {
			case status == "2XX" || status == "206":
			case status[0] == '2':
				successes = append(successes, status)
				if explicit, other := contentTypes(response.Value), contentTypes(op.Responses.Value("2XX").Value); explicit != other {
					t.Errorf("%s %s has %s, 2XX has %s", id, status, explicit, other)
				}
			case errorSchema(response.Value) != "Error":
				t.Errorf("%s %s is %s", id, status, errorSchema(response.Value))
			}
		}
		if len(successes) != 1 {
			t.Errorf("%s has the codes of success %v beside 2XX; one is wanted", id, successes)
		}
	}
}

// TestErrorsHaveExamplesOfTheirOwn keeps documentation and mocks from saying
// "not found" for everything.
func TestErrorsHaveExamplesOfTheirOwn(t *testing.T) {
	t.Parallel()
	whose := map[string]string{}
	for name, response := range contract(t).Components.Responses {
		if errorSchema(response.Value) != "Error" {
			continue
		}
		examples := response.Value.Content["application/json"].Examples
		if len(examples) == 0 {
			t.Errorf("%s has no example", name)
		}
		for _, example := range examples {
			if other, ok := whose[example.Ref]; ok || example.Ref == "" {
				t.Errorf("%s has the example %q of %s", name, example.Ref, other)
			}
			whose[example.Ref] = name
		}
	}
}

// success is the explicit response of success, or nil.
func success(op *openapi3.Operation) *openapi3.Response {
	for status, response := range op.Responses.Map() {
		if status[0] == '2' && status != "2XX" && status != "206" {
			return response.Value
		}
	}
	return nil
}

func contentTypes(response *openapi3.Response) string {
	var types []string
	for _, media := range slices.Sorted(maps.Keys(response.Content)) {
		types = append(types, media+" "+drift.TypeOf(response.Content[media].Schema))
	}
	return strings.Join(types, ", ")
}

func errorSchema(response *openapi3.Response) string {
	if body := response.Content["application/json"]; body != nil && len(response.Content) == 1 {
		return drift.TypeOf(body.Schema)
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
			"200": {"Content-Disposition", "Accept-Ranges", "ETag"},
			"206": {"Content-Disposition", "Content-Range", "ETag"},
			"416": {"Content-Range"},
		} {
			response := op.Responses.Value(status).Value
			for _, name := range headers {
				if response.Headers[name] == nil {
					t.Errorf("%s %s has no %s", id, status, name)
				}
			}
			if status[0] == '2' && (response.Content["application/zip"] == nil || drift.TypeOf(response.Content["application/zip"].Schema) != "file") {
				t.Errorf("%s %s is not a ZIP", id, status)
			}
		}
	}
}

package contract

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestNumber_numbersOfAnySizeFitTheContract(t *testing.T) {
	t.Parallel()
	least := 0.0
	schema := &openapi3.Schema{Type: &openapi3.Types{"object"}, Properties: openapi3.Schemas{
		"number":  {Value: &openapi3.Schema{Type: &openapi3.Types{"number"}, Min: &least}},
		"integer": {Value: openapi3.NewInt64Schema()},
	}}
	for body, fits := range map[string]bool{
		`{"number": 1e400}`: true,
		`{"number": 0.1234567890123456789012345678901234567890, "other": -1e400}`: true,
		`{"number": -1e400}`:  false,
		`{"integer": 1e400}`:  false,
		`{"integer": "text"}`: false,
	} {
		if err := CheckJSON([]byte(body), schema, openapi3.VisitAsRequest()); (err == nil) != fits {
			t.Errorf("%s: %v", body, err)
		}
	}
}

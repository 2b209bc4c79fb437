package apitest

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/spec"
)

func TestContract_theOperationsAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	doc, err := spec.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Operation]bool{}
	for path, item := range doc.Paths.Map() {
		path = strings.NewReplacer("{project_name}", "p", "{export_id}", "AB", "{import_id}", "AB").Replace(path)
		for method, operation := range item.Operations() {
			want := subject{operation: Operation(operation.OperationID), project: "p"}
			if strings.Contains(path, "AB") {
				want.id = "ab"
			}
			for _, base := range []string{"/v2.1", "/v2"} {
				got := subjectOf(httptest.NewRequestWithContext(t.Context(), method, base+path, nil))
				if got != want || !got.operation.known() {
					t.Errorf("%s is unknown here: %s %s%s is %+v; want %+v; see api/apitest/operation.go", operation.OperationID, method, base, path, got, want)
				}
			}
			for _, base := range []string{"", "/v1", "/x/v2"} {
				if got := subjectOf(httptest.NewRequestWithContext(t.Context(), method, base+path, nil)); got != (subject{}) {
					t.Errorf("%s %s%s is %+v; want nothing", method, base, path, got)
				}
			}
			seen[want.operation] = true
		}
	}
	if !seen[ExportsList] || !seen[ImportsUpdate] {
		t.Errorf("the contract has only %v", seen)
	}
}

package conformance

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/conformance"
	"github.com/ubiops-contrib/transfer/tests/internal/clientreport"
)

func TestAProgramWithTheClientKeepsTheContract(t *testing.T) {
	t.Parallel()
	report := clientreport.Client(t, clientreport.Build(t, "tests/conformance/program"))
	for _, r := range report.Results {
		want := conformance.Pass
		switch r.Check {
		case "exports/create/lost-response", "imports/create/lost-response":
			want = conformance.Observed // the program stops: nobody knows whether it was created
		}
		if r.Outcome != want {
			t.Errorf("%s: %s, %s", r.Check, r.Outcome, r.Message)
		}
	}
	if n := len(report.Results); n != 40 {
		t.Errorf("there are %d results", n)
	}
}

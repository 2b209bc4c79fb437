package plan_test

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/plan"
)

func TestASecretDoesNotBecomeReadableByBeingCalledNone(t *testing.T) {
	t.Parallel()
	const scanned = `{"environment_variables": {"FULL": {"value": "hunter2", "secret": true}, "EMPTY": {"value": "", "secret": true}},
		"deployments": {"d": {"environment_variables": {"S": {"value": "hunter2", "secret": true}}}}}`
	for _, test := range []struct {
		update string
		want   []string
	}{
		{`{"environment_variables": {"FULL": {"secret": false}}}`, []string{"/environment_variables/FULL"}},
		{`{"environment_variables": {"FULL": {"secret": false, "value": null}}}`, []string{"/environment_variables/FULL"}},
		{`{"environment_variables": {"EMPTY": {"secret": false}}}`, []string{"/environment_variables/EMPTY"}},
		{`{"deployments": {"d": {"environment_variables": {"S": {"secret": false}}}}}`, []string{"/deployments/d/environment_variables/S"}},
	} {
		_, err := plan.Confirm(plan.Confirmation{Scanned: content(t, scanned), Update: content(t, test.update)})
		for i := range test.want {
			test.want[i] += ": the archive has no value for it, and none is given"
		}
		wantRefusal(t, err, false, test.want...)
	}
	for _, test := range []struct{ update, want string }{
		{`{"environment_variables": {"FULL": {}}}`, `{"environment_variables": {"FULL": {"value": "hunter2", "secret": true}}}`},
		{`{"environment_variables": {"FULL": {"secret": true}}}`, `{"environment_variables": {"FULL": {"value": "hunter2", "secret": true}}}`},
		{`{"environment_variables": {"FULL": {"secret": false, "value": "v"}}}`, `{"environment_variables": {"FULL": {"value": "v", "secret": false}}}`},
		{`{"environment_variables": {"EMPTY": {"secret": false, "value": ""}}}`, `{"environment_variables": {"EMPTY": {"value": "", "secret": false}}}`},
	} {
		got, err := plan.Confirm(plan.Confirmation{Scanned: content(t, scanned), Update: content(t, test.update)})
		if err != nil {
			t.Errorf("%s: %v", test.update, err)
			continue
		}
		wantContent(t, got, test.want)
	}
}

package plan_test

import (
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
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

// What a response shows is sent back, and means what was scanned.
func TestSecretsThatAreShownAsNullAreKeptWhereverTheyStand(t *testing.T) {
	t.Parallel()
	const scanned = `{"environment_variables": {"A": {"value": "hunter2", "secret": true, "default_value": "hunter3"}},
		"services": {"s": {"vars": [{"name": "B", "value": "hunter2", "secret": true}, {"name": "C", "value": "1"}], "lists": [[{"value": "hunter2", "secret": true}]]}},
		"environments": {"e": {"vars": {"D": {"value": "hunter2", "secret": "yes"}}}}}`
	got, err := plan.Confirm(plan.Confirmation{Scanned: content(t, scanned), Update: archive.MaskSecrets(content(t, scanned))})
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, got, scanned)
	for _, test := range []struct{ update, want string }{
		// In another order, and with a value that is given.
		{`{"services": {"s": {"vars": [{"name": "C", "value": "2"}, {"name": "B", "value": null, "secret": true}]}}}`,
			`{"services": {"s": {"vars": [{"name": "C", "value": "2"}, {"name": "B", "value": "hunter2", "secret": true}], "lists": [[{"value": "hunter2", "secret": true}]]}}}`},
		{`{"services": {"s": {"vars": [{"name": "B", "value": "new", "secret": true}], "lists": []}}}`,
			`{"services": {"s": {"vars": [{"name": "B", "value": "new", "secret": true}], "lists": []}}}`},
		// Called none, and renamed: neither shows the value.
		{`{"services": {"s": {"vars": [{"name": "B", "value": null, "secret": false}], "lists": [[{"value": null}]]}}}`,
			`{"services": {"s": {"vars": [{"name": "B", "secret": false}], "lists": [[{}]]}}}`},
		{`{"services": {"s": {"vars": [{"name": "X", "value": null, "secret": true}], "lists": []}}}`,
			`{"services": {"s": {"vars": [{"name": "X", "value": null, "secret": true}], "lists": []}}}`},
		{`{"environment_variables": {"A": {"secret": false, "value": "new", "default_value": null}}}`, `{"environment_variables": {"A": {"secret": false, "value": "new"}}}`},
	} {
		got, err := plan.Confirm(plan.Confirmation{Scanned: content(t, scanned), Update: content(t, test.update)})
		if err != nil {
			t.Errorf("%s: %v", test.update, err)
			continue
		}
		wantContent(t, got, test.want)
	}
}

func TestSelectLeavesSecretsOutWhereverTheyStand(t *testing.T) {
	t.Parallel()
	const project = `{"services": {"s": {"vars": [{"name": "B", "value": "hunter2", "secret": true}]}}, "environment_variables": {"A": {"value": "hunter2", "secret": true, "default_value": "hunter3"}}}`
	got, err := plan.Select(content(t, project), plan.All(content(t, project)))
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, got, `{"services": {"s": {"vars": [{"name": "B", "secret": true}]}}, "environment_variables": {"A": {"secret": true}}}`)
}

// A secret deep inside is found without taking apart every level anew.
//
//nolint:paralleltest // it counts what is allocated
func TestNestingDoesNotMultiplyWhatAConfirmationCosts(t *testing.T) {
	cost := func(depth int) int64 {
		scanned := content(t, `{"services": {"s": {"x": `+strings.Repeat("[", depth)+`{"secret": true, "value": "`+
			strings.Repeat("x", 200_000)+`"}`+strings.Repeat("]", depth)+`}}}`)
		return testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				if _, err := plan.Confirm(plan.Confirmation{Scanned: scanned, Update: archive.MaskSecrets(scanned)}); err != nil {
					b.Fatal(err)
				}
			}
		}).AllocedBytesPerOp()
	}
	if flat, deep := cost(1), cost(50); deep > 2*flat {
		t.Errorf("%d bytes are allocated for 50 levels, %d for one", deep, flat)
	}
}

package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// BenchmarkConfirm confirms 1,000 versions of 2.8 KB each, as a client does that
// sends back what it has read: with one word changed in each, or none.
func BenchmarkConfirm(b *testing.B) {
	for _, test := range []struct{ name, old, changed string }{
		{name: "as read", old: `"long"`, changed: `"long"`},
		{name: "changed", old: `"long"`, changed: `"longer"`},
	} {
		b.Run(test.name, func(b *testing.B) {
			document := manyVersions(1000)
			var scanned, update archive.Content
			if err := json.Unmarshal([]byte(document), &scanned); err != nil {
				b.Fatal(err)
			}
			shown, err := json.Marshal(archive.MaskSecrets(scanned))
			if err != nil {
				b.Fatal(err)
			}
			if err := json.Unmarshal([]byte(strings.ReplaceAll(string(shown), test.old, test.changed)), &update); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(document)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := plan.Confirm(plan.Confirmation{Scanned: scanned, Update: update}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// manyVersions is the JSON form of a content with n versions of 2.8 KB.
func manyVersions(n int) string {
	var versions strings.Builder
	for i := range n {
		fmt.Fprintf(&versions, `,"v%d":{"description":"long","labels":{"text":%q},"maximum_instances":5,"environment":null,`+
			`"environment_variables":{"PLAIN":{"value":"1"},"KEY":{"value":"x","secret":true}}}`, i, strings.Repeat("x", 2600))
	}
	return `{"deployments":{"d":{"versions":{` + versions.String()[1:] + `}}}}`
}

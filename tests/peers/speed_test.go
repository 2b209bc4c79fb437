package peers_test

import (
	"context"
	"encoding/json"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/peers/ogen"
	"github.com/ubiops-contrib/transfer/tests/peers/plain"
	"github.com/ubiops-contrib/transfer/tests/ratio"
)

// The host is in another process, so that only the clients' allocations count.

// BenchmarkGet compares 200 calls of exports_get.
func BenchmarkGet(b *testing.B) { compare(b, repeating, 15, 200, getExport) }

// BenchmarkList compares 10 calls of exports_list with 1,000 exports.
func BenchmarkList(b *testing.B) {
	for _, project := range []string{repeating, distinct} {
		b.Run(project, func(b *testing.B) { compare(b, project, 15, 10, listExports) })
	}
}

// BenchmarkImport compares calls of imports_get with 1,000 deployments of 5
// versions, which is 3 MB.
func BenchmarkImport(b *testing.B) {
	for _, project := range []string{repeating, distinct} {
		b.Run(project, func(b *testing.B) { compare(b, project, 11, 1, getImport) })
	}
}

func compare[H, C, O any](b *testing.B, project string, rounds, calls int, op operation[H, C, O]) {
	p := connect(b, project)
	ratio.RunAllocs(b, rounds,
		ratio.Way{Name: "byhand", Do: repeat(b.Context(), calls, p, op.byHand)},
		ratio.Way{Name: "client", Do: repeat(b.Context(), calls, p, op.client)},
		ratio.Way{Name: "ogen", Do: repeat(b.Context(), calls, p, op.ogen)},
	)
}

func repeat[T any](ctx context.Context, times int, p *peers, call func(context.Context, *peers) (T, error)) func() error {
	return func() error {
		for range times {
			if _, err := call(ctx, p); err != nil {
				return err
			}
		}
		return nil
	}
}

// imports are the documents that are decoded from memory, by what they have.
func imports() map[string][]byte {
	document := importJSON(1000, 5)
	return map[string][]byte{repeating: document, distinct: distinctTexts(document)}
}

// BenchmarkDecode compares decoding that import from memory.
func BenchmarkDecode(b *testing.B) {
	for values, data := range imports() {
		b.Run(values, func(b *testing.B) {
			b.ReportMetric(float64(len(data))/1e6, "MB")
			ratio.RunAllocs(b, 11,
				ratio.Way{Name: "byhand", Do: func() error { return json.Unmarshal(data, new(plain.ImportDetail)) }},
				ratio.Way{Name: "client", Do: func() error { return jsonv2.Unmarshal(data, new(models.ImportDetail)) }},
				ratio.Way{Name: "ogen", Do: func() error { return new(ogen.ImportDetail).UnmarshalJSON(data) }},
			)
		})
	}
}

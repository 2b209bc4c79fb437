package lint

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// BenchmarkCheck looks at 1,000 deployments and 1,000 pipelines.
func BenchmarkCheck(b *testing.B) {
	content := sample.Content()
	for i := range 1000 {
		d := content.Deployments["classify"]
		d.EnvironmentVariables = maps.Clone(d.EnvironmentVariables)
		d.EnvironmentVariables["TEXT"] = models.EnvironmentVariable{Value: models.Value(strings.Repeat("some words ", 20))}
		content.Deployments[fmt.Sprint("d", i)] = d
		content.Pipelines[fmt.Sprint("p", i)] = content.Pipelines["triage"]
	}
	var out bytes.Buffer
	packages := func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("code")), nil }
	if err := archive.Write(&out, content, packages); err != nil {
		b.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if found := Check(a); len(found) != 4 {
			b.Fatal(found)
		}
	}
}

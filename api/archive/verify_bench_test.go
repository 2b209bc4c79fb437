package archive

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// BenchmarkVerify checks 100 stored packages of 1 MiB, and prints what one run
// allocates and reads.
func BenchmarkVerify(b *testing.B) {
	plain := models.DataStructurePlain
	versions := map[string]models.DeploymentVersion{}
	for i := range 100 {
		versions[fmt.Sprintf("v%d", i)] = models.DeploymentVersion{Zip: models.Value("p")}
	}
	inside := forge(codeFile)
	inside.entries[0].fill(bytes.Repeat([]byte("0123456789abcdef"), 1<<16))
	code := inside.bytes()
	data := write(b, Content{Deployments: map[string]models.Deployment{"d": {InputType: &plain, OutputType: &plain, Versions: versions}}},
		func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(code)), nil })
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := verifyBytes(b, data); err != nil {
			b.Fatal(err)
		}
	}
	reads := &countingReader{Reader: bytes.NewReader(data)}
	if err := Verify(b.Context(), reads, int64(len(data))); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(reads.n), "reads")
}

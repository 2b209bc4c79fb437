package archive

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// large is a project of 1,000 deployments with ten versions each, all with a package.
func large() Content {
	plain := models.DataStructurePlain
	c := Content{Deployments: map[string]models.Deployment{}}
	for i := range 1000 {
		d := models.Deployment{InputType: &plain, OutputType: &plain, Versions: map[string]models.DeploymentVersion{}}
		for j := range 10 {
			d.Versions[fmt.Sprintf("v%d", j)] = models.DeploymentVersion{
				Description: models.Value("A version of many"), Environment: models.Value("python3-12"),
				InstanceType: models.Value("512mb"), MaximumInstances: models.Value(int64(5)), Zip: models.Value("p"),
				EnvironmentVariables: map[string]models.EnvironmentVariable{"A": {Value: models.Value("1")}},
			}
		}
		c.Deployments[fmt.Sprintf("deployment-%d", i)] = d
	}
	return c
}

func BenchmarkOpen(b *testing.B) {
	data := write(b, large(), func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("package")), nil })
	reads := &countingReader{Reader: bytes.NewReader(data)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(reads, int64(len(data))); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(reads.n)/float64(b.N), "reads/op")
}

func BenchmarkWrite(b *testing.B) {
	c := large()
	b.ReportAllocs()
	for b.Loop() {
		if err := Write(io.Discard, c, func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("package")), nil }); err != nil {
			b.Fatal(err)
		}
	}
}

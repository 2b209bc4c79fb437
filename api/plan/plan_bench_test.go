package plan_test

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// tenThousand is a project of 10,000 versions, each with a variable.
func tenThousand() archive.Content {
	c := archive.Content{Deployments: map[string]models.Deployment{}}
	for d := range 1000 {
		versions := map[string]models.DeploymentVersion{}
		for v := range 10 {
			versions[fmt.Sprintf("v%d", v)] = models.DeploymentVersion{
				Description: models.Value("a version"), EnvironmentName: models.Value("ubiops-ubuntu24-04-python3-13"), InstanceTypeGroupName: models.Value("512 MB + 0.25 vCPU"),
				MaximumInstances: models.Value(int64(5)), MinimumInstances: models.Value(int64(0)), MaximumIdleTime: models.Value(int64(300)),
				Labels: models.Value(map[string]string{"team": "core"}), Zip: models.Value(fmt.Sprintf("deployments/d%d/v%d.zip", d, v)),
				EnvironmentVariables: map[string]models.EnvironmentVariable{"KEY": {Value: models.Value(""), Secret: new(true)}},
			}
		}
		c.Deployments[fmt.Sprintf("deployment-%d", d)] = models.Deployment{Versions: versions, DefaultVersion: models.Value("v0")}
	}
	return c
}

// BenchmarkNew plans 10,000 versions against a target that has them all, or none,
// and writes the plan. What is held at most is measured while nothing collects.
func BenchmarkNew(b *testing.B) {
	for _, there := range []bool{true, false} {
		b.Run(map[bool]string{true: "same", false: "new"}[there], func(b *testing.B) {
			in := plan.Input{Offered: tenThousand()}
			if there {
				in.Target = tenThousand()
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := newPlan(b, in).Write(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			b.ReportMetric(float64(heldAtMost(b, func() { newPlan(b, in) }))/(1<<20), "MiB-at-most")
		})
	}
}

// heldAtMost returns by how many bytes the heap grows at most while f runs, if it
// is collected often.
func heldAtMost(b *testing.B, f func()) uint64 {
	b.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		var peak uint64
		for {
			select {
			case <-done:
				most <- peak
				return
			case <-time.After(time.Millisecond):
				runtime.ReadMemStats(&now)
				peak = max(peak, now.HeapAlloc)
			}
		}
	}()
	f()
	close(done)
	return max(<-most, before.HeapAlloc) - before.HeapAlloc
}

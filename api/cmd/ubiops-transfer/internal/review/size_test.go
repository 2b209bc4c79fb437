package review_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// large has as many versions, each with a variable, in so many deployments, as a part
// of which differs from another one.
func large(deployments, versions int, description string) archive.Content {
	c := archive.Content{Deployments: map[string]models.Deployment{}}
	for i := range deployments {
		d := models.Deployment{Description: models.Value(description), Versions: map[string]models.DeploymentVersion{}}
		for k := range versions / deployments {
			d.Versions[fmt.Sprintf("version-with-a-name-of-some-length-%d", k)] = models.DeploymentVersion{
				Description: models.Value(description), InstanceType: models.Value("512mb"), MaximumInstances: models.Value(int64(k)),
				EnvironmentVariables: map[string]models.EnvironmentVariable{"API_KEY": {Secret: new(true)}},
			}
		}
		c.Deployments[fmt.Sprintf("deployment-with-a-name-of-some-length-%d", i)] = d
	}
	return c
}

func TestPagesOfALargePlanAreSmall(t *testing.T) {
	t.Parallel()
	const versions, largest = 10_000, 300_000
	for _, deployments := range []int{1, 100, versions} {
		r := begin(t, large(deployments, versions, "of the archive"), large(deployments, versions/2, "of the project"), nil).enter()
		for _, query := range []string{"", "?open=0", "?open=1", "?class=conflict", "?class=create&kind=Deployments&from=200", "?open=0&kind=in&from=200"} {
			start := time.Now()
			page := r.page(query)
			t.Logf("%d versions in %d deployments, %q: %d bytes in %v", versions, deployments, query, len(page), time.Since(start))
			if len(page) > largest || !strings.Contains(page, "Decision") {
				t.Errorf("%d versions in %d deployments, %q: %d bytes", versions, deployments, query, len(page))
			}
		}
	}
}

// Not parallel: it measures the heap of the process.
func TestPagesLeaveNothingBehind(t *testing.T) {
	r := begin(t, large(100, 10_000, "of the archive"), archive.Content{}, nil).enter()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	look := func() {
		r.page("?open=1")
		r.submit(form(r.page("")), "update")
	}
	r.wants(r.page(""), "10000 variables have no value yet", "the same for all 10000 that have no other value", "And 9950 more.")
	look()
	before := heap()
	for range 3 {
		look()
	}
	grown := int64(heap()) - int64(before)
	t.Logf("%d MiB, and %d bytes more after 3 rounds", before>>20, grown)
	if grown > 4<<20 {
		t.Errorf("3 rounds leave %d bytes", grown)
	}
}

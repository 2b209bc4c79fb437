package durability_test

import (
	"bytes"
	"maps"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// The other tests are only as good as this check.
func TestWhatIsHalfAppliedShows(t *testing.T) {
	t.Parallel()
	data := numberedArchive(7)
	a, err := archive.Open(bytes.NewReader(data), int64(len(data)))
	must(t, err)
	if sets, err := checkNumbered(a); err != nil || len(sets) != 2 || sets["slot-07"] != 7 || sets[shared] != 7 {
		t.Errorf("a whole one: %v, %v", sets, err)
	}
	for name, change := range map[string]func(c, other archive.Content){
		"a deployment of another import": func(c, other archive.Content) { c.Deployments["shared-b"] = other.Deployments["shared-b"] },
		"no environment":                 func(c, _ archive.Content) { delete(c.Environments, "slot-07") },
		"no variable":                    func(c, _ archive.Content) { delete(c.EnvironmentVariables, shared) },
		"a version of another import": func(c, other archive.Content) {
			d := c.Deployments["slot-07-a"]
			d.Versions = maps.Clone(d.Versions)
			d.Versions["v1"] = other.Deployments["slot-07-a"].Versions["v1"]
			c.Deployments["slot-07-a"] = d
		},
		"packages of another import": func(archive.Content, archive.Content) {},
	} {
		content := numbered(7)
		change(content, numbered(7+slots))
		packagesFrom := 7
		if strings.HasPrefix(name, "packages") {
			packagesFrom += slots
		}
		data := writeArchive(content, packagesFrom)
		a, err := archive.Open(bytes.NewReader(data), int64(len(data)))
		must(t, err)
		if sets, err := checkNumbered(a); err == nil {
			t.Errorf("%s passes: %v", name, sets)
		}
	}
}

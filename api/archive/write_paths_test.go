package archive

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestWrite_ordinaryNamesAreInThePathAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"deployment-1", "v1", "1.", "a b", "é日本", "a:b", "100%", "a%2Fb", "..a"} {
		if got, want := VersionPackagePath(name, name), "deployments/deployment_"+name+"/versions/deployment_"+name+"_version_"+name+".zip"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got, want := EnvironmentPackagePath(name), "environments/environment_"+name+"/environment_"+name+".zip"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestWrite_pathsAreEscapedCutAndTold(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 200)
	names := map[string]bool{}
	want := map[string]string{
		"MODEL": "x_MODEL", "Model": "x_Model~3", "model": "x_model~4", "model~2": "x_model~2",
		"a/b": "x_a%2Fb~2", "a%2Fb": "x_a%2Fb", `a\b`: "x_a%5Cb", "..": "x_..", ".": "x_.",
		"x\ny": "x_x%0Ay", "\x00": "x_%00", "\u0085": "x_%C2%85", "\ufffd": "x_\ufffd",
		long: "x_" + strings.Repeat("é", 119), long + "!": "x_" + strings.Repeat("é", 119) + "~2",
	}
	for name := range want {
		names[name] = true
	}
	if got := baseNames("x_", names); !maps.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWrite_manyNamesThatClashAreToldApart(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for i := range 20_000 {
		names[strings.Repeat("x", 300)+strconv.Itoa(i)] = true
	}
	bases := slices.Sorted(maps.Values(baseNames("", names)))
	if n := len(slices.Compact(bases)); n != len(names) {
		t.Errorf("%d of %d", n, len(names))
	}
}

func TestWrite_objectsWithAnyNameAreUnpackedAndPackedAsTheSame(t *testing.T) {
	t.Parallel()
	plain := models.DataStructurePlain
	c := Content{Deployments: map[string]models.Deployment{}, Environments: map[string]models.Environment{}}
	packages := map[string]string{}
	code := string(files{"main.py": "pass"}.zip(t))
	for _, name := range awkward {
		versions := map[string]models.DeploymentVersion{}
		for i := range 4 {
			version := awkward[(len(c.Deployments)+5*i)%len(awkward)]
			key := name + "\n" + version
			versions[version], packages[key] = models.DeploymentVersion{Zip: models.Value(key)}, code
		}
		c.Deployments[name] = models.Deployment{InputType: &plain, OutputType: &plain, Versions: versions}
		c.Environments[name], packages[name] = models.Environment{Zip: models.Value(name)}, code
	}
	data := write(t, c, from(packages))
	a := mustOpen(t, data)
	if got, want := len(a.Packages()), len(packages); got != want || len(a.Others()) != 0 {
		t.Fatalf("%d packages, want %d; others %q", got, want, a.Others())
	}
	if again := pack(t, unpack(t, a)); !bytes.Equal(again, data) {
		t.Error("packed again, other bytes")
	}
	again := mustOpen(t, pack(t, unpack(t, a, UnpackPackages(Limits{}))))
	if !maps.Equal(hashes(t, a), hashes(t, again)) || asJSON(t, a.Content()) != asJSON(t, again.Content()) {
		t.Error("with packages unpacked and packed again, other content")
	}
}

package plan

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// OnConflict says what happens to an object that exists already in the target.
type OnConflict string

// What can happen to an object that exists already in the target.
const (
	Fail      OnConflict = "fail"      // everything is refused
	Skip      OnConflict = "skip"      // the existing object stays as it is
	Overwrite OnConflict = "overwrite" // the existing object is replaced as a whole
)

// A Confirmation is everything that decides what an import creates.
type Confirmation struct {
	Scanned    archive.Content        // what the archive offers
	Packages   func(path string) bool // whether the archive holds the package
	Update     models.ImportUpdate    // what was confirmed
	Target     archive.Content        // what the project holds now
	OnConflict OnConflict             // empty means [Fail]
}

// Confirm returns what c creates in its target.
//
// An update without any dictionary takes everything as it was scanned. As soon
// as one is named, exactly what the update names is taken. Inside an object, a
// key that is absent is taken as scanned; versions and environment_variables,
// where present, select exactly what they name and merge it in the same way;
// arrays and labels replace; null stands for the default; unknown keys are
// kept. The value of a variable that is null or absent is the scanned one, but for
// a secret that is made none: its value has to be given.
//
// It gives a [*RefusedError] with every reason when the update names an object
// that was not scanned or a package that the archive does not hold, when a
// variable has no value, when something refers to what is neither created nor in
// the target, when an object that is overwritten has what another of the target
// refers to, and what replaces it has not, or when an object exists and
// OnConflict is [Fail].
//
// References are those of pipelines to deployments and pipelines, of services to
// deployments and their versions, and of versions to the environments that the
// archive offers.
func Confirm(c Confirmation) (archive.Content, error) {
	var ps problems
	create, err := merge(&ps, c.Scanned, c.Update)
	if err != nil {
		return archive.Content{}, err
	}
	create.Unknown = nil
	c.conflicts(&ps, &create)
	c.packages(&ps, create)
	values(&ps, create)
	c.references(&ps, create)
	return create, ps.err()
}

// conflicts meets the objects that exist already: reports them or, to skip
// them, takes them out of create.
func (c Confirmation) conflicts(ps *problems, create *archive.Content) {
	if c.OnConflict == Overwrite {
		return
	}
	create.Deployments = existing(c, ps, "/deployments", create.Deployments, c.Target.Deployments)
	create.Pipelines = existing(c, ps, "/pipelines", create.Pipelines, c.Target.Pipelines)
	create.Environments = existing(c, ps, "/environments", create.Environments, c.Target.Environments)
	create.EnvironmentVariables = existing(c, ps, "/environment_variables", create.EnvironmentVariables, c.Target.EnvironmentVariables)
	create.Services = existing(c, ps, "/services", create.Services, c.Target.Services)
}

func existing[T any](c Confirmation, ps *problems, path jsontext.Pointer, create, target map[string]T) map[string]T {
	create = maps.Clone(create)
	for _, name := range slices.Sorted(maps.Keys(create)) {
		if _, ok := target[name]; !ok {
			continue
		}
		if c.OnConflict == Skip {
			delete(create, name)
			continue
		}
		*ps = append(*ps, Problem{Path: path.AppendToken(name), Reason: "exists already in the project", Conflict: true})
	}
	return create
}

func (c Confirmation) packages(ps *problems, create archive.Content) {
	check := func(path jsontext.Pointer, zip models.Nullable[string]) {
		if name, ok := zip.Get(); ok && !c.Packages(name) {
			ps.add(path.AppendToken("zip"), "the archive has no package %q", name)
		}
	}
	for name, d := range sorted(create.Deployments) {
		for version, v := range sorted(d.Versions) {
			check(at("deployments", name, "versions", version), v.Zip)
		}
	}
	for name, e := range sorted(create.Environments) {
		check(at("environments", name), e.Zip)
	}
}

// at returns the pointer that leads through members of these names.
func at(names ...string) (p jsontext.Pointer) {
	for _, name := range names {
		p = p.AppendToken(name)
	}
	return p
}

// sorted ranges over a dictionary by name, so that reasons have a fixed order.
func sorted[T any](objects map[string]T) func(yield func(string, T) bool) {
	return func(yield func(string, T) bool) {
		for _, name := range slices.Sorted(maps.Keys(objects)) {
			if !yield(name, objects[name]) {
				return
			}
		}
	}
}

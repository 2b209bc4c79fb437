package plan

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/internal/variables"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// A Comparison is what a target is compared with.
type Comparison struct {
	Target archive.Content // what the project holds, as an export of it says
	Wanted archive.Content // what an archive offers, or what was confirmed

	// Values says whether rows show the values of plain variables; empty means
	// [LeaveValues]. They are compared in either case. Those of secrets are never
	// shown and cannot be compared.
	Values Values

	// TargetArchive and WantedArchive hold the packages that the contents name.
	// Packages are compared if both are set.
	TargetArchive, WantedArchive *archive.Archive
}

// Compare returns a row for every object that the target or the wanted content
// has, each followed by rows for the members that differ. Objects come in the order
// of [Items], those that only the target has last.
//
// An object that both have is [Different] if one of its own members is; what
// belongs to it, such as its versions, has rows of its own. What is a difference
// is said by [archive.DiffContent], and which ones the platform makes by [Class].
//
// An error comes from reading packages, or says that a content has no JSON form.
func Compare(c Comparison) ([]Row, error) {
	changes, err := archive.DiffContent(c.Target, c.Wanted, archive.IgnoreSecretValues())
	if err != nil {
		return nil, err
	}
	t := newTable(c)
	for _, change := range changes {
		t.add(change)
	}
	if err := t.comparePackages(c); err != nil {
		return nil, err
	}
	t.compareVariables(c)
	return t.flatten(), nil
}

// table holds the rows of objects, and those of their members.
type table struct {
	objects []Row
	members [][]Row
	index   map[string]int // of an object, by place
}

func newTable(c Comparison) *table {
	wanted, there := Items(c.Wanted), Items(c.Target)
	t := &table{index: make(map[string]int, len(wanted)+len(there))}
	object := func(class Class, item Item) {
		t.index[item.Place] = len(t.objects)
		t.objects = append(t.objects, Row{Class: class, Item: item})
	}
	for _, item := range wanted {
		object(Create, item)
	}
	for _, item := range there {
		if i, ok := t.index[item.Place]; ok {
			t.objects[i].Class = Same
		} else {
			item.Note = "" // what an export leaves out is not known
			object(OnlyInTarget, item)
		}
	}
	t.members = make([][]Row, len(t.objects))
	return t
}

// object returns the index of the object that both sides have at a place.
func (t *table) object(place jsontext.Pointer) (int, bool) {
	i, ok := t.index[string(place)]
	return i, ok && t.objects[i].Class != Create && t.objects[i].Class != OnlyInTarget
}

// add adds a row for a change of a member. Objects that one side has alone have
// theirs already.
func (t *table) add(change archive.Change) {
	place := change.Path.Parent()
	for place != "" && !t.has(place) {
		place = place.Parent()
	}
	i, ok := t.object(place)
	if !ok || t.has(change.Path) {
		return
	}
	row := Row{Class: Different, Item: t.objects[i].Item, Member: change.Path[len(place):],
		Target: change.Old, Wanted: change.New, Files: change.Files, Reason: change.Note}
	row.Note = ""
	if change.Secret {
		row.Reason = "secret"
	}
	t.members[i] = append(t.members[i], row)
}

func (t *table) has(place jsontext.Pointer) bool {
	_, ok := t.index[string(place)]
	return ok
}

func (t *table) comparePackages(c Comparison) error {
	compare := func(place jsontext.Pointer, target, wanted models.Nullable[string]) error {
		i, ok := t.object(place)
		inTarget, isThere := target.Get()
		inWanted, isWanted := wanted.Get()
		switch {
		case !ok || !isThere && !isWanted:
			return nil
		case c.TargetArchive == nil || c.WantedArchive == nil || !isThere || !isWanted:
			t.objects[i].NotCompared = "package"
			return nil
		}
		changes, err := archive.DiffPackage(place.AppendToken("zip"), c.TargetArchive, inTarget, c.WantedArchive, inWanted)
		for _, change := range changes {
			t.add(change)
		}
		return err
	}
	for name, d := range sorted(c.Wanted.Deployments) {
		for version, v := range sorted(d.Versions) {
			if err := compare(at("deployments", name, "versions", version), c.Target.Deployments[name].Versions[version].Zip, v.Zip); err != nil {
				return err
			}
		}
	}
	for name, e := range sorted(c.Wanted.Environments) {
		if err := compare(at("environments", name), c.Target.Environments[name].Zip, e.Zip); err != nil {
			return err
		}
	}
	return nil
}

// compareVariables notes the values that cannot be compared: of secrets, and of
// variables whose value one side leaves out. It hides the others if they are to be
// left out.
func (t *table) compareVariables(c Comparison) {
	for _, side := range []archive.Content{c.Wanted, c.Target} {
		variables.Map(side, func(place jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
			i, ok := t.object(place)
			if _, given := v.Value.Get(); ok && (!given || variables.Secret(v)) {
				t.objects[i].NotCompared = "value"
			}
			return v
		})
	}
	for i, object := range t.objects {
		if object.Kind != "variable" {
			continue
		}
		t.members[i] = slices.DeleteFunc(t.members[i], func(member Row) bool {
			return object.NotCompared != "" && member.Member == "/value"
		})
		for k := range t.members[i] {
			if member := &t.members[i][k]; c.Values != IncludeValues && member.Member != "/secret" {
				member.Target, member.Wanted = nil, nil
			}
		}
	}
}

// flatten classifies the rows of members, and the objects by them.
func (t *table) flatten() []Row {
	rows := make([]Row, 0, len(t.objects))
	for i, object := range t.objects {
		byPlatform(t.members[i])
		for _, member := range t.members[i] {
			if member.Class == Different {
				object.Class = Different
			}
		}
		rows = append(append(rows, object), t.members[i]...)
	}
	return rows
}

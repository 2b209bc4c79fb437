package plan

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Format is the version of the format of plan files that this package writes and
// reads.
const Format = 1

// Plan says what an import of an archive into a project is to do. It holds no
// value of a variable, nor of any other secret, so that it can be shown to anyone.
type Plan struct {
	Format     int        `json:"format"`
	File       File       `json:"archive"`
	Host       string     `json:"host"`
	Project    string     `json:"project"`
	OnConflict OnConflict `json:"on_conflict"`
	Packages   bool       `json:"packages"` // whether they were compared
	Overrides  Overrides  `json:"overrides,omitzero"`
	Counts     Counts     `json:"counts"`
	Rows       []Row      `json:"rows"`

	// Confirmation is what is to be created, without packages, values and secrets.
	Confirmation models.ImportUpdate `json:"confirmation"`

	// Values says where the value of a variable comes from, by JSON pointer into
	// the confirmation. The values of all others are in the archive.
	Values map[string]Reference `json:"values"`
}

// File tells archives apart.
type File struct {
	SHA256 string `json:"sha256"` // hexadecimal
	Size   int64  `json:"size"`   // in bytes
}

// Counts are numbers of objects; versions and variables are objects too. What
// only the target has is not counted.
type Counts struct {
	Create    int `json:"create"`
	Same      int `json:"same"`
	Different int `json:"different"`
	Conflict  int `json:"conflict"`
}

// Input is all that a plan is made from.
type Input struct {
	File    File
	Offered archive.Content // what the archive offers
	Host    string
	Project string
	Target  archive.Content // what the project holds, as an export of it says

	// OfferedArchive and TargetArchive are set if packages are to be compared.
	OfferedArchive, TargetArchive *archive.Archive

	Overrides  Overrides
	OnConflict OnConflict // empty means [Fail]
}

// New plans an import. It creates the objects of the archive that the target does
// not have. One that the target has as it is wanted stays and is not confirmed.
// One that differs, in itself or in what belongs to it, goes by OnConflict: it is
// a conflict, it stays, or it is replaced as a whole. What cannot be compared
// counts as the same.
//
// A variable that the archive has no value for gets a reference: that of the
// overrides or else to the environment variable of its name.
//
// Overrides that cannot be applied give the errors of [Overrides.Apply]; their
// Values, if they name no variable or are not references, a [*RefusedError]. Any
// other error is one of [Compare].
func New(in Input) (*Plan, error) {
	if in.OnConflict == "" {
		in.OnConflict = Fail
	}
	wanted, err := in.Overrides.Apply(in.Offered)
	if err != nil {
		return nil, err
	}
	rows, err := Compare(Comparison{Target: in.Target, Wanted: wanted, TargetArchive: in.TargetArchive, WantedArchive: in.OfferedArchive})
	if err != nil {
		return nil, err
	}
	create := subset(wanted, decide(rows, in.OnConflict))
	conflicts(rows, Confirmation{Scanned: wanted, Target: in.Target, OnConflict: in.OnConflict}, create)
	p := &Plan{
		Format: Format, File: in.File, Host: in.Host, Project: in.Project, OnConflict: in.OnConflict, Overrides: in.Overrides,
		Packages: in.OfferedArchive != nil && in.TargetArchive != nil, Counts: count(rows), Rows: rows, Confirmation: shareable(create),
	}
	p.Values, err = in.Overrides.references(wanted, create)
	return p, err
}

// decide returns which objects are to be created, with everything in them, and
// says in the rows what that means for those that the target has.
func decide(rows []Row, mode OnConflict) map[jsontext.Pointer]bool {
	create, differs := map[jsontext.Pointer]bool{}, map[jsontext.Pointer]bool{}
	for _, row := range rows {
		switch top := topOf(jsontext.Pointer(row.Place)); {
		case row.Member != "" || row.Class == OnlyInTarget:
		case row.Class == Create && row.Place == string(top):
			create[top] = true
		case row.Class != Same && !create[top]:
			differs[top] = true
		}
	}
	for i := range rows {
		row := &rows[i]
		top := topOf(jsontext.Pointer(row.Place))
		if !differs[top] || row.Member != "" {
			continue
		}
		itself, changes := row.Place == string(top), row.Class == Create || row.Class == Different
		of := fmt.Sprintf("%s %q", itemAt(top).Kind, itemAt(top).Name)
		switch {
		case mode == Fail && (itself || changes):
			row.Class, row.Reason = Conflict, of+" exists already in the project"
		case mode == Skip && (itself || changes):
			row.Class, row.Reason = Different, of+" of the project stays as it is"
		case mode == Overwrite && row.Class == OnlyInTarget:
			row.Class, row.Reason = Different, "is removed: "+of+" is replaced"
		case mode == Overwrite && itself:
			row.Class, row.Reason = Different, "is replaced as a whole"
		}
		if mode == Overwrite {
			create[top] = true
		}
	}
	return create
}

// conflicts makes conflicts of rows whose objects need what will not be there.
func conflicts(rows []Row, c Confirmation, create archive.Content) {
	var ps problems
	c.references(&ps, create)
	reasons := map[string]string{}
	for _, problem := range ps {
		place := problem.Path
		if place.Parent().LastToken() == "objects" {
			place = place.Parent().Parent() // the version of the pipeline
		}
		reasons[string(place)] = problem.Reason
	}
	for i := range rows {
		if reason, ok := reasons[rows[i].Place]; ok && rows[i].Member == "" {
			rows[i].Class, rows[i].Reason = Conflict, reason
		}
	}
}

func count(rows []Row) (n Counts) {
	for _, row := range rows {
		by := map[Class]*int{Create: &n.Create, Same: &n.Same, Different: &n.Different, Conflict: &n.Conflict}[row.Class]
		if row.Member == "" && by != nil {
			*by++
		}
	}
	return n
}

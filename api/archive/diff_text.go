package archive

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
)

// WriteChanges writes differences for people: grouped by object, each version
// of a deployment or pipeline an object of its own, the files that differ in a
// package below it. Values and checksums are shortened. The last line counts
// objects. No difference gives one line that says so.
//
//   - deployment "report"
//     ~ deployment "classify" version "v2"
//     ~ environment: "python3-11" -> "python3-12"
//     0 objects added, 1 removed, 1 changed
//
// An error comes from w.
func WriteChanges(w io.Writer, changes []Change) error {
	var b strings.Builder
	count := map[ChangeKind]int{}
	for _, group := range groupChanges(changes) {
		kind := Changed
		if group[0].field == "" { // so there is no other: the object is on one side only
			kind = group[0].Kind
		}
		count[kind]++
		fmt.Fprintf(&b, "%s %s\n", sign(kind), group[0].object)
		for _, c := range group {
			if c.field != "" {
				c.write(&b)
			}
		}
	}
	if len(changes) == 0 {
		b.WriteString("no differences\n")
	} else {
		fmt.Fprintf(&b, "%d objects added, %d removed, %d changed\n", count[Added], count[Removed], count[Changed])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteChangesJSON writes differences for programs: an array of [Change], with
// the members kind, path, old, new, secret, files and note as described there;
// [] for none. Nothing is shortened. An error comes from w.
func WriteChangesJSON(w io.Writer, changes []Change) error {
	data, err := json.Marshal(changes, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

func sign(kind ChangeKind) string {
	return map[ChangeKind]string{Added: "+", Removed: "-", Changed: "~"}[kind]
}

// placed is a change with its path cut in two.
type placed struct {
	Change
	object string // for people
	field  string // empty for the object as a whole
}

// groupChanges keeps the order in which objects come first.
func groupChanges(changes []Change) [][]placed {
	var groups [][]placed
	at := map[string]int{}
	for _, c := range changes {
		p := place(c)
		i, ok := at[p.object]
		if !ok {
			i = len(groups)
			at[p.object] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], p)
	}
	return groups
}

func place(c Change) placed {
	tokens := slices.Collect(c.Path.Tokens())
	kinds := map[string]string{
		"deployments": "deployment", "pipelines": "pipeline", "environments": "environment",
		"services": "service", "environment_variables": "environment variable",
	}
	if len(tokens) < 2 || kinds[tokens[0]] == "" {
		return placed{c, "project", cmp.Or(printable.Name(strings.Join(tokens, "/")), "/")}
	}
	kind := kinds[tokens[0]]
	object, rest := fmt.Sprintf("%s %.300q", kind, tokens[1]), tokens[2:]
	if len(rest) >= 2 && rest[0] == "versions" && (kind == "deployment" || kind == "pipeline") {
		object, rest = fmt.Sprintf("%s version %.300q", object, rest[1]), rest[2:]
	}
	return placed{c, object, printable.Name(strings.Join(rest, "/"))}
}

func (p placed) write(b *strings.Builder) {
	if p.Path.LastToken() == "zip" && strings.HasPrefix(p.values(), `: "sha256:`) {
		p.Old, p.New = shortSum(p.Old), shortSum(p.New)
	}
	fmt.Fprintf(b, "    %s %s%s\n", sign(p.Kind), p.field, p.values())
	for _, f := range p.Files {
		fmt.Fprintf(b, "        %s %s\n", sign(f.Kind), printable.Name(f.Path))
	}
	if p.Note != "" {
		fmt.Fprintf(b, "        (%s)\n", p.Note)
	}
}

// shortSum keeps as many digits as people compare.
func shortSum(v jsontext.Value) jsontext.Value {
	const digits = len(`"sha256:`) + 12
	if len(v) <= digits {
		return v
	}
	return jsontext.Value(string(v[:digits]) + `"`)
}

package cli

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/plan"
)

// maxCommand is how much of a file a command shows, in bytes.
const maxCommand = 4000

// command is what does the same as a confirmed plan in a terminal. No line runs if one
// before has failed, and none writes over what is there.
func (r *reviewing) command(p *plan.Plan) string {
	if r.in == nil {
		return "ubiops-transfer apply plan.json ARCHIVE"
	}
	to := " --project=" + word(r.name)
	if r.profile != "" {
		to += " --profile=" + word(r.profile)
	}
	var notes []string
	if len(p.Values) > 0 {
		what := map[string]bool{}
		for place, reference := range p.Values {
			if r.id != "" {
				reference = plan.Reference(place)
			}
			what[strings.ReplaceAll(string(reference), "\n", " ")] = true
		}
		where := "values are read from "
		if r.id != "" {
			where = "a line with value: has to be added at "
		}
		list := slices.Sorted(maps.Keys(what))
		if len(list) > 20 {
			list = append(list[:20], fmt.Sprintf("and %d more", len(list)-20))
		}
		notes = append(notes, where+strings.Join(list, ", "))
	}
	if len(r.given) > 0 && len(notes) > 0 {
		notes[0] += "; those of --secrets have to be there"
	}
	if r.subject.Back != "" {
		notes = append(notes, "UBIOPS_API_HOST has to be "+r.host)
	}
	var lines []string
	if r.id != "" {
		if p.Counts.Conflict > 0 {
			return "# objects are in conflict: decide about them first"
		}
		if text, err := yamlText(&p.Confirmation); err == nil && len(text) <= maxCommand {
			lines = []string{"ubiops-transfer imports confirm " + r.id + to + " --wait -f - <<'END'", string(text) + "END"}
		} else {
			notes = append(notes, "confirmation.yaml is the file below")
			lines = []string{"ubiops-transfer imports confirm " + r.id + to + " -f confirmation.yaml --wait"}
		}
	} else {
		path := quoted(r.path)
		if r.path == "-" {
			path, notes = "ARCHIVE", append(notes, "ARCHIVE is a file with what came from stdin")
		}
		planned := "ubiops-transfer plan " + path + to + " -o plan.json"
		if p.Packages {
			planned += " --packages"
		}
		if p.OnConflict != plan.Fail {
			planned += " --on-conflict " + string(p.OnConflict)
		}
		apply := "ubiops-transfer apply plan.json " + path + to
		switch text, err := yamlText(&p.Overrides); {
		case err != nil || len(text) > maxCommand:
			notes, lines = append(notes, "plan.json is the file below"), []string{apply}
		case strings.TrimSpace(string(text)) == "{}":
			lines = []string{planned + " &&", apply}
		default:
			lines = []string{planned + " --target /dev/stdin <<'END' &&", string(text) + "END", apply}
		}
	}
	for i := range notes {
		notes[i] = "# " + notes[i]
	}
	return strings.Join(append(notes, lines...), "\n")
}

var plain = regexp.MustCompile(`^[\w./:@%+=-]+$`)

// quoted is the path of a file as a shell reads it, and not an option.
func quoted(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	return word(path)
}

// word is an argument as a shell reads it.
func word(argument string) string {
	if plain.MatchString(argument) {
		return argument
	}
	return "'" + strings.ReplaceAll(argument, "'", `'\''`) + "'"
}

package plan

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/internal/variables"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// ChangedError says that a plan does not hold any more.
type ChangedError struct {
	What    string   // archive, target, overrides or scan
	Changes []string // one line each, if they can be named
}

// Error lists the changes, one after the other.
func (e *ChangedError) Error() string {
	return strings.Join(append([]string{"not what was planned: the " + e.What}, e.Changes...), "; ")
}

// Same compares a plan with one that was made again: nil, or a [*ChangedError] with
// the first of archive, target and overrides that has changed. What only the
// target has, and what the platform sets there, does not count: it makes no
// difference for the import.
func (p *Plan) Same(again *Plan) error {
	if p.File != again.File {
		return &ChangedError{What: "archive"}
	}
	if p.Host != again.Host || p.Project != again.Project {
		return &ChangedError{What: "target", Changes: []string{"- " + p.Project + " on " + p.Host, "+ " + again.Project + " on " + again.Host}}
	}
	was, err := effective(p.Rows)
	if err != nil {
		return err
	}
	is, err := effective(again.Rows)
	if err != nil {
		return err
	}
	if changes := append(without("- ", was, is), without("+ ", is, was)...); len(changes) > 0 {
		return &ChangedError{What: "target", Changes: changes}
	}
	before, after := *p, *again
	before.Rows, after.Rows, before.Counts, after.Counts = nil, nil, Counts{}, Counts{}
	var texts [2]bytes.Buffer
	for i, plan := range []*Plan{&before, &after} {
		if err := plan.Write(&texts[i]); err != nil {
			return err
		}
	}
	if !bytes.Equal(texts[0].Bytes(), texts[1].Bytes()) {
		return &ChangedError{What: "overrides"}
	}
	return nil
}

// effective returns the rows that say what an import does, by their JSON.
func effective(rows []Row) (map[string]Row, error) {
	out := make(map[string]Row, len(rows))
	for _, row := range rows {
		if row.Class == OnlyInTarget || row.Class == SetByPlatform {
			continue
		}
		data, err := json.Marshal(&row, json.Deterministic(true))
		if err != nil {
			return nil, err
		}
		out[string(data)] = row
	}
	return out, nil
}

// without returns the rows that others do not have, as lines.
func without(prefix string, rows, others map[string]Row) (lines []string) {
	for key, row := range sorted(rows) {
		if !has(others, key) {
			lines = append(lines, prefix+row.String())
		}
	}
	return lines
}

// Fill returns the confirmation to send for an import that was scanned: what the
// plan creates, as the scan has it, with the values that resolve reads: it gets the
// place of the variable, which is a key of Values, and the reference there. Overrides
// are applied to the scan, unless [Overrides.Rewrites], since then the archive was
// written with them.
//
// A scan that differs from the plan gives a [*ChangedError]; a plan with conflicts
// and values that cannot be read a [*RefusedError] with all of them.
func (p *Plan) Fill(scan archive.Content, resolve func(place string, reference Reference) (string, error)) (models.ImportUpdate, error) {
	var ps problems
	for _, row := range p.Rows {
		if row.Class == Conflict {
			ps = append(ps, Problem{Path: jsontext.Pointer(row.Place), Reason: row.Reason, Conflict: true})
		}
	}
	if err := ps.err(); err != nil {
		return models.ImportUpdate{}, err
	}
	if !p.Overrides.Rewrites() {
		var err error
		if scan, err = p.Overrides.Apply(scan); err != nil {
			return models.ImportUpdate{}, err
		}
	}
	update := subset(scan, topsOf(p.Confirmation))
	rows, err := Compare(Comparison{Target: shareable(update), Wanted: p.Confirmation})
	if err != nil {
		return models.ImportUpdate{}, err
	}
	rows = slices.DeleteFunc(rows, func(r Row) bool { return r.Class == Same || r.Class == SetByPlatform })
	if len(rows) > 0 {
		e := &ChangedError{What: "scan"}
		for _, row := range rows {
			e.Changes = append(e.Changes, row.String())
		}
		return models.ImportUpdate{}, e
	}
	update = variables.Map(update, func(place jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		reference, ok := p.Values[string(place)]
		if ok {
			value, err := resolve(string(place), reference)
			if err != nil {
				ps.add(place, "no value: %s: %v", reference, err)
				return v
			}
			v.Value = models.Value(value)
		}
		if Missing(v) && (ok || !variables.Secret(v)) { // a scan does not show the secrets that the archive has
			ps.add(place, "no value: neither in the archive nor by the plan")
		}
		return v
	})
	if update.Deployments == nil {
		update.Deployments = map[string]models.Deployment{} // without any dictionary, everything would be created
	}
	return update, ps.err()
}

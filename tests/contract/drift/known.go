package drift

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed known.yaml
var knownFile []byte

// A Known difference stays, for a reason.
type Known struct {
	Finding string `json:"finding"`
	Reason  string `json:"reason"`
}

// A Report is the outcome of one comparison.
type Report struct {
	Source string   `json:"source"`
	Drift  Findings `json:"drift"`
	Known  []Known  `json:"known"`
}

// NewReport parts the findings about a source in those that are known to stay, and
// drift. The kind is page, client or command. If all is set, a difference that is
// listed as known and was not found is drift too.
func NewReport(kind, source string, found Findings, all bool) (*Report, error) {
	var lists map[string][]struct {
		Reason   string
		Findings []string
	}
	if err := yaml.Load(knownFile, &lists, yaml.WithKnownFields()); err != nil {
		return nil, fmt.Errorf("known.yaml: %w", err)
	}
	r := &Report{Source: source, Drift: slices.Clone(found), Known: []Known{}}
	for _, entry := range lists[kind] {
		for _, known := range entry.Findings {
			i := slices.IndexFunc(r.Drift, func(finding string) bool { return strings.HasPrefix(finding, known) })
			switch {
			case i >= 0:
				r.Known = append(r.Known, Known{r.Drift[i], entry.Reason})
				r.Drift = slices.Delete(r.Drift, i, i+1)
			case all:
				r.Drift.add("%q is a known difference, and it was not found", known)
			}
		}
	}
	if r.Drift == nil {
		r.Drift = Findings{} // an empty list in JSON
	}
	return r, nil
}

package review

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ubiops-contrib/transfer/api/plan"
)

func itoa(n int) string { return strconv.Itoa(n) }

// decision is what is missing, and what happens then.
func (r *Review) decision(p *page) {
	missing := r.missing()
	switch {
	case r.chosen == nil:
		p.Blockers, p.Blocked = append(p.Blockers, "Nothing is ticked."), true
		p.Action = "Create nothing"
	case r.chosen.Counts.Conflict > 0:
		p.Blockers, p.Blocked = append(p.Blockers, fmt.Sprintf("%s in conflict: leave out what the project has, or choose above what happens to it.", many(r.chosen.Counts.Conflict, "object is", "objects are"))), true
	}
	if len(missing) > 0 {
		p.Blockers = append(p.Blockers, fmt.Sprintf("%s no value yet.", many(len(missing), "variable has", "variables have")))
	}
	if r.chosen == nil {
		return
	}
	switch {
	case r.Apply == nil:
		p.Action = "Approve this plan"
	case r.creates == 0:
		p.Action = "End: nothing is to be created"
	default:
		p.Action = fmt.Sprintf("Create %s in %s", many(r.creates, "object", "objects"), p.Project)
	}
	r.needs(p, missing)
}

func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(n) + " " + more
}

// mappings are what instance types and environments can be exchanged for: what the
// project uses.
func (r *Review) mappings(p *page) {
	replaced := "is replaced as a whole"
	if r.Replaces == MayReplace {
		replaced += ", if the host does that"
	}
	for _, mode := range []choice{
		{string(plan.Fail), "is a conflict", false}, {string(plan.Skip), "stays as it is", false}, {string(plan.Overwrite), replaced, false},
	} {
		if mode.Value == string(plan.Overwrite) && r.Replaces == NeverReplaces {
			continue
		}
		mode.Selected = mode.Value == string(r.whole.OnConflict)
		p.Modes = append(p.Modes, mode)
	}
	for _, m := range r.exchanges(&r.draft) {
		for i, from := range m.names {
			options := m.options(from)
			if i == mostValues || len(options) == 0 {
				continue
			}
			shown := mapping{Field: m.field(i), Label: m.label + " " + legible(from, 200), Choices: []choice{{Text: legible(from, 200) + ", as in the archive"}}}
			for k, option := range options {
				shown.Choices = append(shown.Choices, choice{itoa(k), legible(option, 200), option == m.to[from]})
			}
			p.Maps = append(p.Maps, shown)
		}
	}
}

// exchange is what names of the archive can be exchanged for.
type exchange struct {
	label   string
	names   []string // of the archive
	there   []string // in the project
	to      map[string]string
	replace func(map[string]string)
}

// exchanges are those of a draft, which they change.
func (r *Review) exchanges(d *draft) []exchange {
	offered, there := plan.Used(r.Offered), plan.Used(r.target)
	return []exchange{
		{"Instance type", offered.InstanceTypes, there.InstanceTypes, d.types, func(to map[string]string) { d.types = to }},
		{"Environment", offered.Environments, there.Environments, d.envs, func(to map[string]string) { d.envs = to }},
	}
}

func (x *exchange) field(i int) string { return strings.ReplaceAll(x.label, " ", "-") + ":" + itoa(i) }

// options are what a name can be exchanged for: what the project uses, and what it is
// exchanged for already.
func (x *exchange) options(from string) (options []string) {
	to, mapped := x.to[from]
	for _, option := range x.there {
		if len(options) < mostValues && (option != from || mapped && to == from) {
			options = append(options, option)
		}
	}
	if mapped && !slices.Contains(options, to) {
		options = append(options, to)
	}
	return options
}

// read takes what was chosen for the names; nothing stands for the archive's own.
func (x *exchange) read(form url.Values) {
	now := maps.Clone(x.to)
	for i, from := range x.names {
		chosen, ok := form[x.field(i)]
		if !ok {
			continue
		}
		delete(now, from)
		options := x.options(from)
		if k, err := strconv.Atoi(chosen[0]); err == nil && k >= 0 && k < len(options) {
			if now == nil {
				now = map[string]string{}
			}
			now[from] = options[k]
		}
	}
	x.replace(now)
}

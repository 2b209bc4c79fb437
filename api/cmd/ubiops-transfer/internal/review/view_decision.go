package review

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/ubiops-contrib/transfer/api/plan"
)

func itoa(n int) string { return strconv.Itoa(n) }

// decision is what is missing, and what happens then.
func (r *Review) decision(p *page) {
	p.Cancel = "Cancel"
	missing := r.missing()
	switch {
	case r.chosen == nil:
		p.Blockers, p.Blocked = append(p.Blockers, "Nothing is ticked."), true
		p.Action = "Create nothing"
	case r.chosen.Counts.Conflict > 0:
		p.Blockers, p.Blocked = append(p.Blockers, fmt.Sprintf("%s in conflict: leave out what the project has, or decide below what happens to it.", many(r.chosen.Counts.Conflict, "object is", "objects are"))), true
	}
	if len(missing) > 0 {
		p.Blockers = append(p.Blockers, fmt.Sprintf("%s no value yet.", many(len(missing), "variable has", "variables have")))
	}
	if r.chosen != nil {
		p.Action = fmt.Sprintf("Create %s in %s", many(len(plan.Items(r.chosen.Confirmation)), "object", "objects"), p.Project)
		if r.Apply == nil {
			p.Action = "Approve this plan"
		}
		r.needs(p, missing)
	}
}

func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(n) + " " + more
}

// needs lists the variables that need a value, those without one first.
func (r *Review) needs(p *page, missing []string) {
	if r.Apply == nil {
		return
	}
	numbers := make(map[string]int, len(r.chosen.Values))
	for n, o := range r.objects {
		if _, ok := r.chosen.Values[o.Place]; ok {
			numbers[o.Place] = n
		}
	}
	without := map[string]bool{}
	for _, place := range missing {
		without[place] = true
	}
	places := slices.SortedFunc(maps.Keys(r.chosen.Values), func(a, b string) int {
		switch {
		case without[a] != without[b] && without[a]:
			return -1
		case without[a] != without[b]:
			return 1
		}
		return numbers[a] - numbers[b]
	})
	for i, place := range places {
		if i == mostValues {
			p.MoreNeeds = len(places) - i
			break
		}
		o := r.objects[numbers[place]]
		of := ""
		if o.parent != numbers[place] {
			of = name(r.objects[o.parent].Item)
		}
		p.Needs = append(p.Needs, need{N: numbers[place], Name: legible(o.Name, 200), Of: of,
			Known: !without[place] && r.draft.values[place] == "", Given: r.draft.values[place] != ""})
	}
}

// mappings are what instance types and environments can be exchanged for: what the
// project uses.
func (r *Review) mappings(p *page) {
	for _, mode := range []choice{
		{string(plan.Fail), "is a conflict", false}, {string(plan.Skip), "stays as it is", false}, {string(plan.Overwrite), "is replaced as a whole", false},
	} {
		mode.Selected = mode.Value == string(r.whole.OnConflict)
		p.Modes = append(p.Modes, mode)
	}
	offered, there := plan.Used(r.Offered), plan.Used(r.target)
	add := func(field, label string, names, others []string, chosen map[string]string) {
		for i, from := range names {
			if i == mostValues {
				break
			}
			m := mapping{Field: field + ":" + itoa(i), Label: label + " " + legible(from, 200), Choices: []choice{{Text: legible(from, 200) + ", as in the archive"}}}
			to, mapped := chosen[from]
			options := slices.Clone(others)
			if mapped && !slices.Contains(options, to) {
				options = append(options, to) // as the target file says
			}
			for k, option := range options {
				if k == mostValues {
					break
				}
				if option != from || mapped && to == from {
					m.Choices = append(m.Choices, choice{option, legible(option, 200), mapped && option == to})
				}
			}
			if len(m.Choices) > 1 {
				p.Maps = append(p.Maps, m)
			}
		}
	}
	add("type", "Instance type", offered.InstanceTypes, there.InstanceTypes, r.draft.types)
	add("environment", "Environment", offered.Environments, there.Environments, r.draft.envs)
}

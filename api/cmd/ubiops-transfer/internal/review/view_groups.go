package review

import (
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/plan"
)

// groups are the objects of the project by their kind, and those that only the
// project has.
func (r *Review) groups(l look) ([]group, error) {
	tops, totals := map[string][]int{}, map[string]*tally{}
	var kinds []string
	for n, o := range r.objects {
		if o.top != n || l.class != "" && o.inside.of(l.class) == 0 {
			continue
		}
		kind := kindOf(o)
		if totals[kind] == nil {
			kinds, totals[kind] = append(kinds, kind), &tally{}
		}
		tops[kind] = append(tops[kind], n)
		for i := range classes {
			totals[kind][i] += o.inside[i]
		}
	}
	var groups []group
	for _, kind := range kinds {
		g := group{Title: kind, Total: len(tops[kind]), Inside: totals[kind].String(), Open: l.class != "" || l.kind == kind && l.from > 0 || r.ticked[kind]}
		from := 0
		if l.kind == kind {
			from = min(l.from, max(len(tops[kind])-1, 0)) / mostLines * mostLines
		}
		to := min(from+mostLines, len(tops[kind]))
		if at := slices.Index(tops[kind], r.topOf(l.open)); at >= 0 {
			g.Open = true
			if l.kind != kind {
				from = at / mostLines * mostLines
				to = min(from+mostLines, len(tops[kind]))
			}
		}
		g.Before, g.After = pages(l, kind, from, to, len(tops[kind]))
		var shown []string
		for _, n := range tops[kind][from:to] {
			line, err := r.line(l, n)
			if err != nil {
				return nil, err
			}
			if line.Box {
				shown = append(shown, itoa(n))
			}
			g.Lines = append(g.Lines, line)
		}
		g.Shown = strings.Join(shown, " ")
		groups = append(groups, g)
	}
	return groups, nil
}

// pages are links to lines before and after, if there are any.
func pages(l look, kind string, from, to, total int) (before, after string) {
	l.open, l.kind, l.platform = -1, kind, false
	if l.from = max(from-mostLines, 0); from > 0 {
		if l.from == 0 {
			l.from = 1 // the first ones, with the group open
		}
		before = l.link("objects")
	}
	if l.from = to; to < total {
		after = l.link("objects")
	}
	return before, after
}

// topOf returns the number of the object of the project that n belongs to, or -1.
func (r *Review) topOf(n int) int {
	if n < 0 || n >= len(r.objects) {
		return -1
	}
	return r.objects[n].top
}

func kindOf(o object) string {
	if o.Class == plan.OnlyInTarget {
		return "Only in the project"
	}
	switch o.Kind {
	case "environment", "deployment", "pipeline", "service", "variable":
		return strings.ToUpper(o.Kind[:1]) + o.Kind[1:] + "s"
	}
	return "Others"
}

package review

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/plan"
)

// opened is the one object whose members are on the page.
type opened struct {
	Name, Class, Text, Reason string
	NotCompared               string
	Note                      string // its package, or what is in it
	Path                      []line // from the object of the project to this one
	Members                   []member
	Values                    bool // it has one, which is not shown
	Platform                  []member
	ShowPlatform, ClosePath   string
	PlatformShown             bool
	Children                  []line
	MoreChildren              int
	Before, After             string
}

type member struct {
	Name, Class, Text string
	Target, Wanted    string
	Reason            string
	Files             []file
	MoreFiles         int
}

type file struct{ Kind, Path string }

// opened shows an object: the members that differ as the plan has them, the others as
// they are wanted.
func (r *Review) opened(l look) (*opened, error) {
	o := &r.objects[l.open]
	out := &opened{Name: name(o.Item), Class: string(o.Class), Text: heading[o.Class], Reason: legible(o.Reason, mostText), NotCompared: o.NotCompared,
		Note: legible(o.Note, mostText), ClosePath: look{open: -1, class: l.class, kind: l.kind, from: l.from}.link("o" + itoa(o.top)), PlatformShown: l.platform}
	for n := l.open; n != r.objects[n].parent; n = r.objects[n].parent {
		above := &r.objects[r.objects[n].parent]
		out.Path = slices.Insert(out.Path, 0, line{Name: name(above.Item), Link: l.opened(r.objects[n].parent)})
	}
	from := r.wanted
	if o.Class == plan.OnlyInTarget {
		from = r.target
	}
	members, err := plan.Members(from, o.Place)
	if err != nil {
		return nil, err
	}
	for _, row := range o.members {
		first, _, _ := strings.Cut(strings.TrimPrefix(string(row.Member), "/"), "/")
		delete(members, jsontext.Pointer("/"+first).LastToken())
		m := member{Name: legible(strings.TrimPrefix(string(row.Member), "/"), 200), Class: string(row.Class), Text: heading[row.Class],
			Target: value(row.Target), Wanted: value(row.Wanted), Reason: legible(row.Reason, mostText)}
		for i, f := range row.Files {
			if i == mostLines {
				m.MoreFiles = len(row.Files) - i
				break
			}
			m.Files = append(m.Files, file{string(f.Kind), legible(f.Path, 300)})
		}
		if row.Class == plan.SetByPlatform {
			out.Platform = append(out.Platform, m)
		} else {
			out.Members = append(out.Members, m)
		}
	}
	if len(out.Platform) > 0 && !l.platform {
		shown := l
		shown.platform = true
		out.ShowPlatform = shown.link("open")
	}
	beside, err := plan.Members(r.target, o.Place)
	if err != nil {
		return nil, err
	}
	there := beside != nil
	for _, of := range slices.Sorted(maps.Keys(members)) {
		m := member{Name: legible(of, 200), Class: string(plan.Same), Text: heading[plan.Same], Wanted: value(members[of]), Target: value(members[of])}
		switch {
		case o.Class == plan.OnlyInTarget:
			m.Class, m.Text, m.Wanted = string(o.Class), heading[o.Class], ""
		case o.Class == plan.Create || !there:
			m.Class, m.Text, m.Target = string(o.Class), heading[o.Class], ""
		}
		out.Members = append(out.Members, m)
	}
	out.Values = o.Kind == "variable"
	r.children(out, l)
	return out, nil
}

// children lists what belongs to the open object.
func (r *Review) children(out *opened, l look) {
	all := r.objects[l.open].children
	from := 0
	if l.kind == "in" {
		from = min(l.from, max(len(all)-1, 0)) / mostLines * mostLines
	}
	to := min(from+mostLines, len(all))
	for _, n := range all[from:to] {
		o := &r.objects[n]
		out.Children = append(out.Children, line{N: n, Name: name(plan.Item{Kind: o.Kind, Name: o.Name}), Link: l.opened(n), Class: string(o.Class), Text: heading[o.Class]})
	}
	l.kind = "in"
	if l.from = max(from-mostLines, 0); from > 0 {
		out.Before = l.link("open")
	}
	if l.from = to; to < len(all) {
		out.After = l.link("open")
	}
}

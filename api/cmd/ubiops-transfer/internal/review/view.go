package review

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/ubiops-contrib/transfer/api/plan"
)

// Colours are those that a page can have, so that a project is known by its own.
var Colours = []string{"blue", "green", "teal", "purple", "pink", "red", "orange", "grey"}

// What a page shows at once, so that it stays small.
const (
	mostLines  = 100 // of one kind of objects
	mostValues = 50
	mostText   = 500 // of lines such as changes
)

// look is what a reader wants to see of a plan: it is the query of the page.
type look struct {
	open     int        // the number of the object that is open, or -1
	class    plan.Class // of the objects to list, or ""
	kind     string     // of those whose later ones are listed
	from     int        // of those
	platform bool       // show what the platform sets
}

func readLook(q url.Values) look {
	l := look{open: -1, kind: q.Get("kind"), platform: q.Get("platform") != ""}
	if class := plan.Class(q.Get("class")); slices.Contains(classes, class) {
		l.class = class
	}
	if n, err := strconv.Atoi(q.Get("open")); err == nil {
		l.open = n
	}
	if n, err := strconv.Atoi(q.Get("from")); err == nil {
		l.from = max(n, 0)
	}
	return l
}

// query is what readLook reads.
func (l look) query() string {
	q := url.Values{}
	if l.open >= 0 {
		q.Set("open", itoa(l.open))
	}
	if l.class != "" {
		q.Set("class", string(l.class))
	}
	if l.from > 0 {
		q.Set("kind", l.kind)
		q.Set("from", itoa(l.from))
	}
	if l.platform {
		q.Set("platform", "1")
	}
	if len(q) == 0 {
		return ""
	}
	return q.Encode()
}

// link leads to another look, at an element of it.
func (l look) link(at string) string { return "./?" + l.query() + "#" + at }

func (l look) opened(n int) string {
	l.open, l.platform = n, false
	return l.link("open")
}

// page is what the template of a review shows.
type page struct {
	Title, Heading, Host, Colour string
	Project                      string
	Archive, Exported            string
	File                         plan.File
	CSRF, Look                   string
	Version, Plan                int

	Changes, Notes []string
	Counts         []count
	Groups         []group
	NotCompared    int    // packages
	Reads          []need // of an approved plan
	SharedNeeds    []sharedNeed
	Needs          []need
	MoreNeeds      int
	MoreReads      int
	Local          bool // on the reviewer's own machine
	Maps           []mapping
	Modes          []choice
	Command        string
	Confirmation   string // a file's name, or empty
	Blockers       []string
	Blocked        bool // by more than values that are missing
	Action         string
	Rejects        bool
}

type count struct {
	N           int
	Class, Text string
	Link        string
	Current     bool
}

type group struct {
	Title         string
	Total         int
	Inside        string
	Open          bool
	Shown         string // the numbers of the tick boxes that are on the page
	Lines         []line
	Before, After string // links to other lines
}

type line struct {
	N           int
	Name, Link  string
	Class, Text string
	Inside      string
	Box, Taken  bool
	Opened      *opened
	NotCompared string
}

type need struct {
	N             int
	Name, Of      string
	From          string // where it is read from, if it is known
	Given, Shared bool   // a value of its own, or one for all of its name
}

// A sharedNeed is a value for all variables of a name that have none.
type sharedNeed struct {
	N     int // the number of one of them
	Name  string
	Total int
	Given bool
	Needs []need // one by one
	More  int
}

type choice struct {
	Value, Text string
	Selected    bool
}

type mapping struct {
	Field, Label string
	Choices      []choice
}

// page arranges what there is to see.
func (r *Review) page(l look) (page, error) {
	p := page{
		Archive: legible(r.Archive, 200), Exported: legible(r.Exported, 100), File: r.whole.File,
		CSRF: r.csrf, Look: l.query(), Version: r.version, Plan: r.plans, Notes: clipped(r.notes), Changes: clipped(r.changes),
	}
	r.head(&p)
	p.Counts, p.Local, p.Rejects = r.counts(l), r.Back == "", r.Reject != nil
	if !r.draft.packages && !r.fixed {
		for _, o := range r.objects {
			if o.NotCompared == "package" {
				p.NotCompared++
			}
		}
	}
	var err error
	if p.Groups, err = r.groups(l); err != nil {
		return p, err
	}
	r.decision(&p)
	if !r.fixed {
		r.mappings(&p)
	}
	if r.chosen != nil {
		p.Command = r.Command(r.chosen)
		if r.Confirmation != nil {
			p.Confirmation = confirmationFile
		}
	}
	return p, nil
}

func colourOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return Colours[int(sum[0])%len(Colours)]
}

func clipped(lines []string) []string {
	out := make([]string, 0, min(len(lines), mostLines+1))
	for i, text := range lines {
		if i == mostLines {
			return append(out, fmt.Sprintf("and %d more", len(lines)-i))
		}
		out = append(out, legible(text, mostText))
	}
	return out
}

// counts are those of what is ticked.
func (r *Review) counts(l look) []count {
	var n plan.Counts
	if r.chosen != nil {
		n = r.chosen.Counts
	}
	only := 0
	for _, o := range r.objects {
		if o.Class == plan.OnlyInTarget {
			only++
		}
	}
	list := func(n int, class plan.Class) count {
		to := look{open: -1, class: class}
		if l.class == class {
			to.class = "" // again
		}
		return count{n, string(class), heading[class], to.link("objects"), l.class == class}
	}
	return []count{list(n.Create, plan.Create), list(n.Same, plan.Same), list(n.Different, plan.Different),
		list(n.Conflict, plan.Conflict), list(only, plan.OnlyInTarget)}
}

func (r *Review) line(l look, n int) (line, error) {
	o := &r.objects[n]
	out := line{N: n, Name: name(o.Item), Link: l.opened(n), Class: string(o.Class), Text: heading[o.Class], NotCompared: o.NotCompared,
		Box: r.ticks(o), Taken: !r.draft.left[o.Place]}
	if out.Box && !out.Taken {
		out.Class, out.Text = "left-out", "left out"
	}
	if len(o.children) > 0 {
		out.Inside = o.inside.String()
	}
	if r.topOf(l.open) != n {
		return out, nil
	}
	var err error
	out.Opened, err = r.opened(l)
	return out, err
}

// ticks reports whether an object has a tick box: what the project has as it is wanted
// is not created in any case.
func (r *Review) ticks(o *object) bool {
	return !r.fixed && len(o.Of) == 0 && o.inside.of(plan.Conflict)+o.inside.of(plan.Create)+o.inside.of(plan.Different) > 0
}

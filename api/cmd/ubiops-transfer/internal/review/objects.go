package review

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/plan"
)

// object is a row of an object, with those of its members. Its number on the page is
// its index: it stays the same as long as the project that is read does.
type object struct {
	plan.Row
	top      int // the number of the object of the project that it belongs to
	parent   int // the number of what it belongs to; its own for one of the project
	children []int
	members  []plan.Row
	inside   tally // of an object of the project: everything in it, itself too
}

// classes are those of objects, the most important first.
var classes = []plan.Class{plan.Conflict, plan.Create, plan.Different, plan.Same, plan.OnlyInTarget}

// tally has the number of objects of each of the classes.
type tally [5]int

func (t *tally) add(class plan.Class) {
	if i := slices.Index(classes, class); i >= 0 {
		t[i]++
	}
}

func (t *tally) of(class plan.Class) int { return t[slices.Index(classes, class)] }

// String reads like "2 to create, 1 the same".
func (t *tally) String() string {
	var parts []string
	for i, n := range t {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, heading[classes[i]]))
		}
	}
	return strings.Join(parts, ", ")
}

// objectsOf arranges the rows of a plan.
func objectsOf(p *plan.Plan) []object {
	objects := make([]object, 0, len(p.Rows))
	places := make(map[string]int, len(p.Rows))
	for _, row := range p.Rows {
		if n := len(objects) - 1; row.Member != "" && n >= 0 {
			objects[n].members = append(objects[n].members, row)
			continue
		}
		n := len(objects)
		places[row.Place] = n
		objects = append(objects, object{Row: row, top: n, parent: n})
	}
	for n := range objects {
		o := &objects[n]
		if len(o.Of) == 0 {
			continue
		}
		above := jsontext.Pointer(o.Place).Parent().Parent()
		if parent, ok := places[string(above)]; ok {
			o.parent = parent
			objects[parent].children = append(objects[parent].children, n)
		}
		if top, ok := places[o.Top().Place]; ok {
			o.top = top
		}
	}
	for _, o := range objects {
		objects[o.top].inside.add(o.Class)
	}
	return objects
}

// heading is what a class means to a reader.
var heading = map[plan.Class]string{
	plan.Create: "to create", plan.Same: "the same", plan.Different: "different", plan.Conflict: "in conflict",
	plan.OnlyInTarget: "only in the project", plan.SetByPlatform: "set by the platform",
}

// name is that of an object as a reader sees it, with its kind.
func name(i plan.Item) string {
	i.Note, i.Name = "", visible(i.Name)
	return legible(i.String(), 200)
}

// visible is a name that can be seen, and told apart from others: with quotes if it is
// empty, or has white space that a page would not show.
func visible(name string) string {
	if name == "" || strings.Join(strings.Fields(name), " ") != name {
		return strconv.Quote(name)
	}
	return name
}

// legible makes text that can be shown: with so many characters at most, and with
// escapes for those that cannot be seen or that turn the direction of the others.
func legible(text string, most int) string {
	var b strings.Builder
	for i, r := range text {
		if most--; most < 0 {
			fmt.Fprintf(&b, "… (%d bytes more)", len(text)-i)
			break
		}
		if r == '\n' || unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

// value is that of a member, indented.
func value(v jsontext.Value) string {
	v = v.Clone()
	if kind := v.Kind(); kind == jsontext.KindBeginObject || kind == jsontext.KindBeginArray {
		if err := v.Indent(jsontext.WithIndent("  ")); err != nil {
			return "" // it was decoded before
		}
	}
	return legible(string(v), 2000)
}

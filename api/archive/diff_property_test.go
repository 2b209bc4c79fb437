package archive

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// edit is one change to a content, made in its JSON.
type edit struct {
	what        string
	old, edited any // values of a member; missing for none
	member      string
	named       bool // the member is one of the contract
	secret      bool // of a variable that is secret
}

type missing struct{}

func isVariable(s *shape) bool { return s.fields["value"] != nil && s.fields["secret"] != nil }

// apply changes one place of m, an object of the given shape, at random.
// It reports nothing if it found no place.
func (g generator) apply(m map[string]any, s *shape, path string) *edit {
	var names []string // members and, with them, places to go into
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if name != "zip" {
			names = append(names, name)
		}
	}
	if len(names) > 0 && g.IntN(4) > 0 {
		name := names[g.IntN(len(names))]
		inner, ok := m[name].(map[string]any)
		of := s.elem // of a dictionary
		if s.kind == object {
			of = s.fields[name]
		}
		if of == nil {
			of = free
		}
		if ok && len(inner) > 0 && g.IntN(4) > 0 {
			return g.apply(inner, of, path+"/"+name)
		}
		if elements, ok := m[name].([]any); ok && len(elements) > 0 && g.IntN(4) > 0 {
			i := g.IntN(len(elements))
			if element, ok := elements[i].(map[string]any); ok && of.elem != nil {
				return g.apply(element, of.elem, fmt.Sprintf("%s/%s/%d", path, name, i))
			}
		}
		e := &edit{what: path + "/" + name, old: m[name], member: name, named: s.fields[name] != nil}
		e.secret = isVariable(s) && m["secret"] == true
		if required := slices.Contains(s.required, name); !required && g.IntN(3) == 0 {
			delete(m, name)
			e.edited = missing{}
			return e
		}
		m[name] = g.value(of, 1)
		e.edited = m[name]
		return e
	}
	if s.kind != object {
		return nil
	}
	// A member that is not there yet.
	for _, name := range slices.Sorted(maps.Keys(s.fields)) {
		if _, there := m[name]; !there && name != "zip" && g.IntN(3) == 0 {
			m[name] = g.value(s.fields[name], 1)
			return &edit{what: path + "/" + name, old: missing{}, edited: m[name], member: name, named: true,
				secret: isVariable(s) && m["secret"] == true}
		}
	}
	return nil
}

// isDefault reports whether the edit only exchanged forms of no value.
func (e *edit) isDefault(t *testing.T) bool {
	for _, v := range []any{e.old, e.edited} {
		if _, ok := v.(missing); ok || v == nil {
			continue
		}
		text := asJSON(t, v)
		emptySecret := e.secret && e.member == "value" && text == `""`
		if text != defaults[e.member] && !emptySecret {
			return false
		}
	}
	return e.named
}

func jsonTreeOf(t *testing.T, c Content) map[string]any {
	t.Helper()
	var tree map[string]any
	keepNumbers := json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v *any) error {
		if dec.PeekKind() != jsontext.KindNumber {
			return errors.ErrUnsupported
		}
		number, err := dec.ReadValue()
		*v = number.Clone()
		return err
	}))
	if err := json.Unmarshal([]byte(asJSON(t, c)), &tree, keepNumbers); err != nil {
		t.Fatal(err)
	}
	return tree
}

// TestDiff_findsEverySingleEdit edits generated contents in one place. Both
// contents are written and read: their bytes differ if and only if there is a
// difference, but for an edit from one form of no value to another.
func TestDiff_findsEverySingleEdit(t *testing.T) {
	t.Parallel()
	var tried, defaulted, equal atomic.Int64
	eachSeed(t, 400, func(t *testing.T, seed uint64) {
		g := generator{rand.New(rand.NewPCG(seed, 7))}
		content, packages := g.content(t)
		tree := jsonTreeOf(t, content)
		e := g.apply(tree, contentShape, "")
		if e == nil {
			return
		}
		var other Content
		if json.Unmarshal([]byte(asJSON(t, tree)), &other) != nil {
			return // null if the model has none
		}
		old := write(t, content, from(packages))
		var b bytes.Buffer
		if Write(&b, other, from(packages)) != nil {
			return // the edit took something that an archive needs
		}
		tried.Add(1)
		before, after := mustOpen(t, old), mustOpen(t, b.Bytes())
		changes, err := Diff(before, after)
		if err != nil {
			t.Fatal(err)
		}
		differs := !bytes.Equal(old, b.Bytes())
		switch {
		case !differs:
			equal.Add(1)
		case e.isDefault(t):
			defaulted.Add(1)
			differs = false
		}
		if differs != (len(changes) > 0) {
			t.Fatalf("%s from %v to %v: bytes differ %v, changes %v", e.what, e.old, e.edited, differs, changes)
		}
		checkReverse(t, before, after, changes)
	})
	if tried.Load() < 20 || defaulted.Load() == 0 || equal.Load() == 0 {
		t.Errorf("%d edits, %d of them defaults, %d without effect: the generator does not reach enough", tried.Load(), defaulted.Load(), equal.Load())
	}
}

// checkReverse exchanges the two sides.
func checkReverse(t *testing.T, before, after *Archive, changes []Change) {
	t.Helper()
	back, err := Diff(after, before)
	if err != nil {
		t.Fatal(err)
	}
	turned := map[ChangeKind]ChangeKind{Added: Removed, Removed: Added, Changed: Changed}
	for i := range back {
		c := &back[i]
		c.Kind, c.Old, c.New = turned[c.Kind], c.New, c.Old
		for k := range c.Files {
			f := &c.Files[k]
			f.Kind, f.Old, f.New = turned[f.Kind], f.New, f.Old
		}
		c.Note = ""
	}
	for i := range changes {
		changes[i].Note = "" // names the first side that is at fault
	}
	if got, want := asJSON(t, back), asJSON(t, changes); got != want {
		t.Fatalf("backwards\n%s\nforwards\n%s", got, want)
	}
}

// TestDiff_ofTwoContentsIsTheSameBackwards also has packages that differ.
func TestDiff_ofTwoContentsIsTheSameBackwards(t *testing.T) {
	t.Parallel()
	var packageChanges atomic.Int64
	eachSeed(t, 200, func(t *testing.T, seed uint64) {
		var archives [2]*Archive
		for i := range archives {
			c, packages := generator{rand.New(rand.NewPCG(seed, uint64(i)))}.content(t)
			archives[i] = mustOpen(t, write(t, c, from(packages)))
			if changes, err := Diff(archives[i], archives[i]); err != nil || changes != nil {
				t.Fatalf("an archive differs from itself: %v %v", changes, err)
			}
		}
		changes, err := Diff(archives[0], archives[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			if c.Path.LastToken() == "zip" {
				packageChanges.Add(1)
			}
		}
		checkReverse(t, archives[0], archives[1], changes)
	})
	if packageChanges.Load() == 0 {
		t.Error("no package differed")
	}
}

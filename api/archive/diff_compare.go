package archive

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/internal/secrets"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// value compares two values of one type; nil is an absent one.
func (c *comparison) value(path jsontext.Pointer, s *shape, old, updated jsontext.Value) error {
	if bytes.Equal(old, updated) {
		return nil
	}
	k := s.kind
	if k == number && old != nil && updated != nil && models.Number(old).Equal(models.Number(updated)) {
		return nil
	}
	if k == anything && old.Kind() == updated.Kind() {
		switch old.Kind() {
		case jsontext.KindBeginObject:
			if saysSecret(old) || saysSecret(updated) {
				c.report(path, old, updated, true)
				return nil
			}
			k = dictionary
		case jsontext.KindBeginArray:
			if holdsSecret(old) || holdsSecret(updated) { // order and index say nothing about what became secret
				c.report(path, old, updated, true)
				return nil
			}
			k = list
		default:
		}
	}
	composite := (old == nil || old.Kind() != jsontext.KindNull) && (updated == nil || updated.Kind() != jsontext.KindNull)
	switch {
	case composite && k == dictionary:
		return c.dictionary(path, s.elem, old, updated)
	case composite && k == variables:
		return c.variables(path, s.elem, old, updated)
	case composite && k == object && old != nil && updated != nil:
		return c.object(path, s, old, updated)
	case composite && k == list && old != nil && updated != nil:
		return c.list(path, s.elem, old, updated)
	}
	c.report(path, old, updated, false)
	return nil
}

func (c *comparison) report(path jsontext.Pointer, old, updated jsontext.Value, secret bool) {
	change := Change{Kind: Changed, Path: path, Old: old, New: updated}
	switch {
	case bytes.Equal(old, updated):
		return
	case old == nil:
		change.Kind = Added
	case updated == nil:
		change.Kind = Removed
	}
	if change.Secret = secret || holdsSecret(old) || holdsSecret(updated); change.Secret {
		change.Old, change.New = nil, nil
	}
	c.changes = append(c.changes, change)
}

// object compares two objects of the contract.
func (c *comparison) object(path jsontext.Pointer, s *shape, old, updated jsontext.Value) error {
	before, after, err := both[members](old, updated)
	if err != nil {
		return err
	}
	// Whatever a secret has beside its value may be secret too.
	secret := secrets.Says(before) || secrets.Says(after)
	_, ofVariable := s.fields["secret"]
	for _, name := range keys(before, after) {
		if name == "zip" && s.fields[name] != nil {
			continue
		}
		of, known := s.fields[name]
		o, u := before[name], after[name]
		if known {
			o, u = withoutDefault(name, o), withoutDefault(name, u)
		} else {
			of = free
		}
		if secret && (ofVariable || !known) {
			if name == "value" {
				o, u = withoutEmpty(o, before), withoutEmpty(u, after)
			}
			if name != "value" || !c.ignoreSecretValues {
				c.report(path.AppendToken(name), o, u, name != "secret")
			}
			continue
		}
		if name == "labels" && known && c.ignoreImportLabel {
			o, u = withoutImportLabel(o), withoutImportLabel(u)
		}
		if err := c.value(path.AppendToken(name), of, o, u); err != nil {
			return err
		}
	}
	return nil
}

// dictionary compares objects by name, or text by key.
func (c *comparison) dictionary(path jsontext.Pointer, elem *shape, old, updated jsontext.Value) error {
	before, after, err := both[members](old, updated)
	if err != nil {
		return err
	}
	if elem == nil {
		elem = free
	}
	for _, name := range keys(before, after) {
		o, u := before[name], after[name]
		if elem.kind == object && (o == nil || u == nil) {
			c.whole(path.AppendToken(name), o, u)
			continue
		}
		if err := c.value(path.AppendToken(name), elem, o, u); err != nil {
			return err
		}
	}
	return nil
}

// whole reports an object that is on one side only. Its values stay out: they
// are in the archive, and some may be secret.
func (c *comparison) whole(path jsontext.Pointer, old, updated jsontext.Value) {
	kind := Added
	if updated == nil {
		kind = Removed
	}
	if old != nil || updated != nil {
		c.changes = append(c.changes, Change{Kind: kind, Path: path})
	}
}

func (c *comparison) variables(path jsontext.Pointer, elem *shape, old, updated jsontext.Value) error {
	before, after, err := both[members](old, updated)
	if err != nil {
		return err
	}
	for _, name := range keys(before, after) {
		at := path.AppendToken(name)
		if before[name] == nil || after[name] == nil {
			c.whole(at, before[name], after[name])
			continue
		}
		if err := c.object(at, elem, before[name], after[name]); err != nil {
			return err
		}
	}
	return nil
}

// list compares elements by name if they have one, else by index.
func (c *comparison) list(path jsontext.Pointer, elem *shape, old, updated jsontext.Value) error {
	before, after, err := both[[]jsontext.Value](old, updated)
	if err != nil {
		return err
	}
	if elem == nil {
		elem = free
	}
	o, u := byIndex(before), byIndex(after)
	if elem.kind == object {
		for _, identity := range identities {
			if elem.fields[identity[0]] == nil {
				continue
			}
			if bn, an := byName(before, identity), byName(after, identity); bn != nil && an != nil {
				o, u = bn, an
			}
			break
		}
	}
	for _, name := range keys(o, u) {
		if err := c.value(path.AppendToken(name), elem, o[name], u[name]); err != nil {
			return err
		}
	}
	return nil
}

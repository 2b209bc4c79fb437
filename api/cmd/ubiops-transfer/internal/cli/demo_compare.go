package cli

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// compare compares both exports with what was given and with each other:
// object by object, field by field, package by package.
func (d *demo) compare(firstData, secondData []byte) error {
	first, err := archive.Open(bytes.NewReader(firstData), int64(len(firstData)))
	if err != nil {
		return fmt.Errorf("first export: %w", err)
	}
	second, err := archive.Open(bytes.NewReader(secondData), int64(len(secondData)))
	if err != nil {
		return fmt.Errorf("second export: %w", err)
	}
	differences := 0
	for _, pair := range []struct {
		name     string
		old, new *archive.Archive
	}{
		{"given archive and first export", d.given, first},
		{"given archive and second export", d.given, second},
		{"first export and second export", first, second},
	} {
		changes, err := archive.Diff(pair.old, pair.new, archive.IgnoreImportLabel(), archive.IgnoreSecretValues())
		if err != nil {
			return fmt.Errorf("%s: %w", pair.name, err)
		}
		// A value that was left out and filled is looked up in the store.
		changes = slices.DeleteFunc(changes, func(c archive.Change) bool {
			_, filled := d.filled[c.Path.Parent()]
			return filled && c.Path.LastToken() == "value"
		})
		d.step("compare", "%s: %s, %d and %s", pair.name,
			many(len(changes), "difference"), len(pair.old.Packages()), many(len(pair.new.Packages()), "package"))
		if len(changes) > 0 {
			if err := archive.WriteChanges(d.out, changes); err != nil {
				return err
			}
		}
		differences += len(changes)
	}
	if differences > 0 {
		return fmt.Errorf("the archives do not agree: %s", many(differences, "difference"))
	}
	return nil
}

// checkSecrets looks up the filled values in the store, since no export shows
// them.
func (d *demo) checkSecrets(ctx context.Context) error {
	content, err := d.server.Content(ctx, target)
	if err != nil {
		return err
	}
	found, wrong := 0, 0
	plan.MapVariables(content, func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if want, ok := d.filled[path]; ok {
			found++
			if got, ok := v.Value.Get(); !ok || got != want {
				wrong++
				d.step("secrets", "%s: not the value that was filled", path)
			}
		}
		return v
	})
	d.step("secrets", "%d of %d filled values are in the store of %s", found-wrong, len(d.filled), target)
	if wrong > 0 || found != len(d.filled) {
		return fmt.Errorf("%d filled values are wrong and %d missing in the target", wrong, len(d.filled)-found)
	}
	return nil
}

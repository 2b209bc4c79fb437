package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
)

// check compares the project target with source, from which a tool has filled
// it, and checks that the tool has deleted its export and its import.
func (h *host) check(ctx context.Context, source, target string) error {
	from, err := api.NewClient(api.WithHost(h.url), api.WithToken(h.tokens[source]))
	if err != nil {
		return err
	}
	to, err := from.With(api.WithToken(h.tokens[target]))
	if err != nil {
		return err
	}
	exports, err := from.Project(source).Exports.List(ctx)
	if err != nil {
		return err
	}
	imports, err := to.Project(target).Imports.List(ctx)
	if err != nil {
		return err
	}
	if len(exports) != 0 || len(imports) != 0 {
		return fmt.Errorf("left over: exports %v, imports %v", exports, imports)
	}
	before, err := h.exported(ctx, from, source)
	if err != nil {
		return err
	}
	after, err := h.exported(ctx, to, target)
	if err != nil {
		return err
	}
	changes, err := archive.Diff(before, after, archive.IgnoreImportLabel())
	if err != nil {
		return err
	}
	if len(changes) != 0 {
		var text strings.Builder
		err := archive.WriteChanges(&text, changes)
		return fmt.Errorf("%d differences between the projects %w\n%s", len(changes), err, text.String())
	}
	return nil
}

// exported opens all of a project, and deletes its export.
func (h *host) exported(ctx context.Context, client *api.Client, project string) (*archive.Archive, error) {
	path := filepath.Join(h.dir, project+".zip")
	exports := client.Project(project).Exports
	file, err := exports.RunToFile(ctx, api.Everything(), path)
	if err != nil {
		return nil, err
	}
	if err := exports.Delete(ctx, file.ID); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return archive.Open(bytes.NewReader(data), int64(len(data)))
}

package engine

import (
	"context"
	"fmt"
	"maps"

	"github.com/ubiops-contrib/transfer/api/archive"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// keep copies the packages that content takes from a to blobs of their own, and
// then has use refer to them, in one transaction, by their keys by path. If that
// fails, nothing stays.
func (e *Engine) keep(ctx context.Context, a *archive.Archive, content archive.Content, use func(tx store.Tx, keys map[string]string) error) error {
	copied, err := e.copyPackages(ctx, a, content)
	if err == nil {
		err = e.update(ctx, func(tx store.Tx) error {
			keys := make(map[string]string, len(copied))
			for path, info := range copied {
				if keys[path], err = tx.AddBlob(info); err != nil {
					return err
				}
			}
			return use(tx, keys)
		})
	}
	if err != nil {
		keys := make([]string, 0, len(copied))
		for _, info := range copied {
			keys = append(keys, info.Key)
		}
		e.abandon(ctx, err, keys...)
	}
	return err
}

// copyPackages returns what it has copied also when it fails.
func (e *Engine) copyPackages(ctx context.Context, a *archive.Archive, content archive.Content) (map[string]store.Blob, error) {
	copied := make(map[string]store.Blob)
	for path := range packagesOf(content) {
		info, err := e.copyPackage(ctx, a, path)
		if err != nil {
			return copied, fmt.Errorf("package %s: %w", path, err)
		}
		copied[path] = info
	}
	return copied, nil
}

func (e *Engine) copyPackage(ctx context.Context, a *archive.Archive, path string) (store.Blob, error) {
	r, err := a.OpenPackage(path)
	if err != nil {
		return store.Blob{}, err
	}
	info, err := store.Copy(ctx, e.Blobs, r)
	if closeErr := r.Close(); err == nil && closeErr != nil {
		e.discard(ctx, info.Key)
		err = closeErr
	}
	return info, err
}

func packagesOf(content archive.Content) map[string]bool {
	paths := make(map[string]bool)
	withPackages(content, func(path string) string {
		paths[path] = true
		return path
	})
	return paths
}

// withKeys returns content with the keys of its packages in place of paths.
func withKeys(content archive.Content, keys map[string]string) (archive.Content, error) {
	for path := range packagesOf(content) {
		if keys[path] == "" {
			return content, fmt.Errorf("package %s was not copied", path)
		}
	}
	return withPackages(content, func(path string) string { return keys[path] }), nil
}

// withPackages returns content with every zip replaced by what f makes of it;
// the empty string takes it out.
func withPackages(content archive.Content, f func(string) string) archive.Content {
	replace := func(zip models.Nullable[string]) models.Nullable[string] {
		if path, ok := zip.Get(); ok {
			if path = f(path); path != "" {
				return models.Value(path)
			}
		}
		return models.Nullable[string]{}
	}
	content.Deployments = maps.Clone(content.Deployments)
	for name, d := range content.Deployments {
		d.Versions = maps.Clone(d.Versions)
		for version, v := range d.Versions {
			v.Zip = replace(v.Zip)
			d.Versions[version] = v
		}
		content.Deployments[name] = d
	}
	content.Environments = maps.Clone(content.Environments)
	for name, env := range content.Environments {
		env.Zip = replace(env.Zip)
		content.Environments[name] = env
	}
	return content
}

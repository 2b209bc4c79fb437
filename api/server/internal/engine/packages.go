package engine

import (
	"context"
	"fmt"
	"maps"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// keep copies the packages that content takes from a to blobs of their own and
// returns their keys by path.
func (e *Engine) keep(ctx context.Context, a *archive.Archive, content archive.Content) (map[string]string, error) {
	keys := make(map[string]string)
	for path := range packagesOf(content) {
		r, err := a.OpenPackage(path)
		if err != nil {
			return nil, err
		}
		info, err := e.Blobs.WriteShared(ctx, r)
		if closeErr := r.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return nil, fmt.Errorf("package %s: %w", path, err)
		}
		keys[path] = info.Key
	}
	return keys, nil
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
func withKeys(content archive.Content, keys map[string]string) archive.Content {
	return withPackages(content, func(path string) string { return keys[path] })
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

package conformance

import (
	"context"
	"fmt"
	"strings"

	"github.com/ubiops-contrib/transfer/api"
)

// Sweep deletes what runs of the suite that were killed have left in a project:
// exports whose description begins with conformance-, and imports whose archive
// offers a deployment that does. It returns what it has deleted, such as
// exports/<id>, also with an error. No other run may be under way.
func Sweep(ctx context.Context, client *api.Client, project string) ([]string, error) {
	in := client.Project(project)
	var gone []string
	all, err := in.Exports.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	for _, e := range all {
		detail, err := in.Exports.Get(ctx, e.ID)
		if err == nil && strings.HasPrefix(detail.Description.Or(""), marker) {
			if err = in.Exports.Delete(ctx, e.ID); err == nil {
				gone = append(gone, "exports/"+e.ID)
			}
		}
		if err != nil {
			return gone, fmt.Errorf("conformance: exports/%s: %w", e.ID, err)
		}
	}
	list, err := in.Imports.List(ctx)
	if err != nil {
		return gone, fmt.Errorf("conformance: %w", err)
	}
	for _, i := range list {
		detail, err := in.Imports.Get(ctx, i.ID)
		if err != nil {
			return gone, fmt.Errorf("conformance: imports/%s: %w", i.ID, err)
		}
		for name := range detail.Deployments {
			if !strings.HasPrefix(name, marker) {
				continue
			}
			if err := in.Imports.Delete(ctx, i.ID); err != nil {
				return gone, fmt.Errorf("conformance: imports/%s: %w", i.ID, err)
			}
			gone = append(gone, "imports/"+i.ID)
			break
		}
	}
	return gone, nil
}

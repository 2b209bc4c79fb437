// Package client is what a program that uses the client may look like; its test
// uses apitest. What the two link and fetch is measured.
package client

import (
	"context"

	"github.com/ubiops-contrib/transfer/api"
)

// Count returns how many exports a project has.
func Count(ctx context.Context, c *api.Client, project string) (int, error) {
	exports, err := c.Project(project).Exports.List(ctx)
	return len(exports), err
}

package durability_test

import (
	"context"
	"fmt"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// pollEvery is much less than what the client waits between two reads, so that
// what happens close together is seen.
const pollEvery = 20 * time.Millisecond

// imported waits until an import has reached a status.
func imported(ctx context.Context, c *api.Client, id string, want models.ImportStatus) error {
	for {
		row, err := c.Project(project).Imports.Get(ctx, id)
		switch {
		case err != nil:
			return err
		case row.Status == want:
			return nil
		case row.Status == models.ImportStatusFailed, row.Status == models.ImportStatusCompleted:
			return fmt.Errorf("import %s is %s: %s", id, row.Status, row.ErrorMessage)
		}
		time.Sleep(pollEvery)
	}
}

// exported waits until an export is completed.
func exported(ctx context.Context, c *api.Client, id string) error {
	for {
		row, err := c.Project(project).Exports.Get(ctx, id)
		switch {
		case err != nil:
			return err
		case row.Status == models.ExportStatusCompleted:
			return nil
		case row.Status == models.ExportStatusFailed:
			return fmt.Errorf("export %s failed: %s", id, row.ErrorMessage)
		}
		time.Sleep(pollEvery)
	}
}

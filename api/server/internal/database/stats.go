package database

import (
	"context"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Stats implements [store.Store].
func (d *Database) Stats(ctx context.Context) (store.Stats, error) {
	stats := store.Stats{Exports: map[models.ExportStatus]int{}, Imports: map[models.ImportStatus]int{}}
	exports, err := d.reads.CountExports(ctx)
	if err != nil {
		return stats, d.classify(ctx, err)
	}
	for _, row := range exports {
		stats.Exports[models.ExportStatus(row.Status)] = int(row.N)
	}
	imports, err := d.reads.CountImports(ctx)
	if err != nil {
		return stats, d.classify(ctx, err)
	}
	for _, row := range imports {
		stats.Imports[models.ImportStatus(row.Status)] = int(row.N)
	}
	jobs, err := d.dialect.Stats.GetExecutor().JobCountByAllStates(ctx, &riverdriver.JobCountByAllStatesParams{})
	if err != nil {
		return stats, d.classify(ctx, err)
	}
	for state, n := range jobs {
		switch state {
		case rivertype.JobStateCancelled, rivertype.JobStateCompleted, rivertype.JobStateDiscarded:
		default:
			stats.Jobs += n
		}
	}
	return stats, nil
}

package peers_test

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/peers/ogen"
	"github.com/ubiops-contrib/transfer/tests/peers/plain"
)

// An operation is called in the way of each peer.
type operation[H, C, O any] struct {
	byHand func(context.Context, *peers) (H, error)
	client func(context.Context, *peers) (C, error)
	ogen   func(context.Context, *peers) (O, error)
}

var getExport = operation[*plain.ExportDetail, *models.ExportDetail, *ogen.ExportDetailHeaders]{
	byHand: func(ctx context.Context, p *peers) (*plain.ExportDetail, error) {
		return p.byHand.exportsGet(ctx, p.project, jobID)
	},
	client: func(ctx context.Context, p *peers) (*models.ExportDetail, error) {
		return p.client.Project(p.project).Exports.Get(ctx, jobID)
	},
	ogen: func(ctx context.Context, p *peers) (*ogen.ExportDetailHeaders, error) {
		answer, err := p.ogen.ExportsGet(ctx, ogen.ExportsGetParams{ProjectName: p.project, ExportID: parsedID})
		return success[*ogen.ExportDetailHeaders](answer, err)
	},
}

var listExports = operation[plain.Exports, []models.ExportList, *ogen.ExportsHeaders]{
	byHand: func(ctx context.Context, p *peers) (plain.Exports, error) {
		return p.byHand.exportsList(ctx, p.project)
	},
	client: func(ctx context.Context, p *peers) ([]models.ExportList, error) {
		return p.client.Project(p.project).Exports.List(ctx)
	},
	ogen: func(ctx context.Context, p *peers) (*ogen.ExportsHeaders, error) {
		answer, err := p.ogen.ExportsList(ctx, ogen.ExportsListParams{ProjectName: p.project})
		return success[*ogen.ExportsHeaders](answer, err)
	},
}

var getImport = operation[*plain.ImportDetail, *models.ImportDetail, *ogen.ImportDetailHeaders]{
	byHand: func(ctx context.Context, p *peers) (*plain.ImportDetail, error) {
		return p.byHand.importsGet(ctx, p.project, jobID)
	},
	client: func(ctx context.Context, p *peers) (*models.ImportDetail, error) {
		return p.client.Project(p.project).Imports.Get(ctx, jobID)
	},
	ogen: func(ctx context.Context, p *peers) (*ogen.ImportDetailHeaders, error) {
		answer, err := p.ogen.ImportsGet(ctx, ogen.ImportsGetParams{ProjectName: p.project, ImportID: parsedID})
		return success[*ogen.ImportDetailHeaders](answer, err)
	},
}

var parsedID = uuid.MustParse(jobID)

// success picks the response out of those that ogen declares for an operation.
func success[T any](answer any, err error) (T, error) {
	v, ok := answer.(T)
	if err == nil && !ok {
		err = fmt.Errorf("the response is a %T", answer)
	}
	return v, err
}

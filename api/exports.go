package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/client"
	"github.com/ubiops-contrib/transfer/gen/models"
)

const jsonType = "application/json"

// ExportsService has the operations on exports. It is [Client.Exports].
//
// Every method takes the name of a project, and most the id of an export. An
// empty one, "." and ".." are errors before anything is sent. An answer that is
// no 2xx, or whose body cannot be used, is an [*Error]; a failure on the way is
// an error with its cause, such as the context's.
type ExportsService struct{ client *Client }

// ExportOption is a choice for [ExportsService.Create].
type ExportOption func(*models.ExportsCreateParams)

// All says whether to export every object of the project; the selection is then
// ignored. The default is false. Known since version 4.11.0 of the official
// client; an older server may ignore it.
func All(all bool) ExportOption {
	return func(p *models.ExportsCreateParams) { p.All = &all }
}

// Packages says whether the archive gets the code packages of the versions. The
// default is true. Known since version 4.11.0 of the official client; an older
// server may ignore it.
func Packages(include bool) ExportOption {
	return func(p *models.ExportsCreateParams) { p.Packages = &include }
}

// Create starts an export of what the selection names and returns it, usually
// in the status pending. The zero selection is valid and names nothing. It is
// the operation exports_create.
//
// Errors: a selection that cannot be encoded, and those of [ExportsService]. It
// is an [*UnknownOutcomeError] where the export may have been created; see
// [WithCreateLookup].
func (s *ExportsService) Create(ctx context.Context, project string, selection models.ExportCreate, opts ...ExportOption) (*models.ExportList, error) {
	if err := pathElement("project name", project); err != nil {
		return nil, err
	}
	var params models.ExportsCreateParams
	for _, opt := range opts {
		opt(&params)
	}
	body, err := json.Marshal(&selection)
	if err != nil {
		return nil, fmt.Errorf("encoding the selection: %w", err)
	}
	return creation[models.ExportList]{
		client: s.client,
		list:   func(ctx context.Context) ([]models.ExportList, error) { return s.List(ctx, project, "") },
		id:     func(job models.ExportList) string { return job.ID },
		fits: func(job models.ExportList) bool {
			return fitting(job.Description, selection.Description.Or(""))
		},
	}.run(ctx, func() (*models.ExportList, error) {
		return fetch[models.ExportList](s.client, func(c *client.Client) (*http.Response, error) {
			return c.ExportsCreateWithBody(ctx, project, &params, jsonType, bytes.NewReader(body))
		})
	})
}

// Get returns an export with its status and the selection it was made from. It
// is the operation exports_get. Errors: those of [ExportsService].
func (s *ExportsService) Get(ctx context.Context, project, id string) (*models.ExportDetail, error) {
	if err := pathElements(project, "export id", id); err != nil {
		return nil, err
	}
	detail, _, err := s.get(ctx, project, id)
	return detail, err
}

func (s *ExportsService) get(ctx context.Context, project, id string) (*models.ExportDetail, *RateLimit, error) {
	return fetchLimited[models.ExportDetail](s.client, func(c *client.Client) (*http.Response, error) {
		return c.ExportsGet(ctx, project, id)
	})
}

// List returns the exports of a project that are in a status, or all of them
// where the status is "". The API has no pages. It is the operation
// exports_list. Errors: those of [ExportsService].
func (s *ExportsService) List(ctx context.Context, project string, status models.ExportStatus) ([]models.ExportList, error) {
	if err := pathElement("project name", project); err != nil {
		return nil, err
	}
	var params models.ExportsListParams
	if status != "" {
		params.Status = &status
	}
	list, err := fetch[models.Exports](s.client, func(c *client.Client) (*http.Response, error) {
		return c.ExportsList(ctx, project, &params)
	})
	if err != nil {
		return nil, err
	}
	return *list, nil
}

// Delete removes an export and its archive. It is the operation exports_delete.
// Errors: those of [ExportsService]; but it is no error that the export is gone
// when an attempt before may have done it.
func (s *ExportsService) Delete(ctx context.Context, project, id string) error {
	if err := pathElements(project, "export id", id); err != nil {
		return err
	}
	return perform(s.client, func(c *client.Client) (*http.Response, error) {
		return c.ExportsDelete(ctx, project, id)
	})
}

// Download opens the archive of a completed export. The caller closes the body.
// It is the operation exports_download. Errors: those of [ExportsService];
// [ErrConflict] where the export is not completed yet.
func (s *ExportsService) Download(ctx context.Context, project, id string) (*Download, error) {
	if err := pathElements(project, "export id", id); err != nil {
		return nil, err
	}
	return download(s.client, "export-"+id+".zip", func(c *client.Client) (*http.Response, error) {
		return c.ExportsDownload(ctx, project, id, nil, acceptArchive)
	})
}

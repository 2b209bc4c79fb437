package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/ubiops-contrib/transfer/gen/client"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// ImportsService has the operations on imports. It is [Client.Imports].
//
// Every method takes the name of a project, and most the id of an import. An
// empty one, "." and ".." are errors before anything is sent. An answer that is
// no 2xx, or whose body cannot be used, is an [*Error]; a failure on the way is
// an error with its cause, such as the context's.
type ImportsService struct{ client *Client }

// ImportOption is a choice for [ImportsService.Create].
type ImportOption func(*importChoices)

type importChoices struct {
	skipConfirmation *bool
	progress         Progress
}

// SkipConfirmation says whether to create everything in the archive at once,
// without waiting for [ImportsService.Confirm]. The default is false.
func SkipConfirmation(skip bool) ImportOption {
	return func(c *importChoices) { c.skipConfirmation = &skip }
}

// Create starts an import and returns it, usually in the status pending. An
// archive is streamed in constant memory and with its exact length. It is the
// operation imports_create.
//
// Errors: a source without content, a file that cannot be read, [ErrUploadSize]
// where a reader yields another number of bytes than was announced, the error
// of the reader, and those of [ImportsService]. The server does not get a
// complete form where the archive was not read completely; where it reports
// success all the same there are both the import and an error. It is an
// [*UnknownOutcomeError] where the import may have been created; see
// [WithCreateLookup].
func (s *ImportsService) Create(ctx context.Context, project string, source ImportSource, opts ...ImportOption) (*models.ImportList, error) {
	if err := pathElement("project name", project); err != nil {
		return nil, err
	}
	var choices importChoices
	for _, opt := range opts {
		opt(&choices)
	}
	form, err := newForm(source, choices)
	if err != nil {
		return nil, err
	}
	defer form.close()
	s = s.client.masking(source.secrets).Imports
	ctx, cancel := context.WithCancel(ctx) // ends a Read that blocks, also where the server has answered
	defer cancel()
	body, err := form.open(ctx)
	if err != nil {
		return nil, err
	}
	created, err := creation[models.ImportList]{
		client: s.client,
		list:   func(ctx context.Context) ([]models.ImportList, error) { return s.List(ctx, project, "") },
		id:     func(job models.ImportList) string { return job.ID },
		fits: func(job models.ImportList) bool {
			return form.archive == nil || fitting(job.Size, form.archive.size)
		},
	}.run(ctx, func() (*models.ImportList, error) {
		return fetch[models.ImportList](s.client, func(c *client.Client) (*http.Response, error) {
			return c.ImportsCreateWithBody(ctx, project, form.contentType, body, form.describe)
		})
	})
	if err != nil {
		return nil, err
	}
	if err := form.sent(); err != nil {
		return created, fmt.Errorf("import %s: %w", created.ID, err)
	}
	return created, nil
}

// Get returns an import with its status and, once it was scanned, everything
// that its archive offers to create. It is the operation imports_get. Errors:
// those of [ImportsService].
func (s *ImportsService) Get(ctx context.Context, project, id string) (*models.ImportDetail, error) {
	if err := pathElements(project, "import id", id); err != nil {
		return nil, err
	}
	detail, _, err := s.get(ctx, project, id)
	return detail, err
}

func (s *ImportsService) get(ctx context.Context, project, id string) (*models.ImportDetail, *RateLimit, error) {
	return fetchLimited[models.ImportDetail](s.client, func(c *client.Client) (*http.Response, error) {
		return c.ImportsGet(ctx, project, id)
	})
}

// List returns the imports of a project that are in a status, or all of them
// where the status is "". The API has no pages. It is the operation
// imports_list. Errors: those of [ImportsService].
func (s *ImportsService) List(ctx context.Context, project string, status models.ImportStatus) ([]models.ImportList, error) {
	if err := pathElement("project name", project); err != nil {
		return nil, err
	}
	var params models.ImportsListParams
	if status != "" {
		params.Status = &status
	}
	list, err := fetch[models.Imports](s.client, func(c *client.Client) (*http.Response, error) {
		return c.ImportsList(ctx, project, &params)
	})
	if err != nil {
		return nil, err
	}
	return *list, nil
}

// Delete removes an import and its archive; objects that it has created stay.
// It is the operation imports_delete. Errors: those of [ImportsService]; but it
// is no error that the import is gone when an attempt before may have done it.
func (s *ImportsService) Delete(ctx context.Context, project, id string) error {
	if err := pathElements(project, "import id", id); err != nil {
		return err
	}
	return perform(s.client, func(c *client.Client) (*http.Response, error) {
		return c.ImportsDelete(ctx, project, id)
	})
}

// Download opens the archive that an import was made from. The caller closes
// the body. It is the operation imports_download. Options: [ExpectSize] and
// [DownloadProgress].
//
// Errors: those of [ImportsService]; [ErrConflict] where the archive has not
// arrived yet; [ErrDownloadSize].
func (s *ImportsService) Download(ctx context.Context, project, id string, opts ...DownloadOption) (*Download, error) {
	if err := pathElements(project, "import id", id); err != nil {
		return nil, err
	}
	return s.archive(project, id).download(ctx, downloadChoicesOf(opts))
}

// DownloadFile takes the archive that an import was made from into a file; see
// [File].
//
// Errors: those of [ImportsService.Download], [ErrDownloadInUse],
// [io/fs.ErrExist] where the file is there already, an archive that is no sound
// ZIP, and those of the file system, which name the path.
func (s *ImportsService) DownloadFile(ctx context.Context, project, id, path string, opts ...DownloadOption) (*File, error) {
	if err := pathElements(project, "import id", id); err != nil {
		return nil, err
	}
	return s.archive(project, id).downloadFile(ctx, path, downloadChoicesOf(opts))
}

func (s *ImportsService) archive(project, id string) *remoteArchive {
	return &remoteArchive{
		client: s.client, kind: "import", project: project, id: id,
		open: func(ctx context.Context, edit client.RequestEditorFn) (*http.Response, error) {
			return s.client.calls.ImportsDownload(ctx, project, id, nil, edit)
		},
		detailSize: func(ctx context.Context) (int64, error) {
			detail, err := s.Get(ctx, project, id)
			if err != nil {
				return 0, err
			}
			return detail.Size.Or(-1), nil
		},
	}
}

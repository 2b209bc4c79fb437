package api

import (
	"context"
	"fmt"

	"github.com/ubiops-contrib/transfer/gen/client"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// ImportsService has the operations on the imports of a project. It is
// [Project.Imports].
//
// A project name or an id that is empty, "." or ".." is an error before anything
// is sent. A response that is not 2xx, or whose body cannot be used, is an
// [*Error]; a failure on the way is an error with its cause, such as the
// context's.
type ImportsService struct{ scope }

// masking returns a service whose errors do not show these secrets.
func (s *ImportsService) masking(secrets []string) *ImportsService {
	return &ImportsService{scope{send: s.send.masking(secrets), project: s.project}}
}

// Create starts an import and returns it, usually in the status pending. An
// archive is streamed in constant memory and with its exact length. It is the
// operation imports_create.
//
// Errors: a source without content, a file that cannot be read, [ErrArchiveSize]
// if a reader yields another number of bytes than was announced, the error of
// the reader, and those of [ImportsService]; [ErrUnknownOutcome] if the import
// may have been created. The server does not get a complete form if the archive
// was not read completely; if it reports success all the same, there are both
// the import and an error.
func (s *ImportsService) Create(ctx context.Context, source ImportSource, opts ...CreateImportOption) (*models.ImportList, error) {
	return s.create(ctx, source, choicesOf(opts, CreateImportOption.forCreateImport))
}

func (s *ImportsService) create(ctx context.Context, source ImportSource, set choices) (*models.ImportList, error) {
	if err := pathElement("project name", s.project); err != nil {
		return nil, err
	}
	form, err := newForm(source, set)
	if err != nil {
		return nil, err
	}
	defer form.close()
	body, err := form.open()
	if err != nil {
		return nil, err
	}
	req, err := client.NewImportsCreateRequestWithBody(s.send.server, s.project, form.contentType, body)
	if err != nil {
		return nil, err
	}
	form.describe(req)
	created, err := receive[models.ImportList](ctx, s.send.masking(source.secrets), req, nil)
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
func (s *ImportsService) Get(ctx context.Context, id string) (*models.ImportDetail, error) {
	if err := s.check("import id", id); err != nil {
		return nil, err
	}
	req, err := s.get(ctx, "imports", id)
	return receive[models.ImportDetail](ctx, s.send, req, err)
}

// List returns the imports of the project: all, or those [ImportsIn] a status.
// The API has no pages. It is the operation imports_list. Errors: those of
// [ImportsService].
func (s *ImportsService) List(ctx context.Context, opts ...ImportListOption) ([]models.ImportList, error) {
	if err := pathElement("project name", s.project); err != nil {
		return nil, err
	}
	set := choicesOf(opts, ImportListOption.forImportList)
	req, err := client.NewImportsListRequest(s.send.server, s.project, &models.ImportsListParams{Status: set.importStatus})
	list, err := receive[models.Imports](ctx, s.send, req, err)
	if err != nil {
		return nil, err
	}
	return *list, nil
}

// Delete removes an import and its archive; objects that it has created stay.
// It is the operation imports_delete. Errors: those of [ImportsService]; but it
// is not an error that the import is gone if an earlier attempt of the same call
// may have deleted it.
func (s *ImportsService) Delete(ctx context.Context, id string) error {
	if err := s.check("import id", id); err != nil {
		return err
	}
	req, err := client.NewImportsDeleteRequest(s.send.server, s.project, id)
	return s.send.perform(ctx, req, err)
}

// Download opens the archive that an import was made from. The caller closes
// the body. It is the operation imports_download.
//
// Errors: those of [ImportsService]; [ErrConflict] if the archive has not
// arrived yet.
func (s *ImportsService) Download(ctx context.Context, id string) (*Download, error) {
	if err := s.check("import id", id); err != nil {
		return nil, err
	}
	return s.archive(id).download(ctx)
}

// DownloadToFile takes the archive that an import was made from into a file; see
// [File].
//
// Errors: those of [ImportsService.Download]; [io/fs.ErrExist] if the file
// exists already, which is found before anything is sent if the path names the
// file; [ErrDownloadInUse]; [ErrArchiveSize]; an archive that is not a valid ZIP
// file; and those of the file system, which name the path.
func (s *ImportsService) DownloadToFile(ctx context.Context, id, path string, opts ...FileOption) (*File, error) {
	if err := s.check("import id", id); err != nil {
		return nil, err
	}
	set := choicesOf(opts, FileOption.forRunToFile)
	to, err := destinationOf(path, set)
	if err != nil {
		return nil, err
	}
	return s.archive(id).toFile(ctx, to, -1, set)
}

func (s *ImportsService) archive(id string) remoteArchive {
	return remoteArchive{scope: s.scope, job: "import", id: id}
}

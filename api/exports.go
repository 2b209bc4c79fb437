package api

import (
	"bytes"
	"context"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/client"
	"github.com/ubiops-contrib/transfer/gen/models"
)

const jsonType = "application/json"

// ExportsService has the operations on the exports of a project. It is
// [Project.Exports].
//
// A project name or an id that is empty, "." or ".." is an error before anything
// is sent. A response that is not 2xx, or whose body cannot be used, is an
// [*Error]; a failure on the way is an error with its cause, such as the
// context's.
type ExportsService struct{ scope }

// Selection is what an export takes: [Everything] or what [Select] names. The
// zero Selection names nothing.
type Selection struct {
	all, withoutPackages bool
	named                models.ExportCreate
}

// Everything selects every object of the project. It is known since version
// 4.11.0 of the official client; an older server may ignore it, and export
// nothing.
func Everything() Selection { return Selection{all: true} }

// Select selects what it names. A deployment or pipeline whose versions are not
// named comes without versions.
func Select(named models.ExportCreate) Selection { return Selection{named: named} }

// WithoutPackages returns the selection without the code packages of versions.
// It is known since version 4.11.0 of the official client; an older server may
// ignore it.
func (s Selection) WithoutPackages() Selection {
	s.withoutPackages = true
	return s
}

// WithDescription returns the selection with a note to keep with the export, of
// up to 400 characters.
func (s Selection) WithDescription(note string) Selection {
	s.named.Description = models.Value(note)
	return s
}

func (s Selection) params() *models.ExportsCreateParams {
	var p models.ExportsCreateParams
	if s.all {
		p.All = new(true)
	}
	if s.withoutPackages {
		p.Packages = new(false)
	}
	return &p
}

// Create starts an export of what the selection names and returns it, usually
// in the status pending. It is the operation exports_create.
//
// Errors: a selection that cannot be encoded, and those of [ExportsService];
// [ErrUnknownOutcome] if the export may have been created.
func (s *ExportsService) Create(ctx context.Context, selection Selection) (*models.ExportList, error) {
	if err := pathElement("project name", s.project); err != nil {
		return nil, err
	}
	body, err := json.Marshal(&selection.named)
	if err != nil {
		return nil, fmt.Errorf("encoding the selection: %w", err)
	}
	req, err := client.NewExportsCreateRequestWithBody(s.send.server, s.project, selection.params(), jsonType, bytes.NewReader(body))
	return receive[models.ExportList](ctx, s.send, req, err)
}

// Get returns an export with its status and the selection it was made from. It
// is the operation exports_get. Errors: those of [ExportsService].
func (s *ExportsService) Get(ctx context.Context, id string) (*models.ExportDetail, error) {
	if err := s.check("export id", id); err != nil {
		return nil, err
	}
	req, err := s.get(ctx, "exports", id)
	return receive[models.ExportDetail](ctx, s.send, req, err)
}

// List returns the exports of the project: all, or those [ExportsIn] a status.
// The API has no pages. It is the operation exports_list. Errors: those of
// [ExportsService].
func (s *ExportsService) List(ctx context.Context, opts ...ExportListOption) ([]models.ExportList, error) {
	if err := pathElement("project name", s.project); err != nil {
		return nil, err
	}
	set := choicesOf(opts, ExportListOption.forExportList)
	req, err := client.NewExportsListRequest(s.send.server, s.project, &models.ExportsListParams{Status: set.exportStatus})
	list, err := receive[models.Exports](ctx, s.send, req, err)
	if err != nil {
		return nil, err
	}
	return *list, nil
}

// Delete removes an export and its archive. It is the operation exports_delete.
// Errors: those of [ExportsService]; but it is not an error that the export is
// gone if an earlier attempt of the same call may have deleted it.
func (s *ExportsService) Delete(ctx context.Context, id string) error {
	if err := s.check("export id", id); err != nil {
		return err
	}
	req, err := client.NewExportsDeleteRequest(s.send.server, s.project, id)
	return s.send.perform(ctx, req, err)
}

// Download opens the archive of a completed export. The caller closes the body.
// It is the operation exports_download.
//
// Errors: those of [ExportsService]; [ErrConflict] if the export is not
// completed yet.
func (s *ExportsService) Download(ctx context.Context, id string) (*Download, error) {
	if err := s.check("export id", id); err != nil {
		return nil, err
	}
	return s.archive(id).download(ctx)
}

// DownloadToFile takes the archive of a completed export into a file; see
// [File].
//
// Errors: those of [ExportsService.Download]; [io/fs.ErrExist] if the file
// exists already, which is found before anything is sent if the path names the
// file; [ErrDownloadInUse]; [ErrArchiveSize]; an archive that is not a valid ZIP
// file; and those of the file system, which name the path.
func (s *ExportsService) DownloadToFile(ctx context.Context, id, path string, opts ...FileOption) (*File, error) {
	if err := s.check("export id", id); err != nil {
		return nil, err
	}
	set := choicesOf(opts, FileOption.forRunToFile)
	to, err := destinationOf(path, set)
	if err != nil {
		return nil, err
	}
	return s.archive(id).toFile(ctx, to, -1, set)
}

func (s *ExportsService) archive(id string) remoteArchive {
	return remoteArchive{scope: s.scope, job: "export", id: id}
}

// WaitCompleted reads an export until it is completed and returns it. The delays
// between two reads grow from 0.5 s to 10 s, with a random part, and are as long
// as the server asks if its rate limit is used up. Up to 3 reads in a row may
// fail in passing (no connection, 429, 5xx), each after the attempts of the
// [RetryPolicy].
//
// Errors: a [*JobError] with the last status and, inside, [ErrJobFailed], the
// error of the context, that of a read, which is [ErrNotFound] if the export was
// deleted, or a status that is not in the contract.
func (s *ExportsService) WaitCompleted(ctx context.Context, id string, opts ...ExportOption) (*models.ExportDetail, error) {
	if err := s.check("export id", id); err != nil {
		return nil, err
	}
	return s.wait(ctx, id, choicesOf(opts, ExportOption.forRunToFile))
}

func (s *ExportsService) wait(ctx context.Context, id string, set choices) (*models.ExportDetail, error) {
	f := follower{send: s.send, job: "export", id: id}
	for {
		req, err := s.get(ctx, "exports", id)
		export, err := read[models.ExportDetail](ctx, &f, req, err)
		if err != nil {
			return nil, err
		}
		if f.saw(string(export.Status)) && set.onExportStatus != nil {
			set.onExportStatus(export.Status)
		}
		switch export.Status {
		case models.ExportStatusCompleted:
			return export, nil
		case models.ExportStatusFailed:
			return nil, f.failed(export.ErrorMessage)
		case models.ExportStatusPending, models.ExportStatusProcessing:
		default:
			return nil, f.stopped(errUnknownStatus)
		}
		if err := f.pause(ctx); err != nil {
			return nil, err
		}
	}
}

// Run exports what the selection names: it creates the export, waits until it
// is completed, and returns it. Its archive is there for
// [ExportsService.Download].
//
// Errors: those of [ExportsService.Create] and [ExportsService.WaitCompleted]; a
// [*JobError] has the id of the export, which remains on the server.
func (s *ExportsService) Run(ctx context.Context, selection Selection, opts ...ExportOption) (*models.ExportDetail, error) {
	return s.run(ctx, selection, choicesOf(opts, ExportOption.forRunToFile))
}

func (s *ExportsService) run(ctx context.Context, selection Selection, set choices) (*models.ExportDetail, error) {
	created, err := s.Create(ctx, selection)
	if err != nil {
		return nil, err
	}
	return s.wait(ctx, created.ID, set)
}

// RunToFile exports what the selection names and takes the archive into a file:
// [ExportsService.Run] and then [ExportsService.DownloadToFile]. The export stays
// on the server; [File.ID] is its id.
//
// Errors: those of both. A file that exists already, if the path names it, or a
// folder that does not exist, is an error before anything is sent. An error of
// the download is inside a [*JobError].
func (s *ExportsService) RunToFile(ctx context.Context, selection Selection, path string, opts ...RunToFileOption) (*File, error) {
	set := choicesOf(opts, RunToFileOption.forRunToFile)
	to, err := destinationOf(path, set)
	if err != nil {
		return nil, err
	}
	export, err := s.run(ctx, selection, set)
	if err != nil {
		return nil, err
	}
	file, err := s.archive(export.ID).toFile(ctx, to, export.Size.Or(-1), set)
	if err != nil {
		return file, &JobError{Job: "export", ID: export.ID, Step: "download", Status: string(export.Status), Err: err}
	}
	return file, nil
}

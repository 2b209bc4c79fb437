package api

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// ExportRunOption is a choice for [ExportsService.Run]: an [ExportOption] or a
// [WaitOption].
type ExportRunOption interface{ exportRun(*exportRun) }

// ImportRunOption is a choice for [ImportsService.Run]: an [ImportOption] or a
// [WaitOption].
type ImportRunOption interface{ importRun(*importRun) }

type exportRun struct {
	create []ExportOption
	wait   []WaitOption
}

type importRun struct {
	create []ImportOption
	wait   []WaitOption
}

func (o ExportOption) exportRun(r *exportRun) { r.create = append(r.create, o) }
func (o WaitOption) exportRun(r *exportRun)   { r.wait = append(r.wait, o) }
func (o ImportOption) importRun(r *importRun) { r.create = append(r.create, o) }
func (o WaitOption) importRun(r *importRun)   { r.wait = append(r.wait, o) }

// DeleteRefused has [ImportsService.Run] delete an import that its callback
// refuses.
func DeleteRefused() WaitOption { return func(c *waitChoices) { c.deleteRefused = true } }

// ExportTarget is where [ExportsService.Run] brings the archive of a completed
// export: [ToFile], [ToWriter], or a function of the caller's.
type ExportTarget func(ctx context.Context, exports *ExportsService, project string, completed *models.ExportDetail) error

// ToWriter writes the archive to w. A body that does not have the size that
// the server tells is an error; what was written by then stays written.
func ToWriter(w io.Writer) ExportTarget {
	return func(ctx context.Context, exports *ExportsService, project string, completed *models.ExportDetail) (err error) {
		d, err := exports.Download(ctx, project, completed.ID, ExpectSize(completed.Size.Or(-1)))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, d.Body.Close()) }()
		_, err = io.Copy(w, d.Body)
		return err
	}
}

// ToFile takes the archive into a file as [ExportsService.DownloadFile] does,
// which sets file, unless that is nil.
func ToFile(path string, file *File, opts ...DownloadOption) ExportTarget {
	return func(ctx context.Context, exports *ExportsService, project string, completed *models.ExportDetail) error {
		sized := append([]DownloadOption{ExpectSize(completed.Size.Or(-1))}, opts...)
		got, err := exports.DownloadFile(ctx, project, completed.ID, path, sized...)
		if got != nil && file != nil {
			*file = *got
		}
		return err
	}
}

// Run exports what the selection names and brings the archive to a target: it
// creates the export, waits until it is completed, and downloads it. It returns
// the completed export, which stays on the server.
//
// Errors: those of [ExportsService.Create], and a [*RunError] with the id of the
// export for everything that fails after it. With [WithCreateLookup] an export
// that was found after an unknown outcome is gone on with.
func (s *ExportsService) Run(ctx context.Context, project string, selection models.ExportCreate, target ExportTarget, opts ...ExportRunOption) (*models.ExportDetail, error) {
	if target == nil {
		return nil, errors.New("there is no target for the archive")
	}
	var run exportRun
	for _, opt := range opts {
		opt.exportRun(&run)
	}
	created, err := s.Create(ctx, project, selection, run.create...)
	id, err := idOf(created, func(e *models.ExportList) string { return e.ID }, err)
	if err != nil {
		return nil, err
	}
	remains := func(step string, err error) error { return &RunError{Job: "export", ID: id, Step: step, Err: err} }
	export, err := s.Wait(ctx, project, id, run.wait...)
	if err != nil {
		return nil, remains("wait", err)
	}
	if err := target(ctx, s, project, export); err != nil {
		return nil, remains("download", err)
	}
	return export, nil
}

// Run imports an archive: it creates the import, waits until it was scanned,
// lets confirm decide, sends the confirmation, and waits until the import is
// completed. It returns the completed import. [Accept] makes a confirm out of
// edits. With [SkipConfirmation] confirm is not called and may be nil.
//
// Errors: those of [ImportsService.Create], and a [*RunError] with the id of the
// import for everything that fails after it; its step is "create" where the
// server did not wait for the whole archive. Its step is "refuse" where confirm
// returned an error; with [DeleteRefused] the import is deleted then, and the
// error is no [*RunError] as nothing remains. With [WithCreateLookup] an import
// that was found after an unknown outcome is gone on with.
func (s *ImportsService) Run(ctx context.Context, project string, source ImportSource, confirm ConfirmFunc, opts ...ImportRunOption) (*models.ImportDetail, error) {
	var run importRun
	for _, opt := range opts {
		opt.importRun(&run)
	}
	var choices importChoices
	for _, opt := range run.create {
		opt(&choices)
	}
	skip := choices.skipConfirmation != nil && *choices.skipConfirmation
	if confirm == nil && !skip {
		return nil, errors.New("there is nothing that confirms the import: give a ConfirmFunc or SkipConfirmation")
	}
	s = s.client.masking(source.secrets).Imports
	created, err := s.Create(ctx, project, source, run.create...)
	if err != nil && created != nil {
		return nil, &RunError{Job: "import", ID: created.ID, Step: "create", Err: err}
	}
	id, err := idOf(created, func(i *models.ImportList) string { return i.ID }, err)
	if err != nil {
		return nil, err
	}
	remains := func(step string, err error) error { return &RunError{Job: "import", ID: id, Step: step, Err: err} }
	if !skip {
		var err error
		if s, err = s.confirmed(ctx, project, id, confirm, run.wait, remains); err != nil {
			return nil, err
		}
		run.wait = append(run.wait, Confirmed())
	}
	imported, err := s.Wait(ctx, project, id, models.ImportStatusCompleted, run.wait...)
	if err != nil {
		return nil, remains("wait", err)
	}
	return imported, nil
}

// confirmed takes an import over its confirmation. It returns a service whose
// errors do not show the secrets of the confirmation.
func (s *ImportsService) confirmed(ctx context.Context, project, id string, confirm ConfirmFunc, opts []WaitOption, remains func(string, error) error) (*ImportsService, error) {
	scanned, err := s.Wait(ctx, project, id, models.ImportStatusConfirmation, opts...)
	if err != nil {
		return nil, remains("wait", err)
	}
	update, err := confirm(ctx, scanned)
	if err != nil {
		var choices waitChoices
		for _, opt := range opts {
			opt(&choices)
		}
		if !choices.deleteRefused {
			return nil, remains("refuse", err)
		}
		if failed := s.Delete(ctx, project, id); failed != nil {
			return nil, remains("refuse", errors.Join(err, failed))
		}
		return nil, fmt.Errorf("import %s was refused and deleted: %w", id, err)
	}
	if _, err := s.Confirm(ctx, project, id, update); err != nil {
		return nil, remains("confirm", err)
	}
	return s.client.masking(secretsOf(update)).Imports, nil
}

// idOf returns the id of a job that was created or, after an unknown outcome,
// found.
func idOf[T any](created *T, id func(*T) string, err error) (string, error) {
	if err == nil {
		return id(created), nil
	}
	if lost, ok := errors.AsType[*UnknownOutcomeError](err); ok && lost.Lookup != nil && lost.Lookup.Result == LookupFound {
		return lost.Lookup.IDs[0], nil
	}
	return "", err
}

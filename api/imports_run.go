package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/client"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// WaitScanned reads an import until its archive was scanned, in the status
// confirmation, and returns it with everything that it offers to create. It reads
// as [ExportsService.WaitCompleted] does.
//
// Errors: a [*JobError] with the last status and, inside, [ErrJobFailed], the
// error of the context, that of a read, which is [ErrNotFound] if the import was
// deleted, or a status that is past the confirmation, as with
// [SkipConfirmation], or not in the contract.
func (s *ImportsService) WaitScanned(ctx context.Context, id string, opts ...ImportOption) (*models.ImportDetail, error) {
	if err := s.check("import id", id); err != nil {
		return nil, err
	}
	return s.wait(ctx, id, models.ImportStatusConfirmation, choicesOf(opts, ImportOption.forRunImport))
}

// WaitCompleted reads an import until it is completed and returns it. It reads
// as [ExportsService.WaitCompleted] does, and waits through the status
// confirmation for a minute: a read right after [ImportsService.Confirm] may
// still find that status, or somebody else may be about to confirm.
//
// Errors: those of [ImportsService.WaitScanned], and [ErrNeedsConfirmation] after
// that minute. If a server repeats a value of the confirmation in the message of
// a failed import, the error has it: only [ImportsService.Run] knows what to hide.
func (s *ImportsService) WaitCompleted(ctx context.Context, id string, opts ...ImportOption) (*models.ImportDetail, error) {
	if err := s.check("import id", id); err != nil {
		return nil, err
	}
	return s.wait(ctx, id, models.ImportStatusCompleted, choicesOf(opts, ImportOption.forRunImport))
}

func (s *ImportsService) wait(ctx context.Context, id string, until models.ImportStatus, set choices) (*models.ImportDetail, error) {
	f := follower{send: s.send, job: "import", id: id}
	for {
		req, err := s.get(ctx, "imports", id)
		detail, err := read[models.ImportDetail](ctx, &f, req, err)
		if err != nil {
			return nil, err
		}
		if f.saw(string(detail.Status)) && set.onImportStatus != nil {
			set.onImportStatus(detail.Status)
		}
		switch detail.Status {
		case until:
			return detail, nil
		case models.ImportStatusFailed:
			return nil, f.failed(detail.ErrorMessage)
		case models.ImportStatusConfirmation:
			if time.Since(f.since) >= confirmationTime {
				return nil, f.stopped(ErrNeedsConfirmation)
			}
		case models.ImportStatusPending, models.ImportStatusScanning:
		case models.ImportStatusConfirmationPending, models.ImportStatusProcessing, models.ImportStatusCompleted:
			if until == models.ImportStatusConfirmation {
				return nil, f.stopped(errors.New("it does not wait for a confirmation"))
			}
		default:
			return nil, f.stopped(errUnknownStatus)
		}
		if err := f.pause(ctx); err != nil {
			return nil, err
		}
	}
}

// Confirm says what an import is to create and starts that. The zero update
// takes everything as it was scanned, on servers of this project; an update
// that names something creates what it names. It is the operation
// imports_update.
//
// If the outcome is not known, Confirm reads the import: when it has left the
// status confirmation, a confirmation has arrived, and the import is returned as
// it is then; otherwise the same confirmation is sent again, which the server
// refuses if the first one has arrived after all. This takes for granted that
// nobody else confirms the import: the confirmation of another writer looks the
// same.
//
// No error of Confirm shows a value in the update, unless its variable says that
// it is not a secret, or the value has less than 4 bytes, which could be a part
// of anything. Later calls do not know the values; only [ImportsService.Run] does.
//
// Errors: an update that cannot be encoded, and those of [ImportsService];
// [ErrConflict] if the import does not wait for a confirmation;
// [ErrUnknownOutcome] if the outcome could not be found out.
func (s *ImportsService) Confirm(ctx context.Context, id string, update models.ImportUpdate) (*models.ImportDetail, error) {
	if err := s.check("import id", id); err != nil {
		return nil, err
	}
	body, err := json.Marshal(&update)
	if err != nil {
		return nil, fmt.Errorf("encoding the confirmation: %w", err)
	}
	s = s.masking(secretsOf(update))
	var lost error
	for n := 1; ; n++ {
		req, err := client.NewImportsUpdateRequestWithBody(s.send.server, s.project, id, jsonType, bytes.NewReader(body))
		confirmed, err := receive[models.ImportDetail](ctx, s.send, req, err)
		unknown := errors.Is(err, ErrUnknownOutcome)
		switch {
		case unknown:
			lost = err
		case lost == nil, err == nil:
			return confirmed, err
		case !errors.Is(err, ErrConflict): // the attempt before this one remains unknown
			return nil, errors.Join(lost, err)
		}
		// After a conflict too: it can be the response to our own confirmation.
		detail, left, readErr := s.leftConfirmation(ctx, id, unknown)
		switch {
		case readErr != nil:
			return nil, errors.Join(lost, readErr)
		case left:
			return detail, nil
		case !unknown:
			return nil, errors.Join(lost, err)
		case ctx.Err() != nil, n >= s.send.retry.MaxAttempts, sleep(ctx, s.send.retry.delay(n, 0)) != nil:
			return nil, lost
		}
	}
}

// leftConfirmation reads an import until it has left the status confirmation,
// once or as often as the retry policy says.
func (s *ImportsService) leftConfirmation(ctx context.Context, id string, once bool) (detail *models.ImportDetail, left bool, err error) {
	for n := 1; ctx.Err() == nil; n++ {
		if detail, err = s.Get(ctx, id); err != nil {
			return nil, false, err
		}
		if detail.Status != models.ImportStatusConfirmation {
			return detail, true, nil
		}
		if once || n == s.send.retry.MaxAttempts || sleep(ctx, s.send.retry.delay(n, 0)) != nil {
			break
		}
	}
	return detail, false, nil //nolint:nilerr // a sleep that was cut short is no failure of the reads
}

// Run imports an archive: it creates the import, waits until it was scanned,
// asks confirmation what to create, confirms that, and waits until the import is
// completed, which it returns. [Accept] makes a confirmation out of edits.
//
// Errors: those of [ImportsService.Create], and a [*JobError] with the id of the
// import for everything that fails after it. Its step is "create" if the server
// did not wait for the whole archive, and "refuse" if confirmation returned an
// error; with [DeleteRefused] the import is deleted then, and the error is not a
// [*JobError] as nothing remains.
func (s *ImportsService) Run(ctx context.Context, source ImportSource, confirmation Confirmation, opts ...RunImportOption) (*models.ImportDetail, error) {
	if confirmation == nil {
		return nil, errors.New("the confirmation is nil; Accept() takes everything")
	}
	set := choicesOf(opts, RunImportOption.forRunImport)
	s = s.masking(source.secrets)
	created, err := s.create(ctx, source, set)
	if err != nil {
		if created != nil {
			err = &JobError{Job: "import", ID: created.ID, Step: "create", Status: string(created.Status), Err: err}
		}
		return nil, err
	}
	scanned, err := s.wait(ctx, created.ID, models.ImportStatusConfirmation, set)
	if err != nil {
		return nil, err
	}
	remains := func(step string, err error) error {
		return &JobError{Job: "import", ID: created.ID, Step: step, Status: string(scanned.Status), Err: err}
	}
	update, err := confirmation(scanned)
	if err != nil {
		if !set.deleteRefused {
			return nil, remains("refuse", err)
		}
		if failed := s.Delete(ctx, created.ID); failed != nil {
			return nil, remains("refuse", errors.Join(err, failed))
		}
		return nil, fmt.Errorf("import %s was refused and deleted: %w", created.ID, err)
	}
	if _, err := s.Confirm(ctx, created.ID, update); err != nil {
		return nil, remains("confirm", err)
	}
	return s.masking(secretsOf(update)).wait(ctx, created.ID, models.ImportStatusCompleted, set)
}

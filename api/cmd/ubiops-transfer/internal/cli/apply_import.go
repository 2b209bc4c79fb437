package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// resume finds the import of an earlier process, and reports whether it was
// confirmed.
func (a *applying) resume() (confirmed bool, err error) {
	if a.run.Import == "" {
		return false, nil
	}
	detail, err := a.project.Imports.Get(a.cmd.Context(), a.run.Import)
	if errors.Is(err, api.ErrNotFound) { // it was refused and deleted
		a.run.Import, a.run.Before = "", nil
		return false, a.run.save()
	} else if err != nil {
		return false, err
	}
	switch detail.Status {
	case models.ImportStatusPending, models.ImportStatusScanning, models.ImportStatusConfirmation:
		return false, nil
	default: // waiting tells, also what has failed
		return true, nil
	}
}

// upload makes the import, unless an earlier process has done that.
func (a *applying) upload() (err error) {
	if a.run.Import != "" {
		return nil
	}
	ctx, upload := a.cmd.Context(), a.in
	if a.plan.Overrides.Rewrites() {
		upload = &input{resources: resources{ctx: ctx}}
		defer func() { err = upload.close(err) }()
		content, err := a.plan.Overrides.Apply(a.in.Content())
		if err != nil {
			return err
		}
		err = upload.spool(func(w io.Writer) error {
			return archive.Write(w, content, a.in.OpenPackage, archive.WithInfo(a.in.Info()))
		})
		if err != nil {
			return err
		}
	}
	file, err := fileOf(ctx, upload)
	if err != nil {
		return err
	}
	imports, err := a.project.Imports.List(ctx)
	if err != nil {
		return err
	}
	if a.run.Before != nil { // a process was killed while it uploaded
		if a.run.Import, err = a.lost(imports, file.Size, file.SHA256); err != nil {
			return err
		}
	}
	if a.run.Import == "" {
		a.run.Before = make([]string, 0, len(imports))
		for _, i := range imports {
			a.run.Before = append(a.run.Before, i.ID)
		}
		if err := a.run.save(); err != nil {
			return err
		}
		source := api.FromReader(io.NewSectionReader(upload.zip, 0, file.Size), file.Size, "")
		err := a.transfer(ctx, "uploading", func(report api.ProgressOption) error {
			created, err := a.project.Imports.Create(ctx, source, report)
			if err == nil {
				a.run.Import = created.ID
			}
			return err
		})
		if err != nil {
			return leaving(err, "The same command continues")
		}
	}
	fmt.Fprintf(a.cmd.ErrOrStderr(), "created import %s\n", a.run.Import)
	return a.run.save()
}

// lost finds an import that was created when the upload ended and nobody was
// there any more to note its id. It has the bytes of the archive; if there are
// several, it does not guess.
func (a *applying) lost(imports []models.ImportList, size int64, sum string) (string, error) {
	var found []string
	for _, i := range imports {
		if slices.Contains(a.run.Before, i.ID) || i.Size.Or(0) != size || i.Status == models.ImportStatusFailed {
			continue
		}
		hash := sha256.New()
		err := importJob.stream(a.cmd.Context(), a.project, i.ID, hash)
		if errors.Is(err, api.ErrConflict) || errors.Is(err, api.ErrNotFound) {
			continue
		} else if err != nil {
			return "", err
		}
		if hex.EncodeToString(hash.Sum(nil)) == sum {
			found = append(found, i.ID)
		}
	}
	if len(found) > 1 {
		return "", exitWith(exitRefused, leaving(
			fmt.Errorf("an upload was interrupted, and imports %s all have this archive: which one is it?", strings.Join(found, ", ")),
			"'ubiops-transfer imports delete' deletes those that are not wanted"))
	}
	return strings.Join(found, ""), nil
}

// refuse ends the run, and deletes its import, since nothing was confirmed.
func (a *applying) refuse(err error) error {
	return exitWith(exitRefused, a.end(err))
}

// failed ends the run of an import that cannot be continued. Other errors leave it
// to the next one.
func (a *applying) failed(err error) error {
	if errors.Is(err, api.ErrJobFailed) || errors.Is(err, api.ErrNotFound) {
		return errors.Join(err, a.run.forget())
	}
	return leaving(err, "The same command continues")
}

func (a *applying) end(err error) error {
	if a.run.Import != "" {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(a.cmd.Context()), patience)
		defer cancel()
		if gone := a.project.Imports.Delete(ctx, a.run.Import); gone != nil && !errors.Is(gone, api.ErrNotFound) {
			return leaving(errors.Join(err, gone), fmt.Sprintf("'ubiops-transfer imports delete %s' deletes the import that is left", a.run.Import))
		}
		fmt.Fprintf(a.cmd.ErrOrStderr(), "deleted import %s\n", a.run.Import)
	}
	return errors.Join(err, a.run.forget())
}

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
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// resume finds the import of an earlier process, and reports whether it was
// confirmed.
func (a *applying) resume() (confirmed bool, err error) {
	if a.run.Import == "" {
		return false, nil
	}
	detail, err := a.project.Imports.Get(a.cmd.Context(), a.run.Import)
	if errors.Is(err, api.ErrNotFound) && !a.theirs { // it was refused and deleted
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
	a.uploaded = file
	if a.run.Before != nil { // a process was killed while it uploaded
		if a.run.Import, err = a.lost(file); err != nil {
			return err
		}
	}
	if a.run.Import == "" {
		imports, err := a.project.Imports.List(ctx)
		if err != nil {
			return err
		}
		a.run.Before = make([]string, 0, len(imports))
		for _, i := range imports {
			a.run.Before = append(a.run.Before, i.ID)
			if i.Status == models.ImportStatusConfirmation && i.Size.Or(-1) == file.Size { // of a run on another machine: nothing else tells
				fmt.Fprintf(a.cmd.ErrOrStderr(), "import %s has the same size and waits for a confirmation: it may be of another run, which 'ubiops-transfer imports delete %[1]s' would end\n", i.ID)
			}
		}
		if err := a.run.save(); err != nil {
			return err
		}
		source := api.FromReader(io.NewSectionReader(upload.zip, 0, file.Size), file.Size, "")
		err = a.transfer(ctx, "uploading", func(report api.ProgressOption) error {
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

// settles is how long an upload that has ended may take to be seen as an import.
const settles = 3 * time.Second

// lost finds an import that was created when the upload ended and nobody was
// there any more to note its id. It has the bytes of the archive; if there are
// several, it does not guess.
func (a *applying) lost(file plan.File) (string, error) {
	fmt.Fprintln(a.cmd.ErrOrStderr(), "looking for an import whose upload was interrupted")
	ctx, start := a.cmd.Context(), time.Now()
	for {
		found, arriving, err := a.candidates(file)
		switch waited := time.Since(start); {
		case err != nil:
			return "", err
		case len(found) == 1 && !arriving:
			return found[0], nil
		case len(found) > 1:
			return "", exitWith(exitRefused, leaving(
				fmt.Errorf("an upload was interrupted, and imports %s all have this archive: which one is it?", strings.Join(found, ", ")),
				"'ubiops-transfer imports delete' deletes those that are not wanted"))
		case !arriving && waited >= settles:
			return "", nil
		case waited >= time.Minute:
			return "", exitWith(exitRefused, leaving(errors.New("an upload was interrupted, and another import has not arrived yet: it may be that one"),
				"The same command looks again"))
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(settles / 6):
		}
	}
}

// candidates are the imports since the upload began that have the bytes of a file,
// and whether others are still arriving.
func (a *applying) candidates(file plan.File) (found []string, arriving bool, err error) {
	ctx := a.cmd.Context()
	imports, err := a.project.Imports.List(ctx)
	if err != nil {
		return nil, false, err
	}
	for _, i := range imports {
		size, known := i.Size.Get()
		if slices.Contains(a.run.Before, i.ID) || i.Status == models.ImportStatusFailed || known && size != file.Size {
			continue
		}
		hash := sha256.New()
		err := importJob.stream(ctx, a.project, i.ID, hash)
		switch {
		case errors.Is(err, api.ErrConflict):
			arriving = true
		case errors.Is(err, api.ErrNotFound):
		case err != nil:
			return nil, false, err
		case hex.EncodeToString(hash.Sum(nil)) == file.SHA256:
			found = append(found, i.ID)
		}
	}
	return found, arriving, nil
}

// refuse ends the run, and deletes its import, since nothing was confirmed.
func (a *applying) refuse(err error) error {
	return exitWith(exitRefused, a.end(err))
}

// failed ends the run of an import that cannot be continued. Other errors leave it
// to the next one.
func (a *applying) failed(err error) error {
	if errors.Is(err, api.ErrJobFailed) || errors.Is(err, api.ErrNotFound) {
		a.run.forget()
		return err
	}
	if a.theirs {
		return leaving(err, "Import "+a.run.Import+" may be confirmed, and goes on by itself then")
	}
	return leaving(err, "The same command continues")
}

func (a *applying) end(err error) error {
	if a.run.Import != "" && !a.theirs {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(a.cmd.Context()), patience)
		defer cancel()
		if gone := a.project.Imports.Delete(ctx, a.run.Import); gone != nil && !errors.Is(gone, api.ErrNotFound) {
			return leaving(errors.Join(err, gone), fmt.Sprintf("'ubiops-transfer imports delete %s' deletes the import that is left", a.run.Import))
		}
		fmt.Fprintf(a.cmd.ErrOrStderr(), "deleted import %s\n", a.run.Import)
	}
	return errors.Join(err, a.ended())
}

// ended ends the run. A request of a process that was killed may have arrived after
// this one has looked for its exports.
func (a *applying) ended() error {
	a.run.forget()
	if !a.run.resumed {
		return nil
	}
	return a.discard()
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// patience is how long a command tries to clean up after it was interrupted.
const patience = 10 * time.Second

// projectReader reads what a project holds, through exports that it deletes.
type projectReader struct {
	*session
	cmd      *cobra.Command
	project  api.Project
	host     string
	name     string // of the project
	packages bool   // read them too
	note     string // the description of the exports, by which [projectReader.discard] finds them
}

func (s *session) projectReader(cmd *cobra.Command, to *access) (*projectReader, error) {
	client, name, err := to.open(cmd.Context(), s)
	if err != nil {
		return nil, err
	}
	return &projectReader{session: s, cmd: cmd, project: client.Project(name), host: strings.TrimSuffix(client.Raw().Server, "/"),
		name: name, note: "ubiops-transfer " + cmd.Name()}, nil
}

// read calls use with everything in the project.
func (r *projectReader) read(use func(*archive.Archive) error) error {
	return r.export(api.Everything(), func(detail *models.ExportDetail, a *archive.Archive) error {
		if err := holdsEverything(detail, a.Content()); err != nil {
			return err
		}
		return use(a)
	})
}

// export calls use with the archive of an export, and says which export it has
// created and deleted.
func (r *projectReader) export(selection api.Selection, use func(*models.ExportDetail, *archive.Archive) error) (err error) {
	ctx, log := r.cmd.Context(), r.cmd.ErrOrStderr()
	folder, err := os.MkdirTemp("", "ubiops-transfer-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	selection = selection.WithDescription(r.note)
	if !r.packages {
		selection = selection.WithoutPackages()
	}
	export, err := r.project.Exports.Create(ctx, selection)
	if err != nil {
		return err
	}
	fmt.Fprintf(log, "created export %s, to read project %s\n", export.ID, r.name)
	defer func() {
		if left := r.remove(export.ID); left != nil {
			err = errors.Join(err, left)
			return
		}
		fmt.Fprintf(log, "deleted export %s\n", export.ID)
	}()
	path := filepath.Join(folder, "project.zip")
	detail, err := r.fetch(export.ID, path)
	if job, ok := errors.AsType[*api.JobError](err); ok {
		return job.Err // the export does not remain
	} else if err != nil {
		return err
	}
	return r.withArchive(ctx, path, func(in *input, err error) error {
		if err != nil {
			return refused("export "+export.ID, err)
		}
		return use(detail, in.Archive)
	})
}

// fetch waits for an export and takes its archive into a file, or the rest of it
// after an earlier attempt.
func (r *projectReader) fetch(id, path string) (detail *models.ExportDetail, err error) {
	ctx := r.cmd.Context()
	err = r.phases(ctx, "export "+id, func(report func(string)) (err error) {
		detail, err = r.project.Exports.WaitCompleted(ctx, id, api.OnExportStatus(func(s models.ExportStatus) { report(string(s)) }))
		return err
	})
	if err != nil {
		return nil, err
	}
	return detail, r.transfer(ctx, "downloading", func(report api.ProgressOption) error {
		_, err := r.project.Exports.DownloadToFile(ctx, id, path, api.KeepPartial(), report)
		return err
	})
}

// remove deletes an export, also if the context has ended.
func (r *projectReader) remove(id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.cmd.Context()), patience)
	defer cancel()
	if err := r.project.Exports.Delete(ctx, id); err != nil && !errors.Is(err, api.ErrNotFound) {
		return fmt.Errorf("the export %s could not be deleted: %w", id, err)
	}
	return nil
}

// left returns the exports that a killed process has left.
func (r *projectReader) left() (ids []string, err error) {
	exports, err := r.project.Exports.List(r.cmd.Context())
	for _, e := range exports {
		if e.Description.Or("") == r.note {
			ids = append(ids, e.ID)
		}
	}
	return ids, err
}

// discard deletes the exports that a killed process has left.
func (r *projectReader) discard() error {
	ids, err := r.left()
	for _, id := range ids {
		err = errors.Join(err, r.remove(id))
	}
	return err
}

// holdsEverything checks that an export of everything is one. A host that does not
// know all=true, which is older than the services of details, takes it for an
// export of nothing.
func holdsEverything(detail *models.ExportDetail, content archive.Content) error {
	_, err := plan.Select(content, models.ExportCreate{
		Deployments: detail.Deployments, Pipelines: detail.Pipelines, EnvironmentVariables: detail.EnvironmentVariables,
		Environments: detail.Environments, Services: detail.Services,
	})
	if err != nil {
		return fmt.Errorf("the archive of an export of everything lacks what the export names: %w", err)
	}
	if len(plan.Items(content)) == 0 && detail.Services == nil {
		return leaving(errors.New("an export of everything came back empty, from a host that may not know all=true"),
			"It knows no services of exports, which are newer: whether the project is empty cannot be told, so nothing was compared")
	}
	return nil
}

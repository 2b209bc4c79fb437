package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// projectReader reads what a project holds, through exports that it deletes.
type projectReader struct {
	*session
	cmd      *cobra.Command
	project  api.Project
	host     string
	name     string // of the project
	packages bool   // read them too
	note     string // the description of the exports
}

func (s *session) projectReader(cmd *cobra.Command, to *access) (*projectReader, error) {
	client, name, err := to.open(cmd.Context(), s)
	if err != nil {
		return nil, err
	}
	return &projectReader{session: s, cmd: cmd, project: client.Project(name), host: strings.TrimSuffix(client.Raw().Server, "/"), name: name, note: "ubiops-transfer plan"}, nil
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
		if left := deleteExport(ctx, r.project, export.ID, nil); left != nil {
			err = errors.Join(err, left)
			return
		}
		fmt.Fprintf(log, "deleted export %s\n", export.ID)
	}()
	var detail *models.ExportDetail
	err = r.phases(ctx, "export "+export.ID, func(report func(string)) (err error) {
		detail, err = r.project.Exports.WaitCompleted(ctx, export.ID, api.OnExportStatus(func(s models.ExportStatus) { report(string(s)) }))
		return err
	})
	if job, ok := errors.AsType[*api.JobError](err); ok {
		return job.Err // the export does not remain
	} else if err != nil {
		return err
	}
	in := &input{resources: resources{ctx: ctx}}
	defer func() { err = in.close(err) }()
	err = in.spool(func(w io.Writer) error { return exportJob.stream(ctx, r.project, export.ID, w) })
	if err != nil {
		return refused("export "+export.ID, err)
	}
	return use(detail, in.Archive)
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

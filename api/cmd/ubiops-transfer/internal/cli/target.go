package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
)

// patience is how long a command tries to clean up after it was interrupted.
const patience = 10 * time.Second

// readProject exports what a selection names, calls use with the archive, and
// deletes both. The note is the description of the export: [discardExports] finds it
// by that if the process is killed.
func (s *session) readProject(ctx context.Context, p api.Project, selection api.Selection, note string, use func(*input) error) (err error) {
	folder, err := os.MkdirTemp("", "ubiops-transfer-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "project.zip")
	created, err := p.Exports.Create(ctx, selection.WithDescription(note))
	if err != nil {
		return err
	}
	defer func() { err = deleteExport(ctx, p, created.ID, err) }()
	if err := s.fetchExport(ctx, p, created.ID, path); err != nil {
		return err
	}
	return s.withArchive(ctx, path, func(in *input, err error) error {
		if err != nil {
			return refused("the export of the project", err)
		}
		return use(in)
	})
}

// projectContent is what a project holds, without its packages.
func (s *session) projectContent(ctx context.Context, p api.Project, note string) (content archive.Content, err error) {
	err = s.readProject(ctx, p, api.Everything().WithoutPackages(), note, func(in *input) error {
		content = in.Content()
		return nil
	})
	return content, err
}

// fetchExport waits for an export and takes its archive into a file, or the rest
// of it after an earlier attempt.
func (s *session) fetchExport(ctx context.Context, p api.Project, id, path string) error {
	err := s.phases(ctx, "export "+id, func(report func(string)) error {
		_, err := exportJob.wait(ctx, p, id, completed, report)
		return err
	})
	if err != nil {
		return err
	}
	return s.transfer(ctx, "downloading", func(report api.ProgressOption) error {
		_, err := p.Exports.DownloadToFile(ctx, id, path, api.KeepPartial(), report)
		return err
	})
}

// deleteExport deletes an export, also if ctx has ended, and adds to err what is
// left.
func deleteExport(ctx context.Context, p api.Project, id string, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	gone := p.Exports.Delete(ctx, id)
	if gone == nil || errors.Is(gone, api.ErrNotFound) {
		return err
	}
	gone = fmt.Errorf("the export %s could not be deleted: %w", id, gone)
	return errors.Join(err, gone)
}

// discardExports deletes the exports that a killed process has left.
func discardExports(ctx context.Context, p api.Project, note string) error {
	exports, err := p.Exports.List(ctx)
	if err != nil {
		return err
	}
	for _, e := range exports {
		if e.Description.Or("") == note {
			err = deleteExport(ctx, p, e.ID, err)
		}
	}
	return err
}

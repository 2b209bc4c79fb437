package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/serve"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// take takes what was chosen of a project into a file, checks it, and deletes the
// export unless it is to be kept. It continues after a process that was killed: the
// export has the note of the run. The file is called by a name.
func (r *projectReader) take(run *run, parts *chosenParts, name, path string, keep bool) error {
	r.note = run.note()
	there, err := r.taken(run, path)
	if err != nil {
		return err
	}
	if there {
		fmt.Fprintf(r.cmd.ErrOrStderr(), "continuing with what was taken already; 'ubiops-transfer journal forget %s' begins anew\n", run.Key)
	} else if err := r.download(run, parts, name, path); err != nil {
		return err
	}
	file, err := r.checkBackup(r.cmd, name, path)
	if err != nil {
		return leaving(err, "The export and the file are kept; if the file is removed, the same command downloads again")
	}
	if run.Archive != (plan.File{}) && run.Archive != file {
		return exitWith(exitRefused, fmt.Errorf("%s is not the file that was taken", name))
	}
	run.Archive = file
	if err := run.save(); err != nil || keep {
		return err
	}
	return r.discard()
}

// taken reports whether an earlier process has taken the whole archive. A file of
// another size at its path is an error.
func (r *projectReader) taken(run *run, path string) (bool, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		run.Archive = plan.File{}
		return false, nil
	}
	if err != nil || run.Archive.Size == info.Size() {
		return true, err
	}
	ids, err := r.left()
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		export, err := r.project.Exports.Get(r.cmd.Context(), id)
		if err != nil {
			return false, err
		}
		if export.Size.Or(0) == info.Size() {
			return true, nil
		}
	}
	return false, exitWith(exitRefused, fmt.Errorf("%s exists already", path))
}

// download exports what was chosen, unless an earlier process has, and downloads it.
func (r *projectReader) download(run *run, parts *chosenParts, name, path string) error {
	ids, err := r.left()
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		selection, err := r.selection(parts)
		if err != nil {
			return err
		}
		created, err := r.project.Exports.Create(r.cmd.Context(), selection.WithDescription(r.note))
		if err != nil {
			return err
		}
		fmt.Fprintf(r.cmd.ErrOrStderr(), "created export %s of project %s\n", created.ID, r.name)
		ids = []string{created.ID}
	}
	run.Export = ids[0]
	if err := run.save(); err != nil {
		return err
	}
	detail, err := r.fetch(ids[0], path)
	switch {
	case errors.Is(err, api.ErrJobFailed):
		run.forget()
		return errors.Join(err, r.discard())
	case err != nil:
		return leaving(err, cmp.Or(run.again, "The same command continues"))
	}
	err = r.withArchive(r.cmd.Context(), path, func(in *input, err error) error {
		switch {
		case err != nil:
			return refused(name, err)
		case parts.all():
			err = holdsEverything(detail, in.Content())
		}
		if err == nil && serve.IsEmpty(in.Content()) {
			err = fmt.Errorf("%s: nothing is in it", name)
		}
		return err
	})
	if err != nil && r.cmd.Context().Err() == nil { // another attempt would not end otherwise
		run.forget()
		err = errors.Join(err, os.Remove(path), r.discard())
	}
	return err
}

// selection is what was chosen, after it was listed with the reasons.
func (r *projectReader) selection(parts *chosenParts) (selection api.Selection, err error) {
	if parts.all() {
		return api.Everything(), nil
	}
	reader := *r
	reader.note += ", to choose"
	if err := reader.discard(); err != nil {
		return selection, err
	}
	taken, out := plan.IncludeValues, r.cmd.OutOrStdout()
	if !parts.included {
		taken = plan.LeaveValues
	}
	err = reader.read(func(there *archive.Archive) error {
		named, needed, err := plan.Choose(there.Content(), parts.globs, taken)
		if err != nil {
			return exitWith(exitRefused, settings.OneLine(err))
		}
		part, err := plan.Select(there.Content(), named)
		if err != nil {
			return err
		}
		for _, item := range plan.Items(part) {
			if item.Kind == "version" && strings.HasPrefix(item.Place, "/deployments/") {
				item.Note = "" // it was read without packages, which says nothing of them
			}
			fmt.Fprintln(out, item)
		}
		for _, dependency := range needed {
			fmt.Fprintln(out, dependency)
		}
		selection = api.Select(named)
		return nil
	})
	return selection, err
}

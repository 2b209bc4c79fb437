package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// apply does what was confirmed.
func (r *reviewing) apply(ctx context.Context, p *plan.Plan, entered map[string]string, report func(string)) (err error) {
	used := values{}
	mask := func(text string) string { return used.mask(errors.New(text)).Error() }
	out := &lineWriter{report: func(line string) {
		r.last = mask(line)
		report(r.last)
	}}
	reader := r.within(ctx, out, func(line string) { report(mask(line)) })
	reader.packages = p.Packages
	a := &applying{projectReader: reader, in: r.in, plan: p, values: used, theirs: r.id != ""}
	a.resolve = func(place string, reference plan.Reference) (value string, err error) {
		if value = entered[place]; value == "" {
			if value, err = r.value(place, reference); err != nil {
				return "", err
			}
		}
		used[place] = value
		return value, nil
	}
	for place, reference := range p.Values { // before anything is reported
		if _, err := a.resolve(place, reference); err != nil {
			return exitWith(exitRefused, fmt.Errorf("%s: %w", place, err))
		}
	}
	if a.theirs {
		folder, err := os.MkdirTemp("", "ubiops-transfer-")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
		path := filepath.Join(folder, "run.json")
		a.run = &run{ID: r.id, Command: "review", Host: r.host, Project: r.name, Import: r.id, Archive: p.File, path: path, lock: flock.New(path + ".lock")}
	}
	a.ends = func(err error) error { return a.stoppable(ctx, r.cmd.Context(), err) }
	return used.mask(a.applyPlan()) //nolint:contextcheck // so is an export
}

// stoppable says what is left if the reviewer has stopped a run, or the command was
// interrupted, and deletes what can be: a review plans anew, so that nothing continues.
func (a *applying) stoppable(ctx, command context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	interrupted := command.Err() != nil
	stopped := review.ErrStopped
	if interrupted {
		stopped = fmt.Errorf("interrupted: %w", command.Err())
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if a.run.Import == "" && a.run.Before != nil { // the import may be there, and its id unknown
		const maybe = "An import may be left; the same command and decision continue"
		if a.uploaded == (plan.File{}) { // by an earlier process, and this one has not come to it
			return exitAs(interrupted, leaving(stopped, maybe))
		}
		looking := *a
		looking.projectReader = a.within(limit, io.Discard, nil)
		found, err := looking.lost(a.uploaded) //nolint:contextcheck // it looks within a context of its own
		if err != nil {
			return exitAs(interrupted, leaving(fmt.Errorf("%w: %w", stopped, err), maybe))
		}
		a.run.Import = found
	}
	if a.run.Import != "" {
		detail, err := a.project.Imports.Get(limit, a.run.Import)
		if err != nil {
			return exitAs(interrupted, leaving(fmt.Errorf("%w: %w", stopped, err), "Whether import "+a.run.Import+" was confirmed is not known"))
		}
		if detail.Status != models.ImportStatusConfirmation && detail.Status != models.ImportStatusPending && detail.Status != models.ImportStatusScanning {
			a.run.forget()
			return exitAs(interrupted, leaving(fmt.Errorf("%w, too late", stopped), "Import "+a.run.Import+" was confirmed before: it is "+string(detail.Status)))
		}
	}
	return exitAs(interrupted, a.end(leaving(fmt.Errorf("%w; nothing was created", stopped), "What was begun is taken back"))) //nolint:contextcheck // what is left is deleted after ctx
}

// exitAs gives an error the exit code of a decision, unless that of an interruption is
// in it.
func exitAs(interrupted bool, err error) error {
	if interrupted {
		return err
	}
	return exitWith(exitRefused, err)
}

// lineWriter reports lines.
type lineWriter struct {
	report func(string)
	rest   []byte
}

func (w *lineWriter) Write(data []byte) (int, error) {
	w.rest = append(w.rest, data...)
	for {
		line, rest, ok := bytes.Cut(w.rest, []byte("\n"))
		if !ok {
			return len(data), nil
		}
		w.report(string(line))
		w.rest = rest
	}
}

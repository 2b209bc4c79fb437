package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// reviewing makes plans for a review, and does what is confirmed.
type reviewing struct {
	*projectReader        // nil if there is a plan alone
	in             *input // so is this
	path           string // of the archive, as the user has given it
	id             string // of an import that exists; or empty
	profile        string // that the user has named; or empty
	agreed         *plan.Plan
	subject        review.Subject
	given          values // for variables, without the reviewer
	// referred reads a value from where a plan says; nil if it may not be read.
	referred func(plan.Reference) (string, error)

	last string // line of what was applied

	mu     sync.Mutex
	target archive.Content // as it was read last
	kept   *input          // its packages, if they are compared
}

// open makes the review.
func (r *reviewing) open(ctx context.Context) (*review.Review, error) {
	s := r.subject
	s.Agreed, s.Plan, s.Known, s.Command = r.agreed, r.make, r.known, r.command
	if r.in == nil {
		return review.New(ctx, s)
	}
	s.Offered, s.Apply = r.in.Content(), r.apply
	if r.id != "" {
		s.Reject = r.reject
		s.Confirmation = func(p *plan.Plan) ([]byte, error) { return yamlText(&p.Confirmation) }
	}
	if m := r.in.Info().Metadata; m != nil && m.ExportDate != nil {
		s.Exported = *m.ExportDate
	}
	if len(plan.Items(s.Offered)) == 0 {
		return nil, exitWith(exitRefused, errors.New("the archive holds nothing"))
	}
	made, err := review.New(ctx, s)
	_, refused := errors.AsType[*plan.RefusedError](err)
	_, changed := errors.AsType[*plan.ChangedError](err)
	if refused || changed {
		err = exitWith(exitRefused, err)
	}
	return made, err
}

// make plans, with the project as it is now or as it was read last.
func (r *reviewing) make(ctx context.Context, w review.Wish, now bool, report func(string)) (*plan.Plan, archive.Content, error) {
	if r.in == nil {
		return r.agreed, archive.Content{}, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.id != "" && w.Overrides.Rewrites() {
		return nil, r.target, exitWith(exitRefused, errors.New("rename needs an archive to write again: an import that exists cannot rename"))
	}
	file, err := fileOf(ctx, r.in)
	if err != nil {
		return nil, r.target, err
	}
	made := plan.Input{File: file, Offered: r.in.Content(), Host: r.host, Project: r.name, Overrides: w.Overrides, OnConflict: w.OnConflict}
	target, kept := r.target, r.kept
	if now {
		if _, err := plan.New(made); err != nil {
			return nil, r.target, err
		}
		kept = nil
		out := &lineWriter{report: report}
		reader := r.within(ctx, out, report)
		reader.packages = w.Packages
		err := reader.read(func(there *archive.Archive) (err error) { //nolint:contextcheck // what is kept outlives the plan
			target = there.Content()
			if w.Packages {
				kept, err = r.copyOf(there)
			}
			return err
		})
		if err != nil {
			return nil, r.target, kept.closeIfOpen(err)
		}
	}
	made.Target = target
	if w.Packages {
		if kept == nil {
			return nil, r.target, errors.New("the packages of the project are not there any more")
		}
		made.OfferedArchive, made.TargetArchive = r.in.Archive, kept.Archive
	}
	p, err := plan.New(made)
	switch {
	case !now:
	case err != nil:
		err = kept.closeIfOpen(err)
	default: // this is what later plans are made with
		err = r.kept.closeIfOpen(nil)
		r.target, r.kept = target, kept
	}
	return p, r.target, err
}

// forget removes what was kept to compare with.
func (r *reviewing) forget() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.kept
	r.kept = nil
	return kept.closeIfOpen(nil)
}

// copyOf is an archive of its own with what the archive of the project holds, to compare
// packages again.
func (r *reviewing) copyOf(there *archive.Archive) (*input, error) {
	in := &input{resources: resources{ctx: r.cmd.Context()}}
	err := in.spool(func(w io.Writer) error {
		return archive.Write(w, there.Content(), there.OpenPackage, archive.WithInfo(there.Info()))
	})
	return in, err
}

// closeIfOpen is close, also of nothing.
func (in *input) closeIfOpen(err error) error {
	if in == nil {
		return err
	}
	return in.close(err)
}

// within is a reader for a part of a command, whose output goes elsewhere.
func (r *projectReader) within(ctx context.Context, out io.Writer, watch func(string)) *projectReader {
	cmd := &cobra.Command{}
	cmd.SetContext(ctx)
	cmd.SetOut(out)
	cmd.SetErr(out)
	part := *r
	part.cmd, part.session = cmd, &session{getenv: r.getenv, stdin: strings.NewReader(""), stdout: out, stderr: out, watch: watch}
	return &part
}

// reject deletes the import, unless somebody else has confirmed it.
func (r *reviewing) reject(ctx context.Context) error {
	detail, err := r.project.Imports.Get(ctx, r.id)
	if err != nil {
		return err
	}
	if detail.Status != models.ImportStatusConfirmation {
		return fmt.Errorf("it does not wait for a decision any more: it is %s", detail.Status)
	}
	return r.project.Imports.Delete(ctx, r.id)
}

// known says where a value comes from that the reviewer need not enter; empty if there
// is none.
func (r *reviewing) known(place string, reference plan.Reference) string {
	if _, ok := r.given.lookup(place, jsontext.Pointer(place).LastToken()); ok {
		return "--secrets"
	}
	if _, err := r.value(place, reference); err != nil {
		return ""
	}
	return string(reference)
}

func (r *reviewing) value(place string, reference plan.Reference) (string, error) {
	if value, ok := r.given.lookup(place, jsontext.Pointer(place).LastToken()); ok {
		return value, nil
	}
	if r.referred == nil {
		return "", errors.New("none is given")
	}
	return r.referred(reference)
}

package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofrs/flock"
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

// known says from where a value is known without the reviewer.
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
	if a.run.Import != "" {
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		detail, err := a.project.Imports.Get(limit, a.run.Import)
		if err != nil {
			return exitWith(exitRefused, leaving(fmt.Errorf("%w: %w", stopped, err), "Whether import "+a.run.Import+" was confirmed is not known"))
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

// maxCommand is how much of a file a command shows, in bytes.
const maxCommand = 4000

// command is what does the same as a confirmed plan in a terminal. No line runs if one
// before has failed, and none writes over what is there.
func (r *reviewing) command(p *plan.Plan) string {
	if r.in == nil {
		return "ubiops-transfer apply plan.json ARCHIVE"
	}
	to := " --project=" + word(r.name)
	if r.profile != "" {
		to += " --profile=" + word(r.profile)
	}
	var notes []string
	if len(p.Values) > 0 {
		what := map[string]bool{}
		for place, reference := range p.Values {
			if r.id != "" {
				reference = plan.Reference(place)
			}
			what[strings.ReplaceAll(string(reference), "\n", " ")] = true
		}
		where := "values are read from "
		if r.id != "" {
			where = "a line with value: has to be added at "
		}
		list := slices.Sorted(maps.Keys(what))
		if len(list) > 20 {
			list = append(list[:20], fmt.Sprintf("and %d more", len(list)-20))
		}
		notes = append(notes, where+strings.Join(list, ", "))
	}
	if len(r.given) > 0 && len(notes) > 0 {
		notes[0] += "; those of --secrets have to be there"
	}
	if r.subject.Back != "" {
		notes = append(notes, "UBIOPS_API_HOST has to be "+r.host)
	}
	var lines []string
	if r.id != "" {
		if p.Counts.Conflict > 0 {
			return "# objects are in conflict: decide about them first"
		}
		if text, err := yamlText(&p.Confirmation); err == nil && len(text) <= maxCommand {
			lines = []string{"ubiops-transfer imports confirm " + r.id + to + " --wait -f - <<'END'", string(text) + "END"}
		} else {
			notes = append(notes, "confirmation.yaml is the file below")
			lines = []string{"ubiops-transfer imports confirm " + r.id + to + " -f confirmation.yaml --wait"}
		}
	} else {
		path := quoted(r.path)
		if r.path == "-" {
			path, notes = "ARCHIVE", append(notes, "ARCHIVE is a file with what came from stdin")
		}
		planned := "ubiops-transfer plan " + path + to + " -o plan.json"
		if p.Packages {
			planned += " --packages"
		}
		if p.OnConflict != plan.Fail {
			planned += " --on-conflict " + string(p.OnConflict)
		}
		apply := "ubiops-transfer apply plan.json " + path + to
		switch text, err := yamlText(&p.Overrides); {
		case err != nil || len(text) > maxCommand:
			notes, lines = append(notes, "plan.json is the file below"), []string{apply}
		case strings.TrimSpace(string(text)) == "{}":
			lines = []string{planned + " &&", apply}
		default:
			lines = []string{planned + " --target /dev/stdin <<'END' &&", string(text) + "END", apply}
		}
	}
	for i := range notes {
		notes[i] = "# " + notes[i]
	}
	return strings.Join(append(notes, lines...), "\n")
}

var plain = regexp.MustCompile(`^[\w./:@%+=-]+$`)

// quoted is the path of a file as a shell reads it, and not an option.
func quoted(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	return word(path)
}

// word is an argument as a shell reads it.
func word(argument string) string {
	if plain.MatchString(argument) {
		return argument
	}
	return "'" + strings.ReplaceAll(argument, "'", `'\''`) + "'"
}

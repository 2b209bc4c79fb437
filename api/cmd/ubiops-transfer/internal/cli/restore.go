package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/plan"
)

// restoring is what restore and copy are told of what comes into a project.
type restoring struct {
	secrets  secretFlags
	mode     plan.OnConflict
	packages bool
	yes      bool
}

func (o *restoring) define(cmd *cobra.Command) {
	o.secrets.define(cmd)
	conflictFlag(cmd, &o.mode)
	cmd.Flags().BoolVar(&o.packages, "packages", false, "compare packages too, by their files; they are downloaded")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "create without a question")
}

// asks fails if there is nobody who could agree.
func (o *restoring) asks(s *session) error {
	if o.yes || isTerminal(s.stdin) {
		return nil
	}
	return exitWith(exitRefused, errors.New("nobody can be asked, since stdin is not a terminal: --yes creates without a question"))
}

func restoreCommand(s *session) *cobra.Command {
	var to access
	var how restoring
	cmd := to.command("restore FILE", "Create what a backup has in a project",
		"  ubiops-transfer secrets project.zip > project.secrets\n"+
			"  ubiops-transfer restore project.zip --secrets project.secrets",
		cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
			if err := how.asks(s); err != nil {
				return err
			}
			r, err := s.projectReader(cmd, &to)
			if err != nil {
				return err
			}
			return s.toUpload(cmd, args[0], func(in *input) error {
				file, err := fileOf(cmd.Context(), in)
				if err != nil {
					return err
				}
				given, err := how.values(r, in)
				if err != nil {
					return err
				}
				run, err := openRun("restore", r.host, r.name, file.SHA256)
				if err != nil {
					return err
				}
				run.Archive = file
				err = how.restore(r, run, in, given)
				return given.mask(errors.Join(err, run.close()))
			})
		})
	cmd.Long = "restore shows what it would create and what the project has already, asks once, uploads,\n" +
		"compares what the host has read, confirms, waits, and compares the project.\n\n" +
		"Values that the archive lacks come from --secret and --secrets; if one is missing, nothing\n" +
		"is sent. It exits with 4, and leaves no import, if it may not do exactly that; with 3 if the\n" +
		"project differs in the end. A run that was killed is continued by the same command and\n" +
		"makes no second import."
	how.define(cmd)
	return cmd
}

// values reads the values that an archive lacks.
func (o *restoring) values(r *projectReader, in *input) (values, error) {
	given, err := o.secrets.read(r.cmd.Context(), r.session)
	if err != nil {
		return nil, exitWith(exitRefused, err)
	}
	needs := plan.Needs(in.Content())
	if err := o.secrets.unused(needs); err != nil {
		return nil, err
	}
	return given, given.missing(needs)
}

// restore creates what an archive has: a plan that is made, shown, agreed to and
// applied in one go.
func (o *restoring) restore(r *projectReader, run *run, in *input, given values) error {
	r.packages = o.packages
	a := &applying{projectReader: r, in: in, run: run, plan: run.Plan, values: given}
	a.resolve = func(place string, _ plan.Reference) (string, error) {
		value, ok := given.lookup(place, jsontext.Pointer(place).LastToken())
		if !ok {
			return "", errors.New("none is given")
		}
		return value, nil
	}
	a.changed = func(again *plan.Plan, _ error) error { return o.agree(a, again) }
	if a.plan != nil {
		if err := a.prepare(); err != nil {
			return err
		}
	}
	return a.apply(plan.Overrides{}, o.mode)
}

// agree shows a plan and asks, once.
func (o *restoring) agree(a *applying, p *plan.Plan) error {
	out := bufio.NewWriter(a.cmd.OutOrStdout())
	for line := range planLines(p) {
		fmt.Fprintln(out, line)
	}
	fmt.Fprintln(out, strings.Join(planSummary(p), "\n"))
	if n := len(p.Values); n > 0 {
		fmt.Fprintf(out, "%s given\n", many(n, "value"))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	a.plan = p
	if err := a.prepare(); err != nil {
		return a.refuse(err)
	}
	if !o.yes {
		ok, err := a.ask(a.cmd.Context(), a.cmd.OutOrStdout(), fmt.Sprintf("Create this in project %s?", a.name))
		if err == nil && !ok {
			err = errors.New("not agreed; nothing was created")
		}
		if err != nil {
			return a.refuse(err)
		}
	}
	a.run.Plan = p
	return a.run.save()
}

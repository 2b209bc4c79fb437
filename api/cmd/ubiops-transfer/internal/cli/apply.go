package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func applyCommand(s *session) *cobra.Command {
	var to access
	cmd := to.command("apply PLAN ARCHIVE", "Do what a plan says, or nothing",
		"  ubiops-transfer plan project.zip -o plan.json\n"+
			"  ubiops-transfer apply plan.json project.zip",
		cobra.ExactArgs(2), func(cmd *cobra.Command, args []string) error {
			p, err := readPlan(args[0])
			if err != nil {
				return err
			}
			r, err := s.projectReader(cmd, &to)
			if err != nil {
				return err
			}
			r.packages = p.Packages
			return s.toUpload(cmd, args[1], func(in *input) error {
				a := &applying{projectReader: r, plan: p, in: in}
				err := a.applyPlan()
				return a.values.mask(err)
			})
		})
	cmd.Long = "apply plans again, uploads the archive, compares what the host has read with the plan,\n" +
		"confirms exactly that, waits, and compares the project with what was confirmed. Values of\n" +
		"variables are read when it starts, from where the plan says.\n\n" +
		"It exits with 4, and leaves no import, if the archive, the project or what the host has read\n" +
		"is not what was planned, a value is missing, or the plan is for another project or host; with\n" +
		"3 if the project is not as planned in the end. A run that was killed is continued by the same\n" +
		"command and makes no second import."
	return cmd
}

// applying is how a plan becomes what a project holds: of apply, restore and copy.
type applying struct {
	*projectReader
	in     *input
	run    *run
	plan   *plan.Plan // nil until it is agreed to
	values values     // that were read

	// resolve reads a value, for [plan.Plan.Fill].
	resolve func(place string, reference plan.Reference) (string, error)
	// changed decides about a plan of now that is not the one that was agreed to.
	changed func(again *plan.Plan, err error) error

	// theirs is an import that somebody else has made: it is not ours to delete.
	theirs bool

	// ends makes of the end of a run what is returned; nil if the same command continues
	// an interrupted one.
	ends func(error) error

	uploaded plan.File       // what is sent
	staying  map[string]bool // the places of objects that the target has in another way

	// What the import creates, as the archive has it, with values.
	wanted archive.Content
}

// applyPlan does what a plan file says.
func (a *applying) applyPlan() (err error) {
	if a.resolve == nil {
		a.values, a.resolve = values{}, a.referred
	}
	a.changed = func(_ *plan.Plan, err error) error { return a.refuse(err) }
	file, err := fileOf(a.cmd.Context(), a.in)
	if err != nil {
		return err
	}
	again := *a.plan
	again.File, again.Host, again.Project = file, a.host, a.name
	if err := a.plan.Same(&again); err != nil {
		return exitWith(exitRefused, err)
	}
	if err := a.prepare(); err != nil {
		return err
	}
	if !a.theirs {
		var text bytes.Buffer
		if err := a.plan.Write(&text); err != nil {
			return err
		}
		hash := sha256.Sum256(text.Bytes())
		if a.run, err = openRun("apply", a.host, a.name, file.SHA256, hex.EncodeToString(hash[:])); err != nil {
			return err
		}
		a.run.Archive = file
	}
	err = a.apply(a.plan.Overrides, a.plan.OnConflict)
	return errors.Join(err, a.run.close())
}

// apply takes the steps of a run, and says of an interrupted one what it leaves.
func (a *applying) apply(o plan.Overrides, mode plan.OnConflict) error {
	err := a.steps(o, mode)
	if a.ends != nil {
		return a.ends(err)
	}
	_, said := errors.AsType[*leavingError](err)
	begun := a.run.Before != nil || a.run.Import != "" || a.run.Export != ""
	if begun && !said && errors.Is(err, context.Canceled) {
		return leaving(err, "Interrupted; the same command continues")
	}
	return err
}

// steps takes the steps of a run, those that an earlier process has not taken.
func (a *applying) steps(o plan.Overrides, mode plan.OnConflict) error {
	a.note = a.run.note()
	if err := a.discard(); err != nil {
		return err
	}
	confirmed, err := a.resume()
	if err != nil {
		return err
	}
	if confirmed && a.theirs {
		return exitWith(exitRefused, fmt.Errorf("import %s was confirmed meanwhile, not here and maybe not as planned", a.run.Import))
	}
	if !confirmed {
		nothing, err := a.planNow(o, mode)
		if err != nil {
			return err
		}
		if nothing {
			if confirmed, err = a.resume(); err != nil { // by the process that was killed, just now
				return err
			}
			if !confirmed {
				left := ""
				if n := len(a.staying); n > 0 {
					left = ", " + many(n, "object") + " in another way, which stays"
				}
				if a.theirs {
					left += "; import " + a.run.Import + " waits as before"
				}
				fmt.Fprintf(a.cmd.OutOrStdout(), "nothing to do: project %s has all of it%s\n", cell(a.name), left)
				return a.end(nil)
			}
		}
	}
	if !confirmed {
		if err := a.upload(); err != nil {
			return err
		}
		if err := a.confirm(); err != nil {
			return err
		}
	}
	err = a.phases(a.cmd.Context(), "import "+a.run.Import, func(report func(string)) error {
		_, err := importJob.wait(a.cmd.Context(), a.project, a.run.Import, completed, report)
		return err
	})
	if err != nil {
		return a.failed(err)
	}
	lines, err := a.verify()
	if err != nil {
		return leaving(err, "The import is completed; the same command compares")
	}
	if err := a.ended(); err != nil {
		return err
	}
	for _, line := range lines {
		fmt.Fprintln(a.cmd.OutOrStdout(), line)
	}
	if len(lines) > 0 {
		return exitWith(exitDifferent, fmt.Errorf("import %s is completed, but %s of project %s is not as planned", a.run.Import, many(len(lines), "object or member"), a.name))
	}
	fmt.Fprintf(a.cmd.OutOrStdout(), "import %s has created %s in project %s, which was read again and is as planned\n", a.run.Import, many(len(plan.Items(a.wanted)), "object"), cell(a.name))
	return nil
}

// prepare refuses what can be refused before anything is sent.
func (a *applying) prepare() (err error) {
	content := a.in.Content()
	if o := a.plan.Overrides; o.Rewrites() { // as it will be scanned
		if content, err = o.Apply(content); err != nil {
			return exitWith(exitRefused, err)
		}
	}
	if a.wanted, err = a.plan.Fill(content, a.resolve); err != nil {
		return exitWith(exitRefused, err)
	}
	return nil
}

// referred reads a value from where a plan says.
func (a *applying) referred(_ string, reference plan.Reference) (string, error) {
	value, err := a.valueOf(a.cmd.Context(), string(reference), false)
	if err == nil {
		a.values[string(reference)] = value
	}
	return value, err
}

// confirm waits for the scan and confirms what was planned.
func (a *applying) confirm() error {
	ctx, id := a.cmd.Context(), a.run.Import
	var detail any
	err := a.phases(ctx, "import "+id, func(report func(string)) (err error) {
		detail, err = importJob.wait(ctx, a.project, id, confirmation, report)
		return err
	})
	if err != nil {
		return a.failed(err)
	}
	scan, ok := detail.(*models.ImportDetail)
	if !ok {
		return fmt.Errorf("import %s is a %T", id, detail)
	}
	update, err := a.plan.Fill(models.ImportUpdate{
		Deployments: scan.Deployments, Pipelines: scan.Pipelines, Environments: scan.Environments,
		Services: scan.Services, EnvironmentVariables: scan.EnvironmentVariables,
	}, a.resolve)
	if err != nil {
		return a.refuse(err)
	}
	if _, err = a.project.Imports.Confirm(ctx, id, update); err == nil {
		return nil
	}
	if a.declined(err) {
		return a.refuse(err)
	}
	return a.failed(err)
}

// declined reports whether the host has refused what was confirmed, which it would do
// again.
func (a *applying) declined(err error) bool {
	refused, ok := errors.AsType[*api.Error](err)
	if !ok || refused.StatusCode != http.StatusBadRequest && refused.StatusCode != http.StatusConflict {
		return false
	}
	detail, err := a.project.Imports.Get(a.cmd.Context(), a.run.Import)
	return err == nil && detail.Status == models.ImportStatusConfirmation
}

// verify compares the project with what was confirmed, and returns the rows that say
// something against it. What else the project has is not our concern, nor exported.
func (a *applying) verify() (lines []string, err error) {
	compare := func(there *archive.Archive) error {
		compared := plan.Comparison{Target: there.Content(), Wanted: a.wanted}
		if a.packages {
			compared.TargetArchive, compared.WantedArchive = there, a.in.Archive
		}
		rows, err := plan.Compare(compared)
		lines = deviations(rows, a.wanted)
		return err
	}
	err = a.export(api.Select(plan.All(a.wanted)), func(_ *models.ExportDetail, there *archive.Archive) error { return compare(there) })
	if refused, ok := errors.AsType[*api.Error](err); ok && (refused.StatusCode == http.StatusBadRequest || refused.StatusCode == http.StatusNotFound) {
		err = a.read(compare) // something is not there: this tells what
	}
	return lines, err
}

// deviations are the rows of a comparison that say that something wanted is not there
// as it is wanted.
func deviations(rows []plan.Row, wanted archive.Content) (lines []string) {
	ours := map[string]bool{}
	for _, item := range plan.Items(wanted) {
		ours[item.Place] = true
	}
	for _, row := range rows {
		if ours[row.Place] && (row.Class == plan.Create || row.Class == plan.Different && row.Member != "") {
			lines = append(lines, row.String())
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

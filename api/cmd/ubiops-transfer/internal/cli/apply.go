package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

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
				a := &applying{projectReader: r, plan: p, in: in, values: values{}}
				return a.values.mask(a.apply())
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

// applying is a run of apply.
type applying struct {
	*projectReader
	plan   *plan.Plan
	in     *input
	values values // that were read
	run    *run

	// What the import creates, as the archive has it, with values.
	wanted archive.Content
}

func (a *applying) apply() (err error) {
	if err := a.prepare(); err != nil {
		return err
	}
	var text bytes.Buffer
	if err := a.plan.Write(&text); err != nil {
		return err
	}
	hash := sha256.Sum256(text.Bytes())
	if a.run, err = openRun("apply", a.host, a.name, a.plan.File.SHA256, hex.EncodeToString(hash[:])); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.run.close()) }()
	a.note, a.run.Archive = a.run.note(), a.plan.File
	ctx := a.cmd.Context()
	if err := discardExports(ctx, a.project, a.note); err != nil {
		return err
	}
	confirmed, err := a.resume()
	if err != nil {
		return err
	}
	if !confirmed {
		if done, err := a.planAgain(); err != nil || done {
			return err
		}
		if err := a.upload(); err != nil {
			return err
		}
		if err := a.confirm(); err != nil {
			return err
		}
	}
	err = a.phases(ctx, "import "+a.run.Import, func(report func(string)) error {
		_, err := importJob.wait(ctx, a.project, a.run.Import, completed, report)
		return err
	})
	if err != nil {
		return a.failed(err)
	}
	if err := a.run.forget(); err != nil { // what follows changes nothing, and can be had by plan
		return err
	}
	return a.verify()
}

// prepare refuses what can be refused before anything is sent.
func (a *applying) prepare() error {
	p := a.plan
	file, err := fileOf(a.cmd.Context(), a.in)
	if err != nil {
		return err
	}
	again := *p
	again.File, again.Host, again.Project = file, a.host, a.name
	if err := p.Same(&again); err != nil {
		return exitWith(exitRefused, err)
	}
	content := a.in.Content()
	if p.Overrides.Rewrites() { // as it will be scanned
		if content, err = p.Overrides.Apply(content); err != nil {
			return exitWith(exitRefused, err)
		}
	}
	update, err := p.Fill(content, a.resolve)
	if err != nil {
		return exitWith(exitRefused, err)
	}
	a.wanted = update
	return nil
}

// resolve reads a value, for [plan.Plan.Fill].
func (a *applying) resolve(reference plan.Reference) (string, error) {
	value, err := a.valueOf(a.cmd.Context(), string(reference), false)
	if err == nil {
		a.values[string(reference)] = value
	}
	return value, err
}

// planAgain compares the plan with one of now, and reports whether there is nothing
// to do: the plan creates nothing, or all is there already.
func (a *applying) planAgain() (done bool, err error) {
	again, err := a.projectReader.plan(a.in, a.plan.Overrides, a.plan.OnConflict)
	if err != nil {
		return false, err
	}
	if a.run.Import == "" && again.Counts.Conflict == 0 && len(plan.Items(again.Confirmation)) == 0 {
		fmt.Fprintf(a.cmd.OutOrStdout(), "nothing to do: project %s has what the plan creates\n", cell(a.name))
		return true, a.run.forget()
	}
	if err := a.plan.Same(again); err != nil {
		return false, a.refuse(err)
	}
	return false, nil
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
	if _, err = a.project.Imports.Confirm(ctx, id, update); err != nil {
		return a.failed(err)
	}
	return nil
}

// verify compares the project with what was confirmed. What else it has is not
// our concern.
func (a *applying) verify() error {
	ours := map[string]bool{}
	for _, item := range plan.Items(a.wanted) {
		ours[item.Place] = true
	}
	differ := map[string]bool{}
	err := a.read(func(there *archive.Archive) error {
		compared := plan.Comparison{Target: there.Content(), Wanted: a.wanted}
		if a.packages {
			compared.TargetArchive, compared.WantedArchive = there, a.in.Archive
		}
		rows, err := plan.Compare(compared)
		for _, row := range rows {
			if ours[row.Place] && (row.Class == plan.Create || row.Class == plan.Different) {
				differ[row.String()] = true
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, line := range slices.Sorted(maps.Keys(differ)) {
		fmt.Fprintln(a.cmd.OutOrStdout(), line)
	}
	if len(differ) > 0 {
		return exitWith(exitDifferent, fmt.Errorf("import %s is completed, but %s of the project is not as planned", a.run.Import, many(len(differ), "object or member")))
	}
	fmt.Fprintf(a.cmd.OutOrStdout(), "import %s has created %s in project %s, which was compared\n", a.run.Import, many(len(ours), "object"), cell(a.name))
	return nil
}

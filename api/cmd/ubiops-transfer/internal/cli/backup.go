package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/serve"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// chosenParts is what of a project is taken.
type chosenParts struct {
	globs    plan.Globs
	included bool // the values of plain variables
}

func (c *chosenParts) define(cmd *cobra.Command) {
	for name, patterns := range map[string]*[]string{
		"deployment": &c.globs.Deployments, "pipeline": &c.globs.Pipelines, "environment": &c.globs.Environments,
		"service": &c.globs.Services, "variable": &c.globs.Variables,
	} {
		cmd.Flags().StringArrayVar(patterns, name, nil, "take only each "+name+" that matches, and what it needs; * stands for anything")
	}
	cmd.Flags().BoolVar(&c.included, "include-values", true, "take the values of variables that are not secret")
}

func (c *chosenParts) all() bool {
	g := c.globs
	return c.included && len(g.Deployments)+len(g.Pipelines)+len(g.Environments)+len(g.Services)+len(g.Variables) == 0
}

// key tells choices apart.
func (c *chosenParts) key() (string, error) {
	text, err := json.Marshal(c.globs, json.Deterministic(true))
	return fmt.Sprintf("%s %t", text, c.included), err
}

func backupCommand(s *session) *cobra.Command {
	var from access
	var path string
	var keep bool
	var parts chosenParts
	cmd := from.command("backup", "Take a project, or a part of it, into a file",
		"  ubiops-transfer backup -o project.zip\n"+
			"  ubiops-transfer backup --pipeline 'fraud-*' -o fraud.zip", cobra.NoArgs,
		func(cmd *cobra.Command, _ []string) error {
			r, err := s.projectReader(cmd, &from)
			if err != nil {
				return err
			}
			path, err := filepath.Abs(cmp.Or(path, fmt.Sprintf("%s_%s.zip", filepath.Base(r.name), time.Now().Format("2006-01-02_15-04-05"))))
			if err != nil {
				return err
			}
			if _, err := os.Stat(filepath.Dir(path)); err != nil {
				return exitWith(exitRefused, err)
			}
			key, err := parts.key()
			if err != nil {
				return err
			}
			run, err := openRun("backup", r.host, r.name, path, key)
			if err != nil {
				return err
			}
			run.again = "The same command, with -o " + path + ", continues"
			err = r.take(run, &parts, path, path, keep)
			if err == nil {
				run.forget()
			}
			return errors.Join(err, run.close())
		})
	cmd.Long = "backup exports everything in a project, or what the patterns choose with what that\n" +
		"needs, waits, downloads the archive, checks every byte of it, and deletes the export.\n" +
		"With the same file, the same command continues one that was killed."
	cmd.Flags().StringVarP(&path, "output", "o", "", "file to write, which must not exist (default the project and the time)")
	cmd.Flags().BoolVar(&keep, "keep-export", false, "leave the export on the host")
	parts.define(cmd)
	cmd.AddCommand(backupVerifyCommand(s))
	return cmd
}

// checkBackup reads all of an archive and says what is in it, and what is not.
func (s *session) checkBackup(cmd *cobra.Command, name, path string) (file plan.File, err error) {
	err = s.acceptedAs(cmd, name, path, func(in *input) error {
		if err := in.verify(cmd); err != nil {
			return refused(name, err)
		}
		content := in.Content()
		if serve.IsEmpty(content) {
			return fmt.Errorf("%s: nothing is in it", name)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %s; every byte was checked\n", name, count(content))
		fmt.Fprintf(cmd.OutOrStdout(), "not in it: the values of %s, permissions, schedules, requests and their results, logs, files in buckets\n",
			many(len(plan.Needs(content)), "variable"))
		file, err = fileOf(cmd.Context(), in)
		return err
	})
	return file, err
}

// verify reads all of a ZIP file.
func (in *input) verify(cmd *cobra.Command) error {
	if in.zip == nil {
		return errors.New("it is not a ZIP file")
	}
	info, err := in.zip.Stat()
	if err != nil {
		return err
	}
	return archive.Verify(cmd.Context(), in.zip, info.Size(), archive.OnWarning(func(*archive.Finding) {})) // openZip has warned
}

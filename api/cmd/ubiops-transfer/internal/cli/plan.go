package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/plan"
)

func planCommand(s *session) *cobra.Command {
	var to access
	var shown planOutput
	var id, path, target string
	var packages, overwrite bool
	var mode plan.OnConflict
	cmd := to.command("plan ARCHIVE", "Plan an import, without uploading anything",
		"  ubiops-transfer plan project.zip -o plan.json\n"+
			"  ubiops-transfer plan my-folder --target production.yaml --detailed-exitcode\n"+
			"  ubiops-transfer plan --import 903ccd12-81d1-46e1-9ac9-b9d70af118de",
		cobra.MaximumNArgs(1), func(cmd *cobra.Command, args []string) error {
			if (len(args) == 1) == (id != "") {
				return errors.New("give an ARCHIVE or --import, one of both")
			}
			overrides, err := readOverrides(target)
			if err != nil {
				return err
			}
			r, err := s.projectReader(cmd, &to)
			if err != nil {
				return err
			}
			r.packages = packages
			var p *plan.Plan
			make := func(in *input) (err error) {
				p, err = r.plan(in, overrides, mode)
				return err
			}
			if id == "" {
				err = s.toUpload(cmd, args[0], make)
			} else if overrides.Rewrites() {
				err = exitWith(exitRefused, errors.New("rename needs an archive to write again: an import that exists cannot rename"))
			} else {
				err = s.ofImport(cmd, r, id, make)
			}
			if err != nil {
				return err
			}
			if path != "" {
				save := newFile
				if overwrite {
					save = replaceFile
				}
				if err := save(path, 0o666, p.Write); err != nil {
					return hintOverwrite(err, overwrite)
				}
			}
			return shown.print(cmd, p)
		})
	cmd.Long = "plan reads an archive, which is a ZIP file, a folder or -, and what the project holds, by an\n" +
		"export of everything that it deletes again. It says what an import would create, and what\n" +
		"is the same, different or in the way. Nothing is uploaded.\n\n" +
		"The plan file holds no value of a variable: anyone may review it. apply does what it says."
	flags := cmd.Flags()
	flags.StringVar(&id, "import", "", "id of an import whose archive is planned, instead of ARCHIVE")
	flags.StringVarP(&path, "output", "o", "", "file to write the plan to, for apply")
	flags.StringVar(&target, "target", "", "YAML file that adapts the archive to the target; 'schema target' prints its schema")
	flags.BoolVar(&packages, "packages", false, "compare packages too, by their files; they are downloaded")
	conflictFlag(cmd, &mode)
	overwriteFlag(cmd, &overwrite)
	shown.define(cmd)
	cmd.AddCommand(planShowCommand())
	return cmd
}

func conflictFlag(cmd *cobra.Command, mode *plan.OnConflict) {
	*mode = plan.Fail
	settings.Flag(cmd, mode, "on-conflict", string(plan.Fail), "choice", "what happens to an object that the project has and that differs: fail, skip, or\noverwrite if the host does that",
		settings.OneOf(plan.Fail, plan.Skip, plan.Overwrite))
	complete(cmd, "on-conflict", string(plan.Fail), string(plan.Skip), string(plan.Overwrite))
}

func planShowCommand() *cobra.Command {
	var shown planOutput
	cmd := &cobra.Command{
		Use:     "show FILE",
		Short:   "Print a plan, without any host",
		Example: "  ubiops-transfer plan show plan.json --detailed-exitcode",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := readPlan(args[0])
			if err != nil {
				return err
			}
			return shown.print(cmd, p)
		},
	}
	shown.define(cmd)
	return cmd
}

func readPlan(path string) (p *plan.Plan, err error) {
	err = withFile(path, func(r io.Reader) error {
		p, err = plan.Read(r)
		return err
	})
	return p, err
}

// readOverrides reads overrides from a file; without one there are none.
func readOverrides(path string) (o plan.Overrides, err error) {
	if path == "" {
		return o, nil
	}
	err = withFile(path, func(r io.Reader) error {
		o, err = plan.ReadOverrides(r)
		return err
	})
	return o, err
}

func withFile(path string, read func(io.Reader) error) error {
	file, err := os.Open(path) //nolint:gosec // G304: the user has named it
	if err != nil {
		return err
	}
	if err := errors.Join(read(file), file.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// toUpload is accepted for an archive that is to be uploaded: of a folder, the ZIP
// file that pack makes.
func (s *session) toUpload(cmd *cobra.Command, name string, use func(*input) error) error {
	return s.accepted(cmd, name, func(in *input) error {
		if in.zip == nil {
			if err := in.pack(); err != nil {
				return refused(name, err)
			}
		}
		return use(in)
	})
}

// ofImport calls use with the archive of an import.
func (s *session) ofImport(cmd *cobra.Command, r *projectReader, id string, use func(*input) error) (err error) {
	in := &input{resources: resources{ctx: cmd.Context()}}
	defer func() { err = in.close(err) }()
	err = in.spool(func(w io.Writer) error { return importJob.stream(cmd.Context(), r.project, id, w) })
	if err != nil {
		return refused("import "+id, err)
	}
	warn(cmd, "import "+id, in.found...)
	return use(in)
}

// fileOf tells the ZIP file of an archive apart. It is read once.
func fileOf(ctx context.Context, in *input) (plan.File, error) {
	if in.file != (plan.File{}) {
		return in.file, nil
	}
	hash := sha256.New()
	size, err := io.Copy(hash, io.NewSectionReader(in.zip, 0, 1<<62))
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return plan.File{}, err
	}
	in.file = plan.File{SHA256: hex.EncodeToString(hash.Sum(nil)), Size: size}
	return in.file, nil
}

// plan plans an import of an archive. What is wrong with the overrides is found
// before anything is sent.
func (r *projectReader) plan(in *input, o plan.Overrides, mode plan.OnConflict) (p *plan.Plan, err error) {
	file, err := fileOf(r.cmd.Context(), in)
	if err != nil {
		return nil, err
	}
	made := plan.Input{File: file, Offered: in.Content(), Host: r.host, Project: r.name, Overrides: o, OnConflict: mode}
	if _, err := plan.New(made); err != nil {
		return nil, exitWith(exitRefused, err)
	}
	err = r.read(func(there *archive.Archive) error {
		made.Target = there.Content()
		if r.packages {
			made.OfferedArchive, made.TargetArchive = in.Archive, there
		}
		p, err = plan.New(made)
		return err
	})
	return p, err
}
